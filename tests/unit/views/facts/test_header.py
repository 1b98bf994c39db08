"""The first line of an answer."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bq_mcp.catalog import Endpoint, Param
from bq_mcp.catalog.hints import Hint
from bq_mcp.client.model import Reply
from bq_mcp.errors import BackQuantError, BurstLimitError, QuotaExhaustedError, RequestTimeoutError
from bq_mcp.views.answer import render
from bq_mcp.views.facts.caveats import caveats_of
from bq_mcp.views.facts.header import freshness_of, header_of
from bq_mcp.views.fit.size import estimate
from bq_mcp.views.model import Answer, Question
from bq_mcp.views.scene import Scene

from ..asking import DETAILS, NOW, ask, envelope, first_line, hint, question

STD = {"positioning": "std"}
HOURLY = [f"2026-11-20T{hour:02}:00:00Z" for hour in range(4, 12)]


def scene(data: object, path: str) -> Scene:
    return Scene(question(path), Reply(envelope(data), NOW, 0.0), NOW)


def asked(question: Question, data: object, **meta: Any) -> Answer:
    return render(question, Reply(envelope(data, **meta), NOW, 0.0), NOW)


def test_live_answer_names_symbol_spot_time_age_cadence_and_venues() -> None:
    assert first_line(ask({"x": 1}, hint=hint())) == (
        "BTCUSDT test figures · spot 67,214 · 2026-11-20 14:32:10Z, 12s old, fresh "
        "(refreshes every 30s) · 8 venues"
    )


def test_brief_leaves_out_what_a_reader_can_do_without() -> None:
    line = first_line(ask({"x": 1}, hint=hint(), detail="brief"))
    assert line == "BTCUSDT test figures · spot 67,214 · 2026-11-20 14:32:10Z, 12s old, fresh"
    assert estimate(line) <= 36


def test_simulated_answer_says_so_first_and_does_not_count_the_sandbox_as_a_venue() -> None:
    line = first_line(ask({"x": 1}, hint=hint(), simulated=True))
    assert line.startswith("SIMULATED BTCUSDT ")
    assert "8 venues" in line


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (95, "2026-11-20 14:30:47Z, 95s old, late (refreshes every 30s)"),
        (900, "2026-11-20 14:17:22Z, 15m old, stale (refreshes every 30s)"),
        (90_000, "2026-11-19 13:32:22Z, 25h old, stale (refreshes every 30s)"),
        (-600, "2026-11-20 14:42:22Z lies ahead of the reply, data age unknown"),
    ],
)
def test_age_that_is_not_fresh_is_said_in_words(age: float, words: str) -> None:
    assert words in first_line(ask({"x": 1}, hint=hint(), age=age))


def test_age_is_counted_to_the_moment_of_the_answer() -> None:
    later = datetime.fromisoformat("2026-11-20T14:33:22Z")
    assert "72s old, late" in first_line(ask({"x": 1}, hint=hint(), now=later))


def test_thresholds_in_a_payload_change_no_verdict() -> None:
    lax = {"thresholds": {"gex": {"healthy_max_seconds": 900, "degraded_max_seconds": 9_000}}}
    ask(lax, "/status")
    assert "95s old, late" in first_line(ask({"x": 1, **lax}, hint=hint(), age=95))


def test_missing_computed_at_is_said() -> None:
    line = first_line(ask({"x": 1}, hint=hint(), age=None))
    assert "answered 2026-11-20 14:32:22Z, data age unknown (not stated)" in line


def test_unknown_cadence_gives_the_age_without_a_verdict() -> None:
    line = first_line(ask({"x": 1}, hint=hint(cadence=None)))
    assert "2026-11-20 14:32:10Z, 12s old, refresh interval not stated" in line


def test_cadence_in_the_catalog_text_is_used() -> None:
    told = question(hint=hint("", None), description="Flow. Refreshes every 5 minutes.")
    assert "late (refreshes every 5m)" in asked(told, {"x": 1}, age=700).text


def test_static_answers_give_the_time_of_the_reply() -> None:
    line = first_line(ask({"x": 1}, hint=hint("static", None)))
    assert "answered 2026-11-20 14:32:22Z, static" in line


def test_history_gives_its_newest_point_and_says_when_it_ended() -> None:
    data = {"timestamps": HOURLY, "v": list(range(8))}
    line = first_line(ask(data, hint=hint("history")))
    assert "series to 2026-11-20 11:00:00Z, ended 4h ago, historical" in line
    asked_past = first_line(ask(data, hint=hint("history"), query={"before": HOURLY[-1]}))
    assert "ended" not in asked_past


def test_current_history_is_historical_without_fault() -> None:
    data = {"timestamps": [f"2026-11-20T{hour:02}:00:00Z" for hour in range(7, 15)], "v": [1] * 8}
    line = first_line(ask(data, hint=hint("history"), age=9e5))
    assert "series to 2026-11-20 14:00:00Z, historical" in line


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
    assert answer.meta["verdict"] == "historical"


def test_a_live_series_that_ended_early_says_when() -> None:
    rows = [{"t": instant, "net": place} for place, instant in enumerate(HOURLY)]
    for known in (hint("", None), hint()):
        line = first_line(ask({"points": rows * 20}, hint=known))
        assert "series to 2026-11-20 11:00:00Z, ended 4h ago" in line


def test_a_large_live_payload_is_not_taken_apart_for_its_first_line() -> None:
    rows = [{"strike": place, "oi": 1} for place in range(5_000)]
    held = scene({"contracts": rows}, "/gex/levels")
    header_of(held, freshness_of(held))
    caveats_of(held)
    assert "forms" not in vars(held)


def test_trading_day_is_named_and_judged_by_business_days() -> None:
    line = first_line(
        ask({"x": 1}, hint=hint("business_days"), extra={"latest_date": "2026-11-17"})
    )
    assert "latest trading day 2026-11-17, 3 business days old, late" in line
    line = first_line(ask({"x": 1}, hint=hint("business_days")))
    assert "data age unknown (not stated)" in line


def test_positioning_is_the_effective_one() -> None:
    assert "· flow positioning ·" in first_line(ask({"positioning": "flow", "net_gex": 1}))


def test_fallback_is_on_the_first_line_with_its_reason() -> None:
    extra = {
        "positioning": "std",
        "positioning_requested": "flow",
        "positioning_fallback_reason": "no_aggressor_tape_for_symbol",
    }
    for detail in DETAILS:
        line = first_line(ask({"net_gex": 1}, detail=detail, extra=extra))
        other = "" if detail == "brief" else " from flow"
        assert f'std positioning (fallback{other}: "no aggressor tape for symbol")' in line


def test_fallback_without_a_reason_is_said_against_the_default() -> None:
    endpoint = Endpoint("/new/thing", params=(Param("positioning", default="flow"),))
    for query, words in (
        ({}, "std positioning (fallback from flow) ·"),
        (STD, "· std positioning ·"),
    ):
        given = replace(question(query=query), endpoint=endpoint)
        assert words in first_line(asked(given, STD))


def test_gex_without_positioning_says_that_it_is_not_stated() -> None:
    assert "positioning not stated" in first_line(ask({"rows": [{"strike": 1, "net_gex": 2}]}))
    assert "positioning not stated" in first_line(ask({"netGex": [1.0, 2.0]}))
    table = {"columns": ["strike", "net_gex"], "rows": [[1, 2.0], [2, 3.0]]}
    assert "positioning not stated" in first_line(ask(table))
    for data in ({"atm_iv": 0.5}, {"gex_note": "none"}, {"sections": ["gex"]}):
        assert "positioning" not in first_line(ask(data))


def test_positioning_that_differs_by_row_is_not_claimed_for_all() -> None:
    rows = {"BTCUSDT": {"positioning": "flow", "hvl": "1"}, "SOLUSDT": {"positioning": "std"}}
    assert "positioning per row" in first_line(ask({"results": rows}))
    line = first_line(ask({"results": rows}, extra={"positioning": "flow"}))
    assert "positioning per row" in line and "flow positioning" not in line
    listed = [{"symbol": name, **row} for name, row in rows.items()]
    assert "positioning per row" in first_line(ask({"items": listed}))
    assert "flow positioning" in first_line(ask({"summary": {"positioning": "flow", "gex": 1}}))


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
    assert "fresh (refreshes every 30s); oldest row 2026-11-20 14:17:22Z, 15m old, stale" in line
    data["results"]["SOLUSDT"]["computed_at"] = young
    assert "oldest" not in first_line(ask(data, hint=hint()))
    line = first_line(ask(data, hint=hint(), age=None))
    assert "oldest row 2026-11-20 14:32:10Z, 12s old, fresh" in line


def test_venue_filter_is_named() -> None:
    line = first_line(ask({"x": 1}, exchanges_filtered=["deribit", "okx"]))
    assert "venues deribit, okx only" in line


@pytest.mark.parametrize(
    ("data", "spot", "shown"),
    [
        ({"hvl": 67214.0}, 67214.4, "67,214.4"),
        ({"all_expiry": {"hvl": 67214.0}}, 67213.7, "67,213.7"),
        ({"strikes": [67250, 67500], "net_gex": [1, 2]}, 67499.7, "67,499.7"),
        ({"x": 1}, 67214.43217, "67,214.43"),
        ({"x": 1}, 70_000.0, "70,000"),
        ({"x": 1}, 0.50004, "0.50004"),
    ],
)
def test_spot_is_never_rounded_across_a_level(data: object, spot: float, shown: str) -> None:
    assert f"spot {shown} ·" in first_line(ask(data, spot_price=spot))


TIMEOUT = RequestTimeoutError("x")
BURST = BurstLimitError("x", retry_after=12)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (TIMEOUT, "no newer one (timeout); try again in 10s"),
        (BURST, "no newer one (burst limit); try again in 12s"),
        (QuotaExhaustedError("x"), "no newer one (quota); do not repeat"),
        (BackQuantError("x"), "no newer one (error); try again in 10s"),
    ],
)
def test_an_older_answer_says_why(failure: BackQuantError, words: str) -> None:
    line = first_line(ask({"x": 1}, hint=hint(), failure=failure, simulated=True))
    assert line.startswith("SIMULATED STALE BTCUSDT ")
    assert "12s old, late" in line
    assert f" · older answer: {words} · 8 venues" in line
    brief = first_line(ask({"x": 1}, hint=hint(), failure=failure, detail="brief"))
    assert f" · older answer: {words.split(';')[0]}" in brief


@pytest.mark.parametrize(
    "name", ["SIMULATED", "ERROR", "STALE", "NEXT", "x\nSIMULATED", "a" * 40, ""]
)
def test_a_symbol_that_is_none_is_quoted(name: str) -> None:
    line = first_line(ask({"x": 1}, hint=hint(), symbol=name))
    assert re.match(r'("[^"]{1,16}" test|Test) figures · ', line), line


def test_endpoint_without_a_title_is_named_by_its_tool() -> None:
    assert first_line(ask({"x": 1})).startswith("BTCUSDT new_thing · ")


def test_meta_is_the_machine_twin() -> None:
    meta = ask({"x": 1}, hint=hint()).meta
    assert meta == {
        "computed_at": "2026-11-20T14:32:10Z",
        "age_seconds": 12.0,
        "verdict": "fresh",
        "next_refresh_at": "2026-11-20T14:32:40Z",
        "request_id": "req_1",
        "simulated": False,
        "cache": "miss",
        "view": "forms",
    }


def test_titles_start_small_after_a_symbol_unless_an_acronym() -> None:
    iv = Hint(title="IV skew")
    assert first_line(ask({"x": 1}, hint=iv)).startswith("BTCUSDT IV skew · ")
    assert first_line(ask({"x": 1}, hint=iv, symbol=None)).startswith("IV skew · ")
