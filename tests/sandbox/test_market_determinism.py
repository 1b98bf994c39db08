from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.sandbox.answers.levels import levels_data
from bq_mcp.sandbox.market import SYMBOLS, World
from bq_mcp.sandbox.market.candles import candles
from tests.sandbox.market_worlds import CASES, INSTANTS, Case, world

EVERY_SECTION = frozenset({"spot", "candles", "zones", "max_pain", "expected_move", "ranked"})
ANCHOR = datetime(2026, 6, 1, tzinfo=UTC)
ANCHOR_PRICES = {"BTCUSDT": 70_000, "ETHUSDT": 2_100, "SOLUSDT": 85, "HYPEUSDT": 38}


def test_asking_backwards_in_a_new_world_changes_no_answer():
    some = [case for case in CASES if case.seed == 7]
    answers: dict[Case, object] = {}
    for order in (some, some[::-1]):
        fresh = World(seed=7)
        for case in order:
            answer = levels_data(
                fresh,
                case.symbol,
                case.instant,
                positioning="flow",
                venues=None,
                include=EVERY_SECTION,
            )
            assert answers.setdefault(case, answer) == answer


def test_two_worlds_of_a_seed_hold_the_same_bytes_and_two_seeds_do_not():
    one, same, other = World(seed=5), World(seed=5), World(seed=6)
    for symbol in SYMBOLS:
        first, second, third = (w.snapshot(symbol, INSTANTS[1]) for w in (one, same, other))
        for name in ("strike", "iv", "forward", "tau", "oi_units"):
            assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
        assert first.spot == second.spot != third.spot


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_seed_passes_its_anchor_price(seed, symbol):
    assert World(seed=seed).spot(symbol, ANCHOR) == ANCHOR_PRICES[symbol]


@settings(max_examples=40)
@given(
    symbol=st.sampled_from(SYMBOLS),
    step=st.integers(min_value=-80 * 2_880, max_value=200 * 2_880),
)
def test_spot_is_the_same_through_every_door(symbol, step):
    instant = ANCHOR + timedelta(seconds=30 * step)
    here = world(7)
    spot = here.spot(symbol, instant)
    assert here.snapshot(symbol, instant).spot == spot
    (bar,) = candles(7, here.coin(symbol), until=instant.timestamp(), length_s=300, count=1)
    assert bar.close == spot


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_long_bar_holds_the_extremes_and_volume_of_the_short_bars_inside(symbol):
    coin, midnight = world(7).coin(symbol), (ANCHOR + timedelta(days=9)).timestamp()
    (day,) = candles(7, coin, until=midnight, length_s=86_400, count=1)
    minutes = candles(7, coin, until=midnight, length_s=60, count=1_440)
    assert day.high == max(bar.high for bar in minutes)
    assert day.low == min(bar.low for bar in minutes)
    assert (day.open, day.close) == (minutes[0].open, minutes[-1].close)
    assert np.isclose(day.volume, sum(bar.volume for bar in minutes), rtol=1e-12)


def test_realised_volatility_is_of_the_stated_size():
    for symbol, stated in zip(SYMBOLS, (0.40, 0.59, 0.70, 0.84), strict=True):
        realised = []
        for seed in range(4):
            coin = world(seed).coin(symbol)
            days = ANCHOR.timestamp() + np.linspace(-400.0, 400.0, 801) * 86_400
            returns = np.diff(np.log(coin.spot_path.at(days)))
            realised.append(returns.std() * np.sqrt(365))
        assert 0.8 * stated < np.mean(realised) < 1.3 * stated
