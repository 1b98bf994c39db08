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
from functools import partial
from typing import Literal

import numpy as np
from scipy.special import ndtr

from bq_mcp.sandbox.market.arrays import Flags, Floats, row_sums
from bq_mcp.sandbox.market.calendar import YEAR_S
from bq_mcp.sandbox.market.chebyshev import through_nodes
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T, Snapshot

Greek = Literal["gamma", "charm", "vanna", "delta_change"]

TAU_FLOOR_S = GREEKS_LEAST_T * YEAR_S

_ONE_PERCENT = 0.01
_INVERSE_ROOT_TWO_PI = 1 / np.sqrt(2 * np.pi)
_STRETCH = 2 / 3
"""Part of the time to expiry that is interpolated at once."""
_NODES = 24
"""The error falls 3.7-fold a node over such a stretch, so it is below 1e-13 of the cells."""


@dataclass(frozen=True)
class DealerBook:
    """Dealer coins by strike and expiry: calls and puts of one strike differ by a constant delta.

    `carry` is the log of forward over spot per year, `tau` is in years, `sigma` a decimal a year.
    """

    strike: Floats
    tau: Floats
    carry: Floats
    sigma: Floats
    quantity: Floats


@dataclass(frozen=True)
class _Strip:
    """The contracts of one expiry, and the log of each price over each strike.

    `moneyness` has shape (prices, strikes); `tau` and `carry` are those of the expiry.
    """

    tau: float
    carry: float
    strike: Floats
    sigma: Floats
    quantity: Floats
    prices: Floats
    moneyness: Floats


@dataclass(frozen=True)
class _TimeSlice:
    """What one time of the grid needs; `d1` has shape (prices, strikes), `root` (strikes,)."""

    tau: float
    growth: float
    root: Floats
    d1: Floats


def dealer_book(
    snapshot: Snapshot, quantity: Floats, scope: Flags, *, vol_shift_pct: float
) -> DealerBook:
    """Return the contracts in scope, the call and the put of a strike together.

    `quantity` is signed, in coin, one per contract; volatilities are multiplied by
    1 + vol_shift_pct / 100.
    """
    in_scope = scope.reshape(-1, 2).any(axis=1)
    calls = np.flatnonzero(in_scope) * 2
    tau = snapshot.tau[calls]
    return DealerBook(
        strike=snapshot.strike[calls],
        tau=tau,
        carry=np.log(snapshot.forward[calls] / snapshot.spot) / tau,
        sigma=snapshot.iv[calls] * (1 + vol_shift_pct / 100),
        quantity=np.where(scope, quantity, 0.0).reshape(-1, 2).sum(axis=1)[in_scope],
    )


def trace_field(
    greek: Greek, book: DealerBook, *, spot: float, years_ahead: Floats, prices: Floats
) -> Floats:
    """Return the field of shape (times, prices), in the unit of the greek.

    `years_ahead` counts from the snapshot, `prices` are in USD.
    """
    strips = _strips(book, prices)
    field = np.zeros((len(years_ahead), len(prices)))
    for strip in strips:
        field += _strip_field(greek, strip, years_ahead)
    if greek == "delta_change":
        here = _strips(book, np.array([spot]))
        field -= sum(_cells(greek, strip, np.zeros(1)).item() for strip in here)
    return field


def _strips(book: DealerBook, prices: Floats) -> list[_Strip]:
    """Split the book by expiry, without the strikes at which nothing is held."""
    strips = []
    for tau in np.unique(book.tau[book.quantity != 0]).tolist():
        held = (book.tau == tau) & (book.quantity != 0)
        strike = book.strike[held]
        strips.append(
            _Strip(
                tau=tau,
                carry=book.carry[held][0].item(),
                strike=strike,
                sigma=book.sigma[held],
                quantity=book.quantity[held],
                prices=prices,
                moneyness=np.log(prices)[:, None] - np.log(strike),
            )
        )
    return strips


def _strip_field(greek: Greek, strip: _Strip, years_ahead: Floats) -> Floats:
    """Return the cells of one expiry, stretch by stretch of the ascending time axis.

    Up to the last minute the cells are smooth in time. A stretch that ends well before it is
    interpolated, at less cost and to the same figures; after settlement nothing changes any more.
    """
    parts = []
    start = 0
    while start < len(years_ahead):
        now = years_ahead[start]
        smooth = strip.tau - GREEKS_LEAST_T - now
        end = now + _STRETCH * smooth if smooth > 0 else strip.tau
        stop = max(int(np.searchsorted(years_ahead, end)), start + 1)
        if now >= strip.tau:
            stop = len(years_ahead)
            parts.append(
                np.repeat(_cells(greek, strip, years_ahead[[start]]), stop - start, axis=0)
            )
        else:
            parts.append(_stretch(greek, strip, years_ahead[start:stop]))
        start = stop
    return np.concatenate(parts)


def _stretch(greek: Greek, strip: _Strip, years: Floats) -> Floats:
    if len(years) <= _NODES:
        return _cells(greek, strip, years)
    return through_nodes(partial(_cells, greek, strip), years, _NODES)


def _cells(greek: Greek, strip: _Strip, years: Floats) -> Floats:
    """Return the cells of one expiry at some times, shape (times, prices)."""
    of_row = _CELLS[greek]
    # Two arrays serve all rows: fresh ones would cost more than the arithmetic.
    d1, spare = np.empty_like(strip.moneyness), np.empty_like(strip.moneyness)
    return np.array([of_row(strip, _row(strip, each, d1), spare) for each in years.tolist()])


def _row(strip: _Strip, years: float, d1: Floats) -> _TimeSlice:
    tau = max(strip.tau - years, GREEKS_LEAST_T)
    carried = strip.carry * max(strip.tau - years, 0.0)
    root = strip.sigma * np.sqrt(tau)
    np.divide(strip.moneyness, root, out=d1)
    d1 += carried / root + root / 2
    return _TimeSlice(tau=tau, growth=float(np.exp(carried)), root=root, d1=d1)


def _density(row: _TimeSlice, spare: Floats) -> Floats:
    np.square(row.d1, out=spare)
    spare *= -0.5
    np.exp(spare, out=spare)
    spare *= _INVERSE_ROOT_TWO_PI
    return spare


def _density_times_d2(row: _TimeSlice, spare: Floats) -> Floats:
    density = _density(row, spare)
    density *= row.d1 - row.root
    return density


def _gamma(strip: _Strip, row: _TimeSlice, spare: Floats) -> Floats:
    # Gamma times price squared leaves one power of the price and the growth to the forward.
    cells = row_sums(_density(row, spare), strip.quantity * row.growth / row.root)
    return cells * strip.prices * _ONE_PERCENT


def _charm(strip: _Strip, row: _TimeSlice, spare: Floats) -> Floats:
    return row_sums(_density_times_d2(row, spare), strip.quantity / (-2 * row.tau))


def _vanna(strip: _Strip, row: _TimeSlice, spare: Floats) -> Floats:
    return row_sums(_density_times_d2(row, spare), strip.quantity / -strip.sigma)


def _delta(strip: _Strip, row: _TimeSlice, spare: Floats) -> Floats:
    """Return the delta of calls in place of puts, which differ by a coin each everywhere."""
    return row_sums(ndtr(row.d1, out=spare), strip.quantity)


_CELLS: dict[Greek, Callable[[_Strip, _TimeSlice, Floats], Floats]] = {
    "gamma": _gamma,
    "charm": _charm,
    "vanna": _vanna,
    "delta_change": _delta,
}
