"""The views of expiries, status and endpoints, whose field names are not published."""

from typing import Any

import pytest

from .asking import ask

GRID: dict[str, Any] = {
    "overall_status": "degraded",
    "symbols": {
        symbol: {
            category: {"status": "healthy", "freshness_seconds": 13.0}
            for category in ("gex", "options", "chain")
        }
        for symbol in ("BTCUSDT", "SOLUSDT")
    },
    "thresholds": {"gex": {"healthy_max_seconds": 60, "degraded_max_seconds": 300}},
    "venues": {
        "deribit": {"chain": "on", "tape": "on", "chain_contracts": 900},
        "thalex": {"chain": "on", "tape": "unknown", "chain_contracts": 40},
        "delta": {"chain": "on", "tape": "on", "chain_contracts": 0},
    },
}
GRID["symbols"]["SOLUSDT"]["chain"] = {"status": "degraded", "freshness_seconds": 130.0}


@pytest.mark.parametrize(
    "data",
    [
        {"expiries": [{"expiry": "26MAR27", "dte": 126}, {"expiry": "27NOV26", "dte": 7}]},
        {"data": [{"token": "26MAR27", "days_to_expiry": 126}, {"token": "27NOV26"}]},
        {"expiries": ["26MAR27", "27NOV26"], "dtes": [126, 7]},
        {"expiries": ["26MAR27", "27NOV26"]},
        {"expiries": {"26MAR27": {"dte": 126}, "27NOV26": {"dte": 7}}},
        {"expiries": {"26MAR27": 126, "27NOV26": 7}},
        ["26MAR27", "27NOV26"],
    ],
)
def test_expiries_are_listed_in_any_spelling(data: object) -> None:
    answer = ask(data, "/expiries")
    assert answer.meta["view"] == "expiries"
    assert "2 expiries" in answer.text
    assert "26MAR27 126d" in answer.text


def test_expiries_come_nearest_first() -> None:
    rows = [{"expiry": "26MAR27", "dte": 126}, {"expiry": "27NOV26", "dte": 7}]
    assert "27NOV26 7d · 26MAR27 126d" in ask({"expiries": rows}, "/expiries").text


def test_days_that_we_count_are_called_calendar_days() -> None:
    assert "calendar days" in ask({"expiries": ["27NOV26"]}, "/expiries").text
    served = ask({"expiries": [{"expiry": "27NOV26", "dte": 6}]}, "/expiries").text
    assert "calendar" not in served and "27NOV26 6d" in served


def test_expiries_left_out_are_counted() -> None:
    rows = [{"expiry": f"{1 + day % 28:02}DEC26", "dte": day} for day in range(200)]
    assert "expiries left out" in ask({"expiries": rows}, "/expiries", "brief").text


def test_unhealthy_cells_come_first() -> None:
    lines = ask(GRID, "/status").text.split("\n")
    assert lines[1] == "overall degraded · 5 of 6 cells healthy"
    assert (
        ask({**GRID, "overall_status": None}, "/status")
        .text.split("\n")[1]
        .startswith("overall n/a")
    )
    assert lines[2] == "- SOLUSDT chain: degraded, 2m old"


def test_venue_that_is_off_or_empty_is_named() -> None:
    text = ask(GRID, "/status").text
    assert "venues: 2 of 3 with chain and tape on; thalex chain on, tape unknown" in text
    assert "on but 0 contracts: delta" in text
    assert "unknown: the venue has not reported lately, which is not off" in text


def test_venues_may_come_as_a_list() -> None:
    listed = [{"venue": name, **venue} for name, venue in GRID["venues"].items()]
    assert "thalex chain on, tape unknown" in ask(GRID | {"venues": listed}, "/status").text


def test_status_of_another_shape_goes_to_the_generic_view() -> None:
    answer = ask({"cells": [{"symbol": "BTCUSDT", "state": "fine"}]}, "/status")
    assert answer.meta["view"] == "generic"
    assert "fine" in answer.text


def test_endpoints_are_counted_by_group() -> None:
    routes = [{"path": f"/v2/gex/r{index}", "tag": "GEX"} for index in range(5)]
    routes.append({"path": "/v2/tape", "tag": "Tape"})
    text = ask({"endpoints": routes}, "/endpoints").text
    assert "6 endpoints: GEX 5, Tape 1" in text
    assert "- Tape: /v2/tape" in text


@pytest.mark.parametrize("path", ["/expiries", "/status", "/endpoints"])
@pytest.mark.parametrize("data", [None, [], {}, "text", {"x": 1}, {"expiries": None}])
def test_payloads_without_what_a_view_needs_are_answered_generically(
    path: str, data: object
) -> None:
    assert ask(data, path).meta["view"] == "generic"
