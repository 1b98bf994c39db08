from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest

from bq_mcp.sandbox.market import Snapshot, World, black
from bq_mcp.sandbox.market.quotes import Quotes, deribit_quotes, half_spread

NOW = datetime(2026, 9, 18, 3, 0, tzinfo=UTC)


@cache
def chain(symbol: str) -> Snapshot:
    return World(seed=5).snapshot(symbol, NOW)


def quotes(symbol: str) -> Quotes:
    found = deribit_quotes(chain(symbol))
    assert found is not None
    return found


def otm_delta(snapshot: Snapshot) -> np.ndarray:
    w = snapshot.iv**2 * snapshot.tau
    calls = np.ones_like(snapshot.is_call)
    delta = black.delta(forward=snapshot.forward, strike=snapshot.strike, w=w, is_call=calls)
    return np.minimum(delta, 1 - delta)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT", "SOLUSDT"])
def test_mark_lies_between_bid_and_offer(symbol):
    found = quotes(symbol)
    assert np.all(found.bid >= 0)
    assert np.all(found.bid <= found.mark + 1e-9)
    assert np.all(found.mark <= found.ask + 1e-9)
    assert np.all(found.ask > found.bid)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_coin_quotes_are_whole_ticks_coarser_from_half_a_percent(symbol):
    for price in (quotes(symbol).bid, quotes(symbol).ask):
        tick = np.where(price > 0.005, 0.0005, 0.0001)
        assert np.allclose(price / tick, np.rint(price / tick), atol=1e-6)


def test_usdc_quotes_are_whole_cents():
    for price in (quotes("SOLUSDT").bid, quotes("SOLUSDT").ask):
        assert np.allclose(price * 100, np.rint(price * 100), atol=1e-6)


def test_far_options_have_no_bid_but_an_offer():
    found = quotes("BTCUSDT")
    far = otm_delta(chain("BTCUSDT")) < 1e-6
    cheap = far & (found.mark < 1e-5)
    assert cheap.any()
    assert np.all(found.bid[cheap] == 0)
    assert np.all(found.ask[cheap] >= 0.0001)


def test_half_spread_runs_from_half_a_point_to_four():
    snapshot = chain("BTCUSDT")
    calm = snapshot.tau > 0.5 / 365
    half, delta = 100 * half_spread(snapshot), otm_delta(snapshot)
    assert np.allclose(half[calm & (delta <= 0.10)], 4.0)
    assert np.all((half[calm] >= 0.5) & (half[calm] <= 4.0))
    near = calm & (delta > 0.45)
    assert near.any()
    assert np.all(half[near] < 1.0)


def test_half_spread_is_threefold_in_the_last_twelve_hours_and_on_thin_coins():
    snapshot = chain("BTCUSDT")
    last = snapshot.tau < 0.5 / 365
    assert np.allclose(100 * half_spread(snapshot)[last & (otm_delta(snapshot) <= 0.10)], 12.0)
    thin = chain("SOLUSDT")
    assert np.allclose(100 * half_spread(thin)[otm_delta(thin) <= 0.10], 12.0)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_coin_marks_keep_put_call_parity(symbol):
    snapshot, found = chain(symbol), quotes(symbol)
    calls, puts = found.mark[::2], found.mark[1::2]
    parity = 1 - snapshot.strike[::2] / snapshot.forward[::2]
    assert np.max(np.abs(calls - puts - parity)) < 1e-10


def test_usdc_marks_keep_put_call_parity():
    snapshot, found = chain("SOLUSDT"), quotes("SOLUSDT")
    parity = (snapshot.forward - snapshot.strike)[::2]
    assert np.max(np.abs(found.mark[::2] - found.mark[1::2] - parity)) < 1e-10


def test_coin_without_deribit_has_no_quotes():
    assert deribit_quotes(chain("HYPEUSDT")) is None


def test_offer_is_above_the_bid_where_the_spread_is_worth_less_than_a_tick():
    snapshot = World(seed=103).snapshot("SOLUSDT", datetime(2026, 5, 29, 7, 58, 30, tzinfo=UTC))
    found = deribit_quotes(snapshot)
    assert found is not None
    narrow = found.ask - found.bid < 0.015
    deep = narrow & (found.bid > 1)
    assert deep.any()
    assert np.all(found.ask > found.bid)
