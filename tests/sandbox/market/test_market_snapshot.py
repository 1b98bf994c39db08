from datetime import UTC, datetime

import numpy as np
import pytest

from bq_mcp.sandbox.market import SYMBOLS, VENUES, World
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.placement import LOT_UNITS

NOW = datetime(2026, 6, 16, 10, 30, tzinfo=UTC)
DELTA = np.array([venue.startswith("delta") for venue in VENUES])


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_arrays_run_parallel_and_in_order(symbol):
    chain = World(seed=3).snapshot(symbol, NOW)
    contracts = len(chain.strike)
    for values in (chain.expiry_index, chain.is_call, chain.tau, chain.forward, chain.iv, chain.oi):
        assert values.shape == (contracts,)
    assert chain.oi_units.shape == (contracts, len(VENUES))
    order = np.lexsort((~chain.is_call, chain.strike, chain.expiry_index))
    assert np.array_equal(order, np.arange(contracts))
    assert np.all(chain.tau > 0)
    assert np.all((chain.iv > 0.05) & (chain.iv < 5))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_open_interest_sits_in_whole_lots_on_the_venues_of_the_coin(symbol):
    chain = World(seed=3).snapshot(symbol, NOW)
    assert np.all(chain.oi_units >= 0)
    assert np.all(chain.oi_units % LOT_UNITS == 0)
    absent = np.array([venue not in COIN_PARAMETERS[symbol].venues for venue in VENUES])
    assert not chain.oi_units[:, absent].any()
    assert chain.oi_units[:, ~absent].any(axis=0).all()


def test_zero_dte_contracts_settle_at_the_next_eight_o_clock():
    world = World(seed=3)
    for hour in (7, 8, 23):
        chain = world.snapshot("BTCUSDT", NOW.replace(hour=hour, minute=0))
        settles = chain.expiries[0].settles_at
        assert (settles - chain.instant).total_seconds() <= 86_400
        assert np.array_equal(chain.zero_dte, chain.expiry_index == 0)


def test_delta_books_carry_the_settled_expiry_until_noon():
    world = World(seed=3)
    held = world.snapshot("BTCUSDT", NOW.replace(hour=11, minute=59))
    gone = world.snapshot("BTCUSDT", NOW.replace(hour=12, minute=0))
    front = held.expiry_index == 0
    dropped = (held.oi_units - gone.oi_units)[front]
    assert dropped[:, DELTA].sum() > 0
    assert np.abs(dropped[:, ~DELTA]).sum() < 0.02 * held.oi_units[front][:, ~DELTA].sum()


def test_interest_moves_little_by_little_between_settlements():
    world = World(seed=3)
    before = world.snapshot("BTCUSDT", NOW.replace(hour=18, minute=0))
    after = world.snapshot("BTCUSDT", NOW.replace(hour=18, minute=5))
    moved = np.abs(after.oi_units - before.oi_units).sum()
    assert 0 < moved < 0.01 * before.oi_units.sum()


def test_settlement_takes_the_front_and_leaves_the_rest():
    world = World(seed=3)
    friday = datetime(2026, 6, 26, 7, 59, 30, tzinfo=UTC)
    before = world.snapshot("BTCUSDT", friday)
    after = world.snapshot("BTCUSDT", friday.replace(hour=8, minute=0, second=0))
    settled = before.oi[before.expiry_index == 0].sum()
    assert before.expiries[0].kind == "quarterly"
    assert settled > 0.12 * before.oi.sum()
    # The Delta books keep a few percent of it until noon.
    assert after.oi.sum() == pytest.approx(before.oi.sum() - settled, rel=0.03)
