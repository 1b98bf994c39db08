from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import QuantLib as ql

from bq_mcp.sandbox.market import World
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.exposure import std_quantity
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T
from bq_mcp.sandbox.market.trace_field import (
    TAU_FLOOR_S,
    DealerBook,
    Greek,
    dealer_book,
    trace_field,
)
from bq_mcp.sandbox.vocabulary import VENUES

CHAIN = World(seed=7).snapshot("BTCUSDT", datetime(2026, 9, 18, 14, 32, 30, tzinfo=UTC))
LAST_MINUTES = World(seed=7).snapshot("ETHUSDT", datetime(2026, 9, 18, 7, 57, 30, tzinfo=UTC))
QUANTITY = std_quantity(CHAIN, VENUES)
ALL = np.ones_like(CHAIN.is_call)
BOOK = DealerBook(
    strike=np.array([100.0, 110.0]),
    tau=np.array([0.1, 0.4]),
    carry=np.array([0.05, 0.06]),
    sigma=np.array([0.5, 0.6]),
    quantity=np.array([3.0, -2.0]),
)
YEARS_AHEAD = np.array([0.0, 0.03, 0.08])
PRICES = np.array([90.0, 100.0, 108.0])


def calculator(strike: float, forward: float, deviation: float) -> ql.BlackCalculator:
    return ql.BlackCalculator(
        ql.PlainVanillaPayoff(ql.Option.Call, strike), forward, deviation, 1.0
    )


def peers(years: float, price: float, *, sigma_shift: float = 0.0, forward_at: float | None = None):
    """Yield quantity, calculator and forward of each contract of BOOK at a cell."""
    contracts = zip(
        BOOK.strike.tolist(),
        BOOK.tau.tolist(),
        BOOK.carry.tolist(),
        BOOK.sigma.tolist(),
        BOOK.quantity.tolist(),
        strict=True,
    )
    for strike, tau, carry, sigma, quantity in contracts:
        left = tau - years
        forward = price * np.exp(carry * (tau - (years if forward_at is None else forward_at)))
        yield quantity, calculator(strike, forward, (sigma + sigma_shift) * np.sqrt(left)), forward


def field(greek: Greek, years_ahead: Floats = YEARS_AHEAD, prices: Floats = PRICES) -> Floats:
    return trace_field(greek, BOOK, spot=100.0, years_ahead=years_ahead, prices=prices)


def book_delta(years: float, price: float, **shifts: float) -> float:
    parts = peers(years, price, **shifts)
    return float(sum(quantity * peer.deltaForward() for quantity, peer, _ in parts))


def test_gamma_cells_agree_with_quantlib():
    for row, years in zip(field("gamma"), YEARS_AHEAD, strict=True):
        for cell, price in zip(row, PRICES.tolist(), strict=True):
            expected = sum(
                quantity * peer.gamma(price) * price**2 * 0.01
                for quantity, peer, _ in peers(years, price)
            )
            assert cell == pytest.approx(expected, rel=1e-8)


def test_vanna_cells_are_the_change_of_delta_by_volatility():
    step = 1e-4
    for row, years in zip(field("vanna"), YEARS_AHEAD, strict=True):
        for cell, price in zip(row, PRICES.tolist(), strict=True):
            up, down = (book_delta(years, price, sigma_shift=shift) for shift in (step, -step))
            assert cell == pytest.approx((up - down) / (2 * step), rel=1e-4)


def test_charm_cells_are_the_change_of_delta_by_time_to_expiry():
    step = 1e-5
    for row, years in zip(field("charm"), YEARS_AHEAD, strict=True):
        for cell, price in zip(row, PRICES.tolist(), strict=True):
            longer, shorter = (
                book_delta(years + shift, price, forward_at=years) for shift in (-step, step)
            )
            assert cell == pytest.approx((longer - shorter) / (2 * step), rel=1e-4)


def test_delta_change_is_delta_less_that_at_spot_now():
    now = book_delta(0.0, 100.0)
    for row, years in zip(field("delta_change"), YEARS_AHEAD, strict=True):
        for cell, price in zip(row, PRICES.tolist(), strict=True):
            assert cell == pytest.approx(book_delta(years, price) - now, abs=1e-10)


def test_delta_change_at_spot_now_is_zero():
    cell = field("delta_change", np.array([0.0]), np.array([100.0]))
    assert cell.tolist() == [[0.0]]


