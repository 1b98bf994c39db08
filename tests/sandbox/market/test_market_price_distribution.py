import numpy as np
import pytest
import QuantLib as ql

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.price_distribution import cell_edges, distribution, probability_below
from bq_mcp.sandbox.market.surface import Smile

SMILE = Smile(rho=-0.25, eta=0.9, gamma=0.45)
FLAT = Smile(rho=0.0, eta=0.0, gamma=0.45)
THETA, FORWARD = 0.02, 100.0
FINE = np.linspace(20.0, 400.0, 3_801)


def calls(prices: Floats) -> Floats:
    w = SMILE.total_variance(np.log(prices / FORWARD), np.array(THETA))
    return black.price(
        forward=np.array(FORWARD), strike=prices, w=w, is_call=np.ones(len(prices), dtype=bool)
    )


def test_probability_below_is_the_slope_of_call_prices():
    prices = np.linspace(60.0, 160.0, 101)
    step = 1e-3
    slope = (calls(prices + step) - calls(prices - step)) / (2 * step)
    below = probability_below(smile=SMILE, theta=THETA, forward=FORWARD, prices=prices)
    assert np.allclose(below, 1 + slope, atol=1e-8)


def test_density_is_the_curvature_of_call_prices():
    found = distribution(smile=SMILE, theta=THETA, forward=FORWARD, prices=FINE)
    inner = (found.prices > 60) & (found.prices < 160)
    step = 0.1
    prices = found.prices[inner]
    curvature = (calls(prices + step) - 2 * calls(prices) + calls(prices - step)) / step**2
    assert np.allclose(found.density[inner], curvature, atol=1e-6)


def test_without_a_smile_it_is_the_lognormal_distribution_of_quantlib():
    for strike in (80.0, 100.0, 130.0):
        payoff = ql.PlainVanillaPayoff(ql.Option.Call, strike)
        peer = ql.BlackCalculator(payoff, FORWARD, np.sqrt(THETA), 1.0)
        below = probability_below(
            smile=FLAT, theta=THETA, forward=FORWARD, prices=np.array([strike])
        )
        assert below[0] == pytest.approx(1 - peer.itmCashProbability(), abs=1e-12)
        cell = distribution(
            smile=FLAT, theta=THETA, forward=FORWARD, prices=strike + np.array([-0.01, 0, 0.01])
        )
        assert cell.density[1] == pytest.approx(peer.strikeGamma(), rel=1e-5)


def test_lognormal_moments_are_those_of_the_textbook():
    found = distribution(smile=FLAT, theta=THETA, forward=FORWARD, prices=FINE)
    growth = np.exp(THETA)
    assert found.mean == pytest.approx(FORWARD, rel=1e-4)
    assert found.std == pytest.approx(FORWARD * np.sqrt(growth - 1), rel=1e-4)
    skewness = (growth + 2) * np.sqrt(growth - 1)
    kurtosis = growth**4 + 2 * growth**3 + 3 * growth**2 - 3
    assert found.standardised_moment(3) == pytest.approx(skewness, rel=1e-3)
    assert found.standardised_moment(4) == pytest.approx(kurtosis, rel=1e-3)
    assert found.mode == pytest.approx(FORWARD * np.exp(-1.5 * THETA), abs=0.1)
    assert found.quantile(0.5) == pytest.approx(FORWARD * np.exp(-THETA / 2), rel=1e-4)


def test_mass_is_density_times_cell_width_and_shares_add_to_one():
    prices = np.array([70.0, 80.0, 90.0, 95.0, 100.0, 105.0, 110.0, 130.0])
    found = distribution(smile=SMILE, theta=THETA, forward=FORWARD, prices=prices)
    assert np.allclose(found.mass, found.density * np.diff(cell_edges(prices)))
    assert 0 < found.mass.sum() <= 1
    assert found.share.sum() == pytest.approx(1, abs=1e-12)


def test_a_quantile_beyond_the_grid_is_none():
    found = distribution(
        smile=SMILE, theta=THETA, forward=FORWARD, prices=np.array([95.0, 100.0, 105.0])
    )
    assert found.quantile(0.5) is not None
    assert found.quantile(0.01) is None
    assert found.quantile(0.99) is None


def test_mass_in_one_cell_has_no_skewness():
    found = distribution(
        smile=SMILE, theta=1e-8, forward=FORWARD, prices=np.array([90.0, 100.0, 110.0])
    )
    assert found.std == pytest.approx(0, abs=1e-6)
    assert found.standardised_moment(3) is None
    assert found.standardised_moment(4) is None


def test_the_lowest_cell_stays_above_zero():
    assert cell_edges(np.array([2.0, 6.0, 8.0])).tolist() == [1.0, 4.0, 7.0, 9.0]
    assert cell_edges(np.array([90.0, 100.0])).tolist() == [85.0, 95.0, 105.0]
