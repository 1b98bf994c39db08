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
    assert "expiries: 2," in answer.text
    assert "26MAR27 126d" in answer.text or "26MAR27 125d" in answer.text


def test_expiries_come_nearest_first() -> None:
    rows = [{"expiry": "26MAR27", "dte": 126}, {"expiry": "27NOV26", "dte": 7}]
    assert "27NOV26 7d · 26MAR27 126d" in ask({"expiries": rows}, "/expiries").text


@pytest.mark.parametrize("detail", ["brief", "standard"])
def test_days_that_we_count_are_told_as_such(detail: Any) -> None:
    counted = ask({"expiries": ["27NOV26"]}, "/expiries", detail).text
    assert "27NOV26 6d · days not served are counted to 08:00 UTC" in counted
    served = ask({"expiries": [{"expiry": "27NOV26", "dte": 7}]}, "/expiries", detail).text
    assert "counted" not in served and "27NOV26 7d" in served


def test_figures_that_are_not_called_days_are_none() -> None:
    other = ask({"x": {"27NOV26": 900, "26MAR27": 1}}, "/expiries").text
    assert "27NOV26 6d · 26MAR27 125d" in other


def test_an_expiry_that_has_settled_is_only_counted() -> None:
    rows = [{"expiry": "19NOV26", "dte": -1}, {"expiry": "27NOV26", "dte": 6}]
    text = ask({"expiries": rows}, "/expiries").text
    assert "expiries: 1, days to expiry: 27NOV26 6d" in text and "settled, left out: 1" in text


def test_expiries_left_out_are_counted() -> None:
    rows = [{"expiry": f"{1 + day % 28:02}DEC26", "dte": day} for day in range(200)]
    brief = ask({"expiries": rows}, "/expiries", "brief").text
    assert "195 expiries left out" in brief


def test_unhealthy_cells_come_first() -> None:
    lines = ask(GRID, "/status").text.split("\n")
    assert lines[1:5] == [
        "overall degraded · 5 of 6 cells healthy",
        "not healthy, the worst first:",
        "chain of SOLUSDT (2m old): degraded",
        "healthy: gex of every symbol; options of every symbol; chain of BTCUSDT",
    ]
    nameless = ask({**GRID, "overall_status": None}, "/status").text.split("\n")
    assert nameless[1].startswith("overall n/a")


@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_one_cold_cell_does_not_hide_what_works(detail: Any) -> None:
    cold = {"status": "unavailable", "freshness_seconds": None}
    symbols = {**GRID["symbols"], "SOLUSDT": {**GRID["symbols"]["BTCUSDT"], "chain": cold}}
    text = ask(
        {**GRID, "overall_status": "unavailable", "symbols": symbols}, "/status", detail
    ).text
    assert "overall unavailable" in text and "chain of SOLUSDT: unavailable" in text
    assert "healthy: gex of every symbol; options of every symbol; chain of BTCUSDT" in text


def test_cells_may_be_rows_that_name_their_symbol_and_category() -> None:
    rows = [
        {"symbol": "BTCUSDT", "category": "gex", "status": "healthy", "freshness_seconds": 12},
        {"symbol": "BTCUSDT", "category": "chain", "status": "unhealthy"},
    ]
    text = ask({"cells": rows}, "/status").text
    assert "chain of BTCUSDT: unhealthy" in text and "healthy: gex of every symbol" in text


def test_age_limits_and_cadences_are_told() -> None:
    text = ask(GRID, "/status").text
    assert "age limits in seconds: gex (healthy_max_seconds 60, degraded_max_seconds 300)" in text
    assert "data refresh: gex and options 30s, liquidation 5m" in text


def test_venue_that_is_off_is_named() -> None:
    text = ask(GRID, "/status").text
    assert "venues: 2 of 3 with chain and tape on" in text
    assert "thalex: chain on, tape unknown" in text


def test_venues_may_come_as_a_list() -> None:
    listed = [{"venue": name, **venue} for name, venue in GRID["venues"].items()]
    assert "thalex: chain on, tape unknown" in ask(GRID | {"venues": listed}, "/status").text


def test_status_of_another_shape_is_answered_from_its_forms() -> None:
    answer = ask({"cells": [{"symbol": "BTCUSDT", "state": "fine", "age": 12}]}, "/status")
    assert answer.meta["view"] == "forms"
    assert "12" in answer.text


def test_endpoints_are_counted_by_group() -> None:
    routes = [{"path": f"/v2/gex/r{index}", "tag": "GEX"} for index in range(5)]
    routes.append({"path": "/v2/tape", "tag": "Tape"})
    text = ask({"endpoints": routes}, "/endpoints").text
    assert "endpoints: GEX 5, Tape 1" in text
    assert "- Tape: /v2/tape" in text


@pytest.mark.parametrize("path", ["/expiries", "/status", "/endpoints"])
@pytest.mark.parametrize("data", [None, [], {}, "text", {"x": 1}, {"expiries": None}])
def test_payloads_without_what_a_page_needs_are_answered_from_their_forms(
    path: str, data: object
) -> None:
    assert ask(data, path).meta["view"] in ("forms", "plain")


def test_a_large_catalog_of_routes_keeps_its_small_groups() -> None:
    routes = [{"path": f"/v2/gex/r{place}", "tag": "GEX"} for place in range(40)]
    routes.append({"path": "/v2/meta", "tag": "Meta"})
    text = ask({"endpoints": routes}, "/endpoints").text
    assert "- Meta: /v2/meta" in text and "/v2/gex/r5 …" in text
