"""How a scenario tilts the dealers' position: who has bought and sold more than usual.

A lean is the dealers' quantity over open interest before it is bounded, positive where they are
long. Moneyness is the log of strike over spot.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.scenario import Episode

_NEAR = 0.06
_EDGE = 0.012
_BOUGHT = -1.4
_SOLD = 1.2


@dataclass(frozen=True)
class Contracts:
    """The contracts of one expiry: log moneyness, side, strike in USD, and days to expiry."""

    moneyness: Floats
    is_call: Flags
    strike: Floats
    dte: int


def noise(episode: Episode) -> float:
    """Return how much single contracts and venues deviate, 1 in ordinary times."""
    return {"calm": 0.3, "cascade": 4.0}.get(episode.kind, 1.0)


def tilt(episode: Episode, contracts: Contracts, pin_strike: float | None) -> Floats:
    """Return what a stretch adds to the lean of each contract."""
    m = contracts.moneyness
    if episode.kind == "trend":
        return -1.1 * _below(m, _NEAR)
    if episode.kind == "squeeze":
        return np.where(contracts.is_call, _BOUGHT * (1 - _below(m, -_NEAR / 3)), 0.3)
    if episode.kind == "cascade":
        return -0.35 * _below(m, 0.0)
    if episode.kind == "split":
        return _split(m, is_zero_dte=contracts.dte <= 0)
    if episode.kind == "pin":
        at_strike = contracts.strike == pin_strike
        return np.where(at_strike, _SOLD, 0.25 * np.exp(-((m / _NEAR) ** 2)))
    return np.zeros(m.shape)


def _split(moneyness: Floats, *, is_zero_dte: bool) -> Floats:
    """Turn the whole book short above a strike below spot, and today's expiry the other way."""
    if is_zero_dte:
        return 2.0 - 2.25 * _below(moneyness, 1.5 * _EDGE)
    return 0.5 - 1.3 * (1 - _below(moneyness, -_NEAR))


def _below(moneyness: Floats, edge: float) -> Floats:
    """Return 1 well below a log moneyness, 0 well above it."""
    part: Floats = 1 / (1 + np.exp((moneyness - edge) / _EDGE))
    return part
