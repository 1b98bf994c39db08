"""Volatility of the options of a given delta, between the listed ones that bracket it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.snapshot import GREEKS_LEAST_T, Snapshot

WIDEST_BRACKET = 0.75
"""Farthest apart that two options may be to say something of one between them, in standard
deviations of the log price. Hours before settlement strikes can be several of them apart."""


@dataclass(frozen=True)
class Wing:
    """One side of one expiry: `reach` ascending, the normal quantile of absolute delta."""

    reach: Floats
    iv: Floats

    def at(self, delta: float) -> float | None:
        """Return the volatility at an absolute delta, decimal a year.

        It runs straight in the normal quantile of delta, which is almost the log strike. None where
        no two listed options, near enough to each other, bracket the delta.
        """
        wanted = float(ndtri(delta))
        above = int(np.searchsorted(self.reach, wanted))
        if above in (0, len(self.reach)):
            return None
        bracket = slice(above - 1, above + 1)
        if np.ptp(self.reach[bracket]) > WIDEST_BRACKET:
            return None
        return float(np.interp(wanted, self.reach[bracket], self.iv[bracket]))


def wings(snapshot: Snapshot) -> tuple[tuple[Wing, Wing], ...]:
    """Return the put and the call wing of each expiry, in that order."""
    w = snapshot.iv**2 * np.maximum(snapshot.tau, GREEKS_LEAST_T)
    first = black.d1(forward=snapshot.forward, strike=snapshot.strike, w=w)
    reach = np.where(snapshot.is_call, first, -first)
    return tuple(
        (
            _wing(snapshot, reach, (snapshot.expiry_index == place) & ~snapshot.is_call),
            _wing(snapshot, reach, (snapshot.expiry_index == place) & snapshot.is_call),
        )
        for place in range(len(snapshot.expiries))
    )


def _wing(snapshot: Snapshot, reach: Floats, side: Flags) -> Wing:
    order = np.argsort(reach[side], kind="stable")
    return Wing(reach=reach[side][order], iv=snapshot.iv[side][order])
