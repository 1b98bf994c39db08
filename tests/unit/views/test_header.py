"""The first line of an answer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bq_mcp.catalog import Endpoint, Param
from bq_mcp.views import Standing, render

from .asking import NOW, ask, envelope, first_line, hint, question

STD = {"positioning": "std"}
HOURLY = [f"2026-11-20T{hour:02}:00:00Z" for hour in range(4, 12)]


def test_live_answer_names_symbol_spot_time_age_and_venues() -> None:
    line = first_line(ask({"x": 1}, hint=hint()))
    assert line == ("BTCUSDT test figures · spot 67,214 · 14:32:10Z, 12s old, fresh · 8 venues")


def test_simulated_answer_says_so_first_and_does_not_count_the_sandbox_as_a_venue() -> None:
    line = first_line(ask({"x": 1}, hint=hint(), simulated=True))
    assert line.startswith("SIMULATED BTCUSDT ")
    assert "8 venues" in line


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (95, "14:30:47Z, 95s old, late (refreshes every 30s)"),
        (900, "14:17:22Z, 15m old, stale (refreshes every 30s)"),
        (90_000, "2026-11-19 13:32:22Z, 25h old, stale (refreshes every 30s)"),
        (-600, "14:42:22Z lies in the future, data age unknown"),
    ],
)
def test_age_that_is_not_fresh_is_said_in_words(age: float, words: str) -> None:
    assert words in first_line(ask({"x": 1}, hint=hint(), age=age))


def test_age_keeps_running_on_the_clock_of_the_standing() -> None:
    later = Standing(datetime.fromisoformat("2026-11-20T14:33:22Z"))
    assert "72s old, late" in first_line(ask({"x": 1}, hint=hint(), standing=later))


def test_missing_computed_at_is_said() -> None:
    line = first_line(ask({"x": 1}, hint=hint(), age=None))
    assert "answered 14:32:22Z, data age unknown (not stated)" in line


def test_unknown_cadence_gives_the_age_without_a_verdict() -> None:
    line = first_line(ask({"x": 1}, hint=hint(cadence=None)))
    assert "14:32:10Z, 12s old, refresh interval not stated" in line


def test_cadence_in_the_catalog_text_is_used() -> None:
    from bq_mcp.views import render

    asked = question(hint=hint("", None), description="Flow. Refreshes every 5 minutes.")
    text = render(asked, envelope({"x": 1}, age=700), Standing(NOW)).text
    assert "late (refreshes every 5m)" in text


def test_static_answers_give_the_time_of_the_reply() -> None:
    assert "answered 14:32:22Z, static" in first_line(ask({"x": 1}, hint=hint("static", None)))


def test_history_gives_its_newest_point_and_says_when_it_ended() -> None:
    data = {"timestamps": HOURLY, "v": list(range(8))}
    line = first_line(ask(data, hint=hint("history")))
    assert "series ends 4h ago (11:00:00Z), historical" in line
    asked_past = first_line(ask(data, hint=hint("history"), query={"before": HOURLY[-1]}))
    assert "ends" not in asked_past


def test_current_history_is_historical_without_fault() -> None:
    data = {"timestamps": [f"2026-11-20T{hour:02}:00:00Z" for hour in range(7, 15)], "v": [1] * 8}
    line = first_line(ask(data, hint=hint("history"), age=9e5))
    assert "series to 14:00:00Z, historical" in line


def test_as_of_gives_the_instant_of_the_snapshot() -> None:
    extra = {
        "as_of": {
            "requested": "2026-10-01T12:03:00Z",
            "snapshot_ts": "2026-10-01T12:00:00Z",
            "lag_seconds": 180,
        }
    }
    answer = ask({"x": 1}, hint=hint(), extra=extra, query={"as_of": "2026-10-01T12:03:00Z"})
    assert "as of 2026-10-01 12:00:00Z, historical" in first_line(answer)
    assert "3m before the asked" in answer.text
    assert answer.meta["verdict"] == "historical"


def test_trading_day_is_named_and_judged_by_business_days() -> None:
    line = first_line(
        ask({"x": 1}, hint=hint("business_days"), extra={"latest_date": "2026-11-17"})
    )
    assert "latest trading day 2026-11-17, 3 business days old, late" in line


def test_positioning_is_the_effective_one() -> None:
    assert "· flow positioning ·" in first_line(ask({"positioning": "flow", "net_gex": 1}))


def test_fallback_is_on_the_first_line_with_its_reason() -> None:
    extra = {
        "positioning": "std",
        "positioning_requested": "flow",
        "positioning_fallback_reason": "no_aggressor_tape_for_symbol",
    }
    for detail in ("brief", "standard", "full", "raw"):
        line = first_line(ask({"net_gex": 1}, detail=detail, extra=extra))
        asked = "" if detail == "brief" else ", flow asked"
        assert f"std positioning (fallback{asked}: no aggressor tape for symbol)" in line


def test_fallback_without_a_reason_is_said_against_the_default() -> None:
    endpoint = Endpoint("/new/thing", params=(Param("positioning", default="flow"),))
    for query, words in (
        ({}, "std positioning (fallback, flow asked: reason not stated)"),
        (STD, "· std positioning ·"),
    ):
        asked = replace(question(query=query), endpoint=endpoint)
        assert words in first_line(render(asked, envelope(STD), Standing(NOW)))


def test_gex_without_positioning_says_that_it_is_not_stated() -> None:
    assert "positioning not stated" in first_line(ask({"rows": [{"strike": 1, "net_gex": 2}]}))
    assert "positioning" not in first_line(ask({"atm_iv": 0.5}))


def test_positioning_that_differs_by_row_is_not_claimed_for_all() -> None:
    rows = {"BTCUSDT": {"positioning": "flow", "hvl": 1}, "SOLUSDT": {"positioning": "std"}}
    assert "positioning per row" in first_line(ask({"results": rows}))
    line = first_line(ask({"results": rows}, extra={"positioning": "flow"}))
    assert "positioning per row" in line and "flow positioning" not in line


@pytest.mark.parametrize("flag", [True, "on"])
def test_a_flag_called_gex_is_no_exposure(flag: object) -> None:
    assert "positioning" not in first_line(ask({"categories_live": {"gex": flag, "tape": flag}}))
    assert "positioning" not in first_line(ask({"rows": [{"symbol": "BTCUSDT", "gex": flag}]}))
    assert "positioning not stated" in first_line(ask({"rows": [{"strike": 1, "gex": 2.0}]}))


def test_a_part_older_than_the_whole_is_told_on_the_first_line() -> None:
    old = (NOW - timedelta(seconds=900)).isoformat()
    young = (NOW - timedelta(seconds=12)).isoformat()
    data = {"results": {"BTCUSDT": {"computed_at": young}, "SOLUSDT": {"computed_at": old}}}
    line = first_line(ask(data, hint=hint()))
    assert "12s old, fresh; oldest row 14:17:22Z, 15m old, stale" in line
    data["results"]["SOLUSDT"]["computed_at"] = young
    assert "oldest" not in first_line(ask(data, hint=hint()))
    assert "oldest row 14:32:10Z, 12s old, fresh" in first_line(ask(data, hint=hint(), age=None))


def test_venue_filter_is_named() -> None:
    line = first_line(ask({"x": 1}, exchanges_filtered=["deribit", "okx"]))
    assert "venues deribit, okx only" in line


def test_spot_is_never_rounded_across_a_level() -> None:
    line = first_line(ask({"hvl": 67214.0}, spot_price=67214.4))
    assert "spot 67,214.4" in line
    ladder = {"strikes": [67214, 67300], "net_gex": [1, 2]}
    assert "spot 67,213.7" in first_line(ask(ladder, spot_price=67213.7))
    table = {"per_expiry": [{"expiry": "27NOV26", "max_pain": {"strike": 67214}}] * 2}
    assert "spot 67,213.7" in first_line(ask(table, spot_price=67213.7))


@pytest.mark.parametrize("name", ["SIMULATED", "ERROR", "x\nSIMULATED", "a" * 40, ""])
def test_a_symbol_that_is_none_is_not_printed(name: str) -> None:
    assert first_line(ask({"x": 1}, hint=hint(), symbol=name)).startswith("Test figures")


def test_endpoint_without_a_title_is_named_by_its_tool() -> None:
    assert first_line(ask({"x": 1})).startswith("BTCUSDT new_thing · ")


def test_meta_is_the_machine_twin() -> None:
    meta = ask({"x": 1}, hint=hint(), standing=Standing(NOW)).meta
    assert meta == {
        "computed_at": "2026-11-20T14:32:10Z",
        "age_seconds": 12.0,
        "verdict": "fresh",
        "next_refresh_at": "2026-11-20T14:32:40Z",
        "request_id": "req_1",
        "simulated": False,
        "view": "generic",
    }