def test_gamma_at_spot_now_is_the_net_exposure_of_the_book():
    book = dealer_book(CHAIN, QUANTITY, ALL, vol_shift_pct=0.0)
    found = trace_field(
        "gamma", book, spot=CHAIN.spot, years_ahead=np.array([0.0]), prices=np.array([CHAIN.spot])
    )
    parts = CHAIN.gamma_dollars * QUANTITY
    assert abs(found[0, 0] - parts.sum()) <= 1e-9 * np.abs(parts).sum()


def test_calls_and_puts_of_a_strike_are_taken_together():
    book = dealer_book(CHAIN, QUANTITY, ALL, vol_shift_pct=0.0)
    assert len(book.strike) == len(CHAIN.strike) / 2
    assert book.quantity.sum() == pytest.approx(QUANTITY.sum(), rel=1e-12)


def test_contracts_out_of_scope_do_not_count():
    calls = dealer_book(CHAIN, QUANTITY, CHAIN.is_call, vol_shift_pct=0.0)
    assert np.array_equal(calls.quantity, QUANTITY[CHAIN.is_call])
    today = dealer_book(CHAIN, QUANTITY, CHAIN.zero_dte, vol_shift_pct=0.0)
    assert set(today.strike) == set(CHAIN.strike[CHAIN.zero_dte])


def test_a_shift_multiplies_every_volatility():
    plain, bumped = (
        dealer_book(CHAIN, QUANTITY, ALL, vol_shift_pct=shift) for shift in (0.0, 20.0)
    )
    assert np.allclose(bumped.sigma, 1.2 * plain.sigma, rtol=1e-12)


def test_at_and_after_expiry_the_floor_rules():
    last_minute = BOOK.tau[0] - GREEKS_LEAST_T
    at = np.array([last_minute, BOOK.tau[0], BOOK.tau[0] + 0.01])
    single = DealerBook(*(values[:1] for values in vars(BOOK).values()))
    rows = trace_field("gamma", single, spot=100.0, years_ahead=at, prices=np.array([100.01]))
    assert TAU_FLOOR_S == 60.0
    assert np.isfinite(rows).all()
    assert np.allclose(rows, rows[0], rtol=1e-4)


@pytest.mark.parametrize("hours", [0.02, 1.0, 24.0, 300.0, 720.0])
@pytest.mark.parametrize("greek", ["gamma", "charm", "vanna", "delta_change"])
@pytest.mark.parametrize("chain", [CHAIN, LAST_MINUTES], ids=["afternoon", "last minutes"])
def test_a_fine_time_axis_gives_the_cells_of_its_times_one_by_one(chain, greek, hours):
    book = dealer_book(
        chain, std_quantity(chain, VENUES), np.ones_like(chain.is_call), vol_shift_pct=0.0
    )
    years_ahead = np.linspace(0.0, hours / 8_760, 200)
    prices = chain.spot * np.linspace(0.8, 1.2, 9)

    def cells(book: DealerBook, years_ahead: Floats) -> Floats:
        return trace_field(greek, book, spot=chain.spot, years_ahead=years_ahead, prices=prices)

    whole = cells(book, years_ahead)
    single = np.concatenate([cells(book, years_ahead[[step]]) for step in range(200)])
    gross = replace(book, quantity=np.abs(book.quantity))
    size = np.abs(cells(gross, years_ahead)).max() + gross.quantity.sum()
    assert np.abs(whole - single).max() <= 1e-11 * size


def test_strikes_that_nobody_holds_do_not_count():
    book = dealer_book(CHAIN, QUANTITY, ALL, vol_shift_pct=0.0)
    held = book.quantity != 0
    assert not held.all()
    kept = DealerBook(*(values[held] for values in vars(book).values()))
    with_empty, without = (
        trace_field("vanna", each, spot=CHAIN.spot, years_ahead=YEARS_AHEAD, prices=PRICES * 700)
        for each in (book, kept)
    )
    assert np.array_equal(with_empty, without)


def test_a_book_that_holds_nothing_is_flat():
    empty = replace(BOOK, quantity=np.zeros(2))
    rows = trace_field("delta_change", empty, spot=100.0, years_ahead=YEARS_AHEAD, prices=PRICES)
    assert not rows.any()
