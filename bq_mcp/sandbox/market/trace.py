"""TRACE: one dealer greek of today's book, at later times and other prices.

Each cell holds the book as it stands: its contracts, quantities and volatilities by strike, and the
carry to each expiry. Time to expiry runs down with the time axis and counts as TAU_FLOOR_S at
least, so from its settlement on a contract keeps the greeks of its last minute. Formulas are those
of `black`, summed over contracts with the signed dealer quantity in coin:

gamma         USD of hedge per 1 % move of the cell's price
charm         coins of delta per year of time to expiry; passing time has the other sign
vanna         coins of delta per 1.00 of volatility
delta_change  coins of delta, less those at spot and time zero
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr

from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.calendar import YEAR_S
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T, Snapshot

Greek = Literal["gamma", "charm", "vanna", "delta_change"]

TAU_FLOOR_S = GREEKS_LEAST_T * YEAR_S

_ONE_PERCENT = 0.01


@dataclass(frozen=True)
class Book:
    """Dealer coins by strike and expiry: calls and puts of one strike differ by a constant delta.

    `carry` is the log of forward over spot per year, `tau` is in years, `sigma` a decimal a year.
    """

    strike: Floats
    tau: Floats
    carry: Floats
    sigma: Floats
    quantity: Floats


@dataclass(frozen=True)
class _Row:
    """What one time of the grid needs: a row per price, a column per strike and expiry."""

    prices: Floats
    tau: Floats
    growth: Floats
    root: Floats
    d1: Floats

    @property
    def density(self) -> Floats:
        density: Floats = np.exp(-(self.d1**2) / 2) / np.sqrt(2 * np.pi)
        return density


def dealer_book(
    snapshot: Snapshot, quantity: Floats, scope: Flags, *, vol_shift_pct: float
) -> Book:
    """Return the contracts in scope, the call and the put of a strike together.

    `quantity` is signed, in coin, one per contract; volatilities are multiplied by
    1 + vol_shift_pct / 100.
    """
    in_scope = scope.reshape(-1, 2).any(axis=1)
    calls = np.flatnonzero(in_scope) * 2
    tau = snapshot.tau[calls]
    return Book(
        strike=snapshot.strike[calls],
        tau=tau,
        carry=np.log(snapshot.forward[calls] / snapshot.spot) / tau,
        sigma=snapshot.iv[calls] * (1 + vol_shift_pct / 100),
        quantity=np.where(scope, quantity, 0.0).reshape(-1, 2).sum(axis=1)[in_scope],
    )


def trace_field(
    greek: Greek, book: Book, *, spot: float, years_ahead: Floats, prices: Floats
) -> Floats:
    """Return the field of shape (times, prices), in the unit of the greek.

    `years_ahead` counts from the snapshot, `prices` are in USD.
    """
    cells = _CELLS[greek]
    rows = [cells(book, _row(book, prices, years)) for years in years_ahead.tolist()]
    field: Floats = np.stack(rows)
    if greek == "delta_change":
        field -= cells(book, _row(book, np.array([spot]), 0.0))
    return field


def _row(book: Book, prices: Floats, years: float) -> _Row:
    tau = np.maximum(book.tau - years, GREEKS_LEAST_T)
    carried = book.carry * np.maximum(book.tau - years, 0.0)
    root = book.sigma * np.sqrt(tau)
    forward_moneyness = np.log(prices)[:, None] + (carried - np.log(book.strike))
    return _Row(
        prices=prices,
        tau=tau,
        growth=np.exp(carried),
        root=root,
        d1=forward_moneyness / root + root / 2,
    )


def _gamma(book: Book, row: _Row) -> Floats:
    # Gamma times price squared leaves one power of the price and the growth to the forward.
    cells: Floats = row.density @ (book.quantity * row.growth / row.root)
    return cells * row.prices * _ONE_PERCENT


def _charm(book: Book, row: _Row) -> Floats:
    cells: Floats = -(row.density * (row.d1 - row.root)) @ (book.quantity / (2 * row.tau))
    return cells


def _vanna(book: Book, row: _Row) -> Floats:
    cells: Floats = -(row.density * (row.d1 - row.root)) @ (book.quantity / book.sigma)
    return cells


def _delta(book: Book, row: _Row) -> Floats:
    """Return the delta of calls in place of puts, which differ by a coin each everywhere."""
    cells: Floats = ndtr(row.d1) @ book.quantity
    return cells


_CELLS: dict[Greek, Callable[[Book, _Row], Floats]] = {
    "gamma": _gamma,
    "charm": _charm,
    "vanna": _vanna,
    "delta_change": _delta,
}
