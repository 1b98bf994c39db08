from datetime import UTC, datetime

import numpy as np
import pytest

from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.term import (
    atm_volatility,
    constant_maturity,
    venue_atm_volatility,
    years_left,
)

CHAIN = World(seed=7).snapshot("ETHUSDT", datetime(2026, 9, 18, 14, 32, 30, tzinfo=UTC))


def test_volatility_squared_times_years_is_the_total_variance():
    assert np.allclose(atm_volatility(CHAIN) ** 2 * years_left(CHAIN), CHAIN.theta, rtol=1e-12)


def test_years_left_are_those_of_the_contracts():
    assert np.allclose(years_left(CHAIN)[CHAIN.expiry_index], CHAIN.tau, rtol=1e-12)


def test_deribit_marks_at_the_money_at_the_reference():
    deribit = venue_atm_volatility(CHAIN, 7, ("deribit",))
    assert np.allclose(deribit, atm_volatility(CHAIN), atol=1e-15)


def test_other_venues_differ_by_less_than_two_points():
    difference = 100 * (venue_atm_volatility(CHAIN, 7, ("okx",)) - atm_volatility(CHAIN))
    assert 0 < np.nanmax(np.abs(difference)) < 2


def test_all_venues_together_stay_near_the_reference():
    difference = 100 * (venue_atm_volatility(CHAIN, 7, VENUES) - atm_volatility(CHAIN))
    assert np.abs(difference).max() < 0.3


def test_constant_maturity_runs_straight_in_total_variance():
    found = constant_maturity(np.array([0.1, 0.3]), np.array([0.4, 0.6]), np.array([0.2]))
    assert found[0] ** 2 * 0.2 == pytest.approx((0.4**2 * 0.1 + 0.6**2 * 0.3) / 2, rel=1e-12)


def test_constant_maturity_meets_the_expiries_and_ends_with_them():
    years, volatility = np.array([0.1, 0.3]), np.array([0.4, 0.6])
    assert np.allclose(constant_maturity(years, volatility, years), volatility)
    assert np.isnan(constant_maturity(years, volatility, np.array([0.05, 0.31]))).all()


def test_expiries_without_a_mark_are_passed_over():
    years = np.array([0.1, 0.2, 0.3])
    found = constant_maturity(years, np.array([0.4, np.nan, 0.6]), np.array([0.2]))
    assert found[0] ** 2 * 0.2 == pytest.approx((0.016 + 0.108) / 2, rel=1e-12)
    assert np.isnan(constant_maturity(years, np.full(3, np.nan), years)).all()
