"""The sizes of an unremarkable market, as medians over worlds; a stray world may lie outside."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from bq_mcp.sandbox.answers.skew import skew_data
from bq_mcp.sandbox.market import SYMBOLS, Snapshot, World
from bq_mcp.sandbox.market.by_expiry import expiry_figures
from bq_mcp.sandbox.market.term import atm_volatility, constant_maturity, years_left

SEEDS = range(30, 40)
BEGIN = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Stated:
    """Volatilities in percent, skew and its spread in points, distances and basis in percent."""

    week_iv: float
    longest_iv: float
    skew: tuple[float, float]
    butterfly: float
    front_pain: float
    basis: tuple[float, float]


STATED = {
    "BTCUSDT": Stated(43, 50, (4.5, 5.0), 1.0, 3, (5.0, 6.0)),
    "ETHUSDT": Stated(63, 70, (3.5, 4.0), 1.7, 4, (4.5, 5.5)),
    "SOLUSDT": Stated(75, 80, (2.0, 3.0), 1.9, 6, (0, 0)),
    "HYPEUSDT": Stated(90, 95, (-2.0, -0.5), 2.5, 8, (0, 0)),
}
every_symbol = pytest.mark.parametrize("symbol", SYMBOLS)


@cache
def chains(symbol: str) -> tuple[tuple[World, Snapshot], ...]:
    """Return one chain a world, nineteen days apart, so that each is at another weekday."""
    worlds = [World(seed=seed) for seed in SEEDS]
    return tuple(
        (world, world.snapshot(symbol, BEGIN + timedelta(days=19 * place)))
        for place, world in enumerate(worlds)
    )


@every_symbol
def test_volatility_rises_from_the_week_to_the_longest_tenor_on_average(symbol):
    stated = STATED[symbol]
    week, longest = [], []
    for _, chain in chains(symbol):
        volatility = 100 * atm_volatility(chain)
        week.append(constant_maturity(years_left(chain), volatility, np.array([7 / 365]))[0])
        longest.append(volatility[-1])
    assert np.median(week) == pytest.approx(stated.week_iv, rel=0.25)
    assert np.median(longest) == pytest.approx(stated.longest_iv, rel=0.08)
    assert min(week) > 0.5 * stated.week_iv
    assert max(week) < 2.0 * stated.week_iv


@every_symbol
def test_skew_and_butterfly_between_a_week_and_a_month(symbol):
    stated = STATED[symbol]
    skews, butterflies = [], []
    for world, chain in chains(symbol):
        for row in skew_data(world, symbol, chain.instant)["expiries"]:
            if 6 <= row["dte"] <= 31 and row["skew_25d"] is not None:
                skews.append(row["skew_25d"])
                butterflies.append(row["butterfly_25d"])
    low, high = stated.skew
    assert low - 1.5 < np.median(skews) < high + 1.5
    assert np.median(butterflies) == pytest.approx(stated.butterfly, rel=0.4)


@every_symbol
def test_max_pain_is_near_spot_in_front_and_within_a_quarter_of_it_farther_out(symbol):
    distances = [
        (figures.expiry.dte, 100 * abs(figures.pain[0] / chain.spot - 1))
        for _, chain in chains(symbol)
        for figures in expiry_figures(chain)
        if figures.pain is not None
    ]
    # A coin without dailies has a front that is days away.
    front = [distance for dte, distance in distances if dte <= 5]
    later = [distance for dte, distance in distances if dte > 30]
    assert np.median(front) < 2 * STATED[symbol].front_pain
    assert np.median(later) < 25


@every_symbol
def test_basis_is_of_the_stated_size_at_one_and_six_months(symbol):
    rows = []
    for _, chain in chains(symbol):
        years = years_left(chain)
        forwards = np.array(
            [chain.forward[chain.expiry_index == place][0] for place in range(len(years))]
        )
        basis = 100 * (forwards / chain.spot - 1) / years
        rows.append(np.interp([30 / 365, 180 / 365], years, basis))
    assert np.median(rows, axis=0) == pytest.approx(STATED[symbol].basis, abs=1.0)
