"""The levels routes: what they take, what they echo, and point-in-time answers."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.market import SYMBOLS as MARKET_SYMBOLS
from bq_mcp.sandbox.market import VENUES as MARKET_VENUES
from bq_mcp.sandbox.market.coin_parameters import TAPE_FLOOR_S
from bq_mcp.sandbox.moments import TAPE_FLOOR
from bq_mcp.sandbox.queries import known_members, members, venue_filter
from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES
from tests.sandbox.asking import NOW, HandClock, ask, sandbox


@cache
def service(plan: str = "enterprise") -> FastAPI:
    """Keep one sandbox per plan, because a market is slow to ask for the first time."""
    return sandbox(plan=plan)


def stored(as_of: str, plan: str = "enterprise", **query: str) -> httpx.Response:
    return ask(service(plan), "gex/levels", as_of=as_of, **query)


def extra(reply: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = reply.json()["meta"]["extra"]
    return found


def test_vocabulary_is_that_of_the_market():
    assert SYMBOLS == MARKET_SYMBOLS
    assert VENUES == MARKET_VENUES
    assert datetime.fromtimestamp(TAPE_FLOOR_S, UTC) == TAPE_FLOOR


def test_comma_lists_are_read_leniently():
    assert members(" BTCUSDT ,,ETHUSDT,BTCUSDT,") == ("BTCUSDT", "ETHUSDT")
    assert members(None) == members("") == ()
    assert known_members("Zones, nonsense", ("zones", "spot")) == {"zones"}


@pytest.mark.parametrize(
    ("text", "venues"),
    [
        (None, None),
        ("", None),
        ("nyse", None),
        ("nyse,okx", ("okx",)),
        ("OKX, deribit", ("deribit", "okx")),
    ],
)
def test_unknown_venues_are_dropped_and_alone_filter_nothing(text, venues):
    assert venue_filter(text) == venues


def test_levels_name_symbol_spot_and_model():
    body = ask(service(), "gex/levels", symbol="ETHUSDT", positioning="std").json()
    assert body["meta"]["symbol"] == "ETHUSDT"
    assert body["meta"]["spot_price"] > 0
    assert body["data"]["positioning"] == body["meta"]["extra"]["positioning"] == "std"


def test_applied_venue_filter_is_echoed_and_an_idle_one_is_not():
    app = service()
    filtered = ask(app, "gex/levels", exchanges="deribit,nyse").json()["meta"]
    unfiltered = ask(app, "gex/levels", exchanges="nyse").json()["meta"]
    assert filtered["exchanges_filtered"] == ["deribit"]
    assert unfiltered["exchanges_filtered"] is None
    assert filtered["source"] == unfiltered["source"] == ["bq-mcp-sandbox"]


def test_venue_filter_changes_the_book_behind_the_levels():
    app = service()
    whole, part = (
        ask(app, "gex/levels", include="ranked", **query).json()["data"]["ranked"]
        for query in ({}, {"exchanges": "deribit"})
    )
    assert whole != part


def test_spot_section_agrees_with_meta():
    body = ask(service(), "gex/levels", include="spot").json()
    assert body["data"]["spot"]["spot_price"] == body["meta"]["spot_price"]


def test_sol_falls_back_to_std_and_says_why():
    reply = ask(service(), "gex/levels", symbol="SOLUSDT")
    assert reply.json()["data"]["positioning"] == "std"
    assert extra(reply)["positioning_requested"] == "flow"
    assert extra(reply)["positioning_fallback_reason"] == "no_aggressor_tape_for_symbol"
    assert "flow_unavailable_before" not in extra(reply)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"include": "ranked,max_pain,expected_move,zones"},
        {"positioning": "std", "include": "zones"},
        {"exchanges": "okx,derive", "include": "expected_move,ranked"},
    ],
)
def test_multi_equals_single_at_the_same_instant(query):
    app = service()
    entries = ask(app, "multi/gex/levels", symbols=",".join(SYMBOLS), **query).json()
    assert entries["data"]["served"] == list(SYMBOLS)
    for symbol in SYMBOLS:
        single = ask(app, "gex/levels", symbol=symbol, **query).json()
        found = entries["data"]["results"][symbol]
        assert found.pop("spot_price") == single["meta"]["spot_price"]
        assert found.pop("computed_at") == single["meta"]["computed_at"]
        assert found == single["data"]
        assert found["positioning"] == single["meta"]["extra"]["positioning"]


def test_multi_names_the_venues_combined_and_the_model_all_entries_share():
    app = service()
    mixed = extra(ask(app, "multi/gex/levels", symbols="SOLUSDT,BTCUSDT", exchanges="okx,derive"))
    assert mixed == {
        "positioning_requested": "flow",
        "aggregation": {"chain_venues": ["okx", "derive"], "flow_venues": ["okx", "derive"]},
    }
    thin = extra(ask(app, "multi/gex/levels", symbols="SOLUSDT,HYPEUSDT"))
    assert thin["positioning"] == "std"
    assert thin["aggregation"] == {"chain_venues": ["deribit", "derive"]}


@pytest.mark.parametrize("route", ["gex/levels", "multi/gex/levels"])
def test_expected_move_of_some_venues_is_priced_at_their_marks(route):
    def move(exchanges: str, symbol: str = "BTCUSDT") -> dict[str, float | None]:
        query = {"exchanges": exchanges, "include": "expected_move"}
        name = "symbols" if route.startswith("multi") else "symbol"
        data = ask(service(), route, **query, **{name: symbol}).json()["data"]
        levels = data["results"][symbol] if route.startswith("multi") else data
        found: dict[str, float | None] = levels["expected_move"]
        return found

    whole, okx = move(""), move("okx")
    assert move("deribit") == move(",".join(VENUES)) == whole
    assert okx != whole
    for bound, value in okx.items():
        assert value == pytest.approx(whole[bound], rel=0.01)
    assert set(move("okx", "SOLUSDT").values()) == {None}
    assert move("derive", "HYPEUSDT") == move("", "HYPEUSDT")


def test_expected_move_of_a_venue_agrees_with_its_term_structure():
    levels = ask(service(), "gex/levels", exchanges="bybit", include="expected_move").json()
    term = ask(service(), "options/iv/term-structure", exchanges="bybit").json()["data"]
    expiries = ask(service(), "expiries").json()["data"]["expiries"]
    settles = [
        datetime.fromisoformat(row["expiry_date"]).replace(hour=8, tzinfo=UTC) for row in expiries
    ]
    computed_at = datetime.fromisoformat(levels["meta"]["computed_at"])
    days = [(when - computed_at) / timedelta(days=1) for when in settles]
    variance = [(iv / 100) ** 2 * left / 365 for iv, left in zip(term["atm_iv"], days, strict=True)]
    w = np.interp(1.0, [0.0, *days], [0.0, *variance])
    spot = levels["meta"]["spot_price"]
    one_sd = levels["data"]["expected_move"]["upper_1sd"] - spot
    assert one_sd == pytest.approx(spot * w**0.5, rel=3e-4)


def test_multi_keeps_order_drops_repeats_and_lists_unknown_symbols():
    reply = ask(service(), "multi/gex/levels", symbols="SOLUSDT, DOGE,BTCUSDT,SOLUSDT")
    data = reply.json()["data"]
    assert data["requested"] == ["SOLUSDT", "DOGE", "BTCUSDT"]
    assert data["served"] == list(data["results"]) == ["SOLUSDT", "BTCUSDT"]
    assert (data["missing"], data["invalid"]) == ([], ["DOGE"])


def test_multi_ignores_sections_it_does_not_offer():
    data = ask(service(), "multi/gex/levels", symbols="BTCUSDT", include="spot,candles").json()
    assert not {"spot", "candles"} & set(data["data"]["results"]["BTCUSDT"])


@pytest.mark.parametrize("symbols", [",", ",".join(f"S{n}" for n in range(9))])
def test_multi_takes_one_to_eight_symbols(symbols):
    reply = ask(service(), "multi/gex/levels", symbols=symbols)
    assert reply.status_code == 400
    assert reply.json()["error"]["details"]["errors"][0]["loc"] == ["query", "symbols"]


def test_multi_costs_one_request():
    reply = ask(sandbox(), "multi/gex/levels", symbols=",".join(SYMBOLS))
    assert reply.headers["X-Quota-Used"] == "1"


def test_as_of_snaps_back_to_the_stored_snapshot_and_reports_the_lag():
    reply = stored("2026-08-20T14:33:10Z")
    assert extra(reply)["as_of"] == {
        "requested": "2026-08-20T14:33:10Z",
        "snapshot_ts": "2026-08-20T14:30:00Z",
        "lag_seconds": 190,
        "resolution": "300s",
    }
    meta = reply.json()["meta"]
    assert meta["computed_at"] == "2026-08-20T14:30:00Z"
    assert meta["freshness_seconds"] == (NOW - datetime(2026, 8, 20, 14, 30, tzinfo=UTC)) / (
        timedelta(seconds=1)
    )


def test_as_of_equals_the_live_answer_made_at_that_snapshot():
    then = ask(sandbox(HandClock(datetime(2026, 8, 20, 14, 30, tzinfo=UTC))), "gex/levels").json()
    now = stored("2026-08-20T14:33:10Z").json()
    assert now["data"] == then["data"]
    assert now["meta"]["spot_price"] == then["meta"]["spot_price"]


def test_as_of_now_is_served_from_the_store():
    reply = stored("2026-09-10T12:00:17Z")
    assert extra(reply)["as_of"]["lag_seconds"] == 17


def test_as_of_in_the_future_is_400():
    reply = stored("2026-09-10T12:00:18Z")
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "VALIDATION_ERROR"


def test_as_of_before_the_first_stored_chain_is_404():
    assert stored("2026-04-15T23:59:59Z").status_code == 404
    assert stored("2026-04-16T00:00:00Z").status_code == 200


@pytest.mark.parametrize("as_of", ["", "yesterday", "2026-02-30"])
def test_as_of_that_is_no_instant_is_422(as_of):
    reply = stored(as_of)
    assert reply.status_code == 422
    assert reply.json()["error"]["details"]["errors"][0]["loc"] == ["query", "as_of"]


def test_as_of_drops_live_only_sections_and_names_them():
    reply = stored("2026-08-20T14:30:00Z", include="spot,candles,max_pain,expected_move")
    assert not {"spot", "candles"} & set(reply.json()["data"])
    assert {"max_pain", "expected_move"} <= set(reply.json()["data"])
    dropped = extra(reply)["unavailable_sections"]
    assert dropped["sections"] == ["candles", "spot"]
    assert "/market/candles" in dropped["reason"]


def test_nothing_is_called_unavailable_when_nothing_was_dropped():
    assert "unavailable_sections" not in extra(stored("2026-08-20T14:30:00Z", include="zones"))


def test_before_the_tape_flow_is_served_as_std_with_a_note():
    asked, textbook = (
        stored("2026-05-10T00:00:00Z", positioning=model) for model in ("flow", "std")
    )
    assert asked.json()["data"] == textbook.json()["data"]
    assert extra(asked)["positioning"] == "std"
    assert extra(asked)["positioning_requested"] == "flow"
    assert extra(asked)["flow_unavailable_before"] == "2026-05-17T08:00:00Z"
    assert "std" in extra(asked)["flow_coverage_note"]
    assert "flow_unavailable_before" not in extra(textbook)


def test_window_of_a_paid_plan_is_reported_but_served():
    reply = stored("2026-08-01T00:00:00Z", plan="starter")
    assert extra(reply)["as_of"]["snapshot_ts"] == "2026-08-01T00:00:00Z"
    assert extra(reply)["history_clamp"] == {
        "requested": "2026-08-01T00:00:00Z",
        "allowed": "2026-08-11T12:00:17Z",
        "unit": "as_of",
        "max_history_days": 30,
        "enforced": False,
    }


def test_window_of_an_evaluation_key_moves_the_answer_forward():
    reply = stored("2026-08-01T00:00:00Z", plan="evaluation")
    assert extra(reply)["history_clamp"]["enforced"] is True
    assert extra(reply)["as_of"]["requested"] == "2026-08-01T00:00:00Z"
    assert extra(reply)["as_of"]["snapshot_ts"] == "2026-08-11T12:00:00Z"
    assert extra(reply)["as_of"]["lag_seconds"] == -10.5 * 86_400


@pytest.mark.parametrize("plan", ["starter", "pro", "enterprise", "evaluation"])
def test_window_that_holds_the_instant_is_not_mentioned(plan):
    assert "history_clamp" not in extra(stored("2026-09-01T00:00:00Z", plan=plan))
