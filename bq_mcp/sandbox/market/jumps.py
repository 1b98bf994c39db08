"""Price jumps: a compound Poisson process placed by UTC day.

R. Merton, "Option pricing when underlying stock returns are discontinuous" (1976). Sizes are normal
in the log price with mean zero.
"""

from functools import cached_property
from math import exp, factorial

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.calendar import DAY_S, YEAR_DAYS
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S
from bq_mcp.sandbox.market.rng import Stream

_REACH_DAYS = 34 * YEAR_DAYS
_MOST_A_DAY = 3
_COUNT, _SIZE, _TIME = range(3)


class Jumps:
    """All jumps of one coin, summed from the anchor instant."""

    def __init__(self, stream: Stream, *, per_year: float, size_sd: float) -> None:
        self._stream = stream
        self._per_year = per_year
        self._size_sd = size_sd

    def at(self, seconds: Floats) -> Floats:
        """Return the log-price sum of jumps since the anchor, negative time counting backwards."""
        times, sums = self._table
        total: Floats = sums[np.searchsorted(times, seconds, side="right")]
        at_anchor: float = sums[np.searchsorted(times, ANCHOR_S, side="right")]
        return total - at_anchor

    @property
    def drift_per_year(self) -> float:
        """Log drift that keeps the jumps from moving the expected price."""
        return float(-self._per_year * np.expm1(self._size_sd**2 / 2))

    @cached_property
    def _table(self) -> tuple[Floats, Floats]:
        days = ANCHOR_S // DAY_S + np.arange(-_REACH_DAYS, _REACH_DAYS)
        day, number = _jump_places(days, self._counts(days))
        times = (day + self._stream.uniforms(_TIME, day, number)) * DAY_S
        sizes = self._size_sd * self._stream.normals(_SIZE, day, number)
        order = np.argsort(times)
        return times[order], np.concatenate([[0.0], np.cumsum(sizes[order])])

    def _counts(self, days: Ints) -> Ints:
        mean = self._per_year / YEAR_DAYS
        chances = [exp(-mean) * mean**n / factorial(n) for n in range(_MOST_A_DAY)]
        counts: Ints = np.searchsorted(np.cumsum(chances), self._stream.uniforms(_COUNT, days))
        return counts


def _jump_places(days: Ints, counts: Ints) -> tuple[Ints, Ints]:
    number = np.broadcast_to(np.arange(_MOST_A_DAY), (len(days), _MOST_A_DAY))
    happens = number < counts[:, None]
    return np.repeat(days, counts), number[happens]
