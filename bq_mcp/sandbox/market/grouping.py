"""Sums of the book along its axes: what profiles, heatmaps and surfaces are cut from."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T, Snapshot

Axis = Literal["strike", "expiry", "side"]


@dataclass(frozen=True)
class Grouped:
    """Sums with one dimension per axis, and the labels along each.

    Labels are strikes in USD, places in `snapshot.expiries`, and True, False for calls and puts.
    """

    labels: tuple[NDArray[Any], ...]
    sums: Floats


def grouped(
    snapshot: Snapshot, values: NDArray[Any], *axes: Axis, kept: Flags | None = None
) -> Grouped:
    """Sum a figure of every contract, shape (contracts, ...), over those kept.

    Labels ascend; calls come before puts, and both are always there.
    """
    chosen = np.ones_like(snapshot.is_call) if kept is None else kept
    flat = np.zeros(np.count_nonzero(chosen), dtype=np.int64)
    labels = []
    for axis in axes:
        names, place = _places(snapshot, axis, chosen)
        flat = flat * len(names) + place
        labels.append(names)
    shape = tuple(len(names) for names in labels)
    columns = values[chosen].reshape(len(flat), int(np.prod(values.shape[1:])))
    cells = int(np.prod(shape))
    sums = [np.bincount(flat, weights=column, minlength=cells) for column in columns.T]
    stacked = np.stack(sums, axis=-1).astype(np.float64)
    return Grouped(tuple(labels), stacked.reshape(shape + values.shape[1:]))


def averaged(
    snapshot: Snapshot, values: NDArray[Any], *axes: Axis, kept: Flags | None = None
) -> Grouped:
    """Average a figure likewise; NaN where no contract is."""
    total = grouped(snapshot, values, *axes, kept=kept)
    count = grouped(snapshot, np.ones_like(values), *axes, kept=kept).sums
    return Grouped(total.labels, total.sums / np.where(count > 0, count, np.nan))


def greek(snapshot: Snapshot, name: str) -> Floats:
    """Return a greek of one coin of every contract.

    Delta 0 to 1, gamma per USD, theta USD a day, vega USD per volatility point, vanna per 1.00 of
    volatility, charm per year of time to expiry.
    """
    t = np.maximum(snapshot.tau, GREEKS_LEAST_T)
    inputs = {"forward": snapshot.forward, "strike": snapshot.strike, "w": snapshot.iv**2 * t}
    if name == "delta":
        return black.delta(is_call=snapshot.is_call, **inputs)
    if name == "gamma":
        return black.gamma(spot=snapshot.spot, **inputs)
    timed = {
        "theta": black.theta_per_day,
        "vega": black.vega_per_point,
        "vanna": black.vanna,
        "charm": black.charm,
    }
    return timed[name](t=t, **inputs)


def exposure(snapshot: Snapshot, name: str) -> Floats:
    """Return what one coin of every contract exposes a book to, as dealers' profiles show it.

    Gamma is USD of hedge per 1 % move and delta USD; the other greeks are as `greek` has them.
    """
    if name == "gamma":
        return snapshot.gamma_dollars
    scale = snapshot.spot if name == "delta" else 1.0
    return scale * greek(snapshot, name)


def _places(snapshot: Snapshot, axis: Axis, chosen: Flags) -> tuple[NDArray[Any], NDArray[Any]]:
    if axis == "side":
        return np.array([True, False]), (~snapshot.is_call[chosen]).astype(np.int64)
    values = snapshot.strike if axis == "strike" else snapshot.expiry_index
    names, place = np.unique(values[chosen], return_inverse=True)
    return names, place
