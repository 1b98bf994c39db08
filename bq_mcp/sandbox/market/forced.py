"""Where leveraged positions would be liquidated, and where they were.

A part of each hour's volume opens positions at the hour's first price, at four leverages on both
sides. A level is gone once the price has passed it, or after a week.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.bars import BarSeries

LIFE_HOURS = 168
_LEVERAGES = np.array([100.0, 50.0, 25.0, 10.0])
_SHARES = np.array([0.05, 0.10, 0.25, 0.60])
_OPENED = 0.02
"""Part of an hour's volume that opens leveraged positions, on each side."""
_MARGIN = 0.004


@dataclass(frozen=True)
class ForcedLevels:
    """Levels of one side, (hours, leverages): price and size in USD, opened in the hour of its row.

    `gone` is the hour in which the price passed the level, the one after a level's life, or the
    number of hours where it still stands.
    """

    price: Floats
    size: Floats
    gone: Ints
    passed: Floats


def forced_levels(hours: BarSeries, *, long: bool) -> ForcedLevels:
    """Return the levels of the longs or the shorts that hourly bars opened and removed."""
    away = 1 / _LEVERAGES - _MARGIN
    price = hours.open[:, None] * (1 - away if long else 1 + away)
    size = _OPENED * hours.volume[:, None] * _SHARES
    extreme = hours.low if long else -hours.high
    ahead = np.append(extreme, np.full(LIFE_HOURS, np.inf))[1:]
    windows = np.lib.stride_tricks.sliding_window_view(ahead, LIFE_HOURS)
    bound = price if long else -price
    first = np.empty(price.shape, dtype=np.int64)
    hit = np.empty(price.shape, dtype=np.bool_)
    for column in range(len(_LEVERAGES)):
        reached = windows <= bound[:, column, None]
        first[:, column] = reached.argmax(axis=1)
        hit[:, column] = reached.any(axis=1)
    opened = np.arange(len(price))[:, None]
    gone = np.minimum(np.where(hit, opened + 1 + first, opened + 1 + LIFE_HOURS), len(price))
    return ForcedLevels(price, size, gone, np.where(hit, size, 0.0))


def removed(levels: ForcedLevels, hours: int) -> Floats:
    """Return the size in USD that the price removed in each hour."""
    sums = np.zeros(hours + 1)
    np.add.at(sums, levels.gone, levels.passed)
    return sums[:hours]
