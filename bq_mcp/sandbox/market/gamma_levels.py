"""Gamma flip and walls, read off a strike profile as the API words them."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags
from bq_mcp.sandbox.market.exposure import StrikeProfile

Direction = Literal["negative_to_positive", "positive_to_negative"]


@dataclass(frozen=True)
class Crossing:
    """A strike at which net gamma, summed from the lowest strike up, changes sign."""

    strike: float
    direction: Direction


def crossings(profile: StrikeProfile) -> tuple[Crossing, ...]:
    """Return every sign change of the running sum, ascending; a sum of zero has no sign."""
    running = np.cumsum(profile.net)
    signed = running != 0
    strikes, signs = profile.strikes[signed], np.sign(running[signed])
    turns = 1 + np.flatnonzero(signs[1:] != signs[:-1])
    return tuple(
        Crossing(
            strike=strikes[turn].item(),
            direction="negative_to_positive" if signs[turn] > 0 else "positive_to_negative",
        )
        for turn in turns
    )


def flip(profile: StrikeProfile, spot: float) -> float | None:
    """Return the crossing nearest spot, the lower of two as near; None without a crossing."""
    strikes = [crossing.strike for crossing in crossings(profile)]
    return min(strikes, key=lambda strike: (abs(strike - spot), strike), default=None)


def call_walls(profile: StrikeProfile, spot: float) -> tuple[float, ...]:
    """Return the strikes above spot with positive net gamma, largest first."""
    return _walls(profile, spot, profile.strikes > spot)


def put_walls(profile: StrikeProfile, spot: float) -> tuple[float, ...]:
    """Return the strikes below spot with positive net gamma, largest first."""
    return _walls(profile, spot, profile.strikes < spot)


def strongest(profile: StrikeProfile, count: int) -> tuple[tuple[float, float], ...]:
    """Return (strike, net) of the largest absolute exposures other than zero, largest first."""
    order = np.lexsort((profile.strikes, -np.abs(profile.net)))[:count]
    return tuple(
        (profile.strikes[i].item(), profile.net[i].item()) for i in order if profile.net[i]
    )


def _walls(profile: StrikeProfile, spot: float, side: Flags) -> tuple[float, ...]:
    kept = side & (profile.net > 0)
    strikes, net = profile.strikes[kept], profile.net[kept]
    order = np.lexsort((np.abs(strikes - spot), -net))
    return tuple(strikes[order].tolist())
