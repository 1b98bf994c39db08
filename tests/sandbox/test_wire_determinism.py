"""Equal worlds answer alike over the wire, whatever was asked before."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.market import SYMBOLS
from tests.sandbox.asking import HandClock, ask, sandbox

EVERY_SECTION = "spot,candles,zones,max_pain,expected_move,ranked"
AS_OF = "2026-06-26T08:03:00Z"
# Of the service, and of one symbol.
SERVICE = ("changelog", "symbols", "status", "meta", "health", "endpoints")
MARKET: tuple[tuple[str, dict[str, str]], ...] = (
    ("gex/levels", {"include": EVERY_SECTION}),
    ("gex/levels", {"as_of": AS_OF, "exchanges": "okx,derive", "include": "expected_move"}),
    ("gex/strike-profile", {}),
    ("gex/strike-profile", {"as_of": AS_OF, "positioning": "std", "spot_window_pct": "20"}),
    ("gex/max-pain", {}),
    ("options/expiry-summary", {}),
    ("options/opex", {}),
    ("options/chain", {"dte_max": "9"}),
    ("options/chain", {"as_of": AS_OF, "max_contracts": "30"}),
    ("options/iv/term-structure", {"exchanges": "derive", "historical_compare_days": "30"}),
    ("options/iv/skew", {"as_of": AS_OF}),
    ("options/probability/density", {"confidence_band": "0.95"}),
    ("options/greeks/trace/charm", {"expiry": "all"}),
    ("options/greeks/trace/delta_change/summary", {"expiry": "all"}),
    ("expiries", {}),
)
REQUESTS = [
    *((route, {}) for route in SERVICE),
    *((route, {**query, "symbol": symbol}) for symbol in SYMBOLS for route, query in MARKET),
    ("multi/gex/levels", {"symbols": ",".join(SYMBOLS), "include": "ranked,zones"}),
    ("gex/history", {"limit": "4"}),
    ("market/bundle", {"hours": "24"}),
    ("liquidation/distribution", {}),
    ("options/iv/iv-rv", {"days": "7"}),
    ("options/venue-book", {}),
    ("etf/flows", {}),
    ("tape", {"limit": "50"}),
    ("tape/imbalance", {"hours": "6"}),
]


def service(now: datetime = datetime(2026, 9, 25, 7, 59, 47, tzinfo=UTC)) -> FastAPI:
    return sandbox(HandClock(now), seed=11, plan="enterprise")


def content(app: FastAPI, route: str, query: dict[str, str]) -> tuple[int, Any, Any]:
    reply = ask(app, route, **query)
    meta = reply.json()["meta"]
    # These tell how many requests came before.
    counters = {"rate_limit", "request_id"}
    return (
        reply.status_code,
        reply.json().get("data"),
        {name: value for name, value in meta.items() if name not in counters},
    )


def test_equal_worlds_asked_alike_give_equal_bytes():
    one, other = service(), service()
    for route, query in REQUESTS:
        assert ask(one, route, **query).content == ask(other, route, **query).content, route


def test_asking_backwards_and_about_other_times_first_changes_no_answer():
    forwards, clock = service(), HandClock(datetime(2026, 11, 1, 3, 3, 3, tzinfo=UTC))
    backwards = sandbox(clock, seed=11, plan="enterprise")
    for route, query in REQUESTS[::5]:
        ask(backwards, route, **query)
    clock.now = datetime(2026, 9, 25, 7, 59, 47, tzinfo=UTC)
    clock.advance(days=-3)
    ask(backwards, "gex/levels")
    clock.advance(days=3)
    expected = [content(forwards, route, query) for route, query in REQUESTS]
    found = [content(backwards, route, query) for route, query in REQUESTS[::-1]][::-1]
    assert found == expected
    assert {status for status, _, _ in found} == {200}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_spot_is_the_same_live_and_stored_on_every_route(symbol):
    then = service(datetime(2026, 9, 25, 7, 55, tzinfo=UTC))
    later = service(datetime(2026, 9, 25, 9, 1, tzinfo=UTC))
    live = {
        ask(then, route, symbol=symbol).json()["meta"]["spot_price"]
        for route in ("gex/levels", "options/chain", "options/iv/skew", "expiries")
    }
    stored = {
        ask(later, route, symbol=symbol, as_of="2026-09-25T07:59:59Z").json()["meta"]["spot_price"]
        for route in ("gex/levels", "gex/strike-profile", "options/chain", "options/iv/skew")
    }
    assert len(live) == 1
    assert stored == live
