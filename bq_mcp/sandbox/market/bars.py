"""Long series of price bars, put together from days that are kept.

Bars of every length come from the same minutes, so they nest; a minute runs straight.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.calendar import DAY_S, YEAR_S
from bq_mcp.sandbox.market.candles import MINUTE_S, minute_volumes
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.rng import Stream

_QUARTER_S = 900
_DAYS_OF_MINUTES = 32
_DAYS_OF_QUARTERS = 400
_TILT = 0.18
_SHARE_SD = 0.06
_SPOT_VOLUME = 0.2
"""Volume of the spot markets over that of the perpetuals."""


@dataclass(frozen=True)
class BarSeries:
    """Bars of one length, oldest first, one entry each; the last one may still be open.

    `starts` are epoch seconds, prices and volumes USD; of each market what takers bought is told.
    """

    starts: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    bought: Floats
    spot_volume: Floats
    spot_bought: Floats


class Bars:
    """The bars of one coin."""

    def __init__(self, seed: int, coin: CoinMarket) -> None:
        self._seed = seed
        self._coin = coin
        self._minutes = lru_cache(maxsize=_DAYS_OF_MINUTES)(self._read_minutes)
        self._quarters = lru_cache(maxsize=_DAYS_OF_QUARTERS)(self._read_quarters)

    def series(self, start: int, end: int, width: int) -> BarSeries:
        """Return the bars of a width in seconds from one epoch second up to another.

        All are whole minutes, and the start is a whole number of widths.
        """
        unit = MINUTE_S if width < _QUARTER_S else _QUARTER_S
        days = range(start // DAY_S, -(-end // DAY_S))
        rows = np.concatenate([self._day(day, end, unit) for day in days])
        times = days[0] * DAY_S + unit * np.arange(len(rows))
        inside = times >= start
        starts, *columns = _joined(times[inside], rows[inside], width)
        return BarSeries(starts, *columns)

    def _day(self, day: int, end: int, unit: int) -> Floats:
        whole = (day + 1) * DAY_S <= end
        if whole and unit == _QUARTER_S:
            return self._quarters(day)
        minutes = self._minutes(day)[: (end - day * DAY_S) // MINUTE_S]
        if unit == MINUTE_S:
            return minutes
        return np.stack(_joined(MINUTE_S * np.arange(len(minutes)), minutes, unit)[1:], axis=1)

    def _read_quarters(self, day: int) -> Floats:
        times = MINUTE_S * np.arange(DAY_S // MINUTE_S)
        return np.stack(_joined(times, self._read_minutes(day), _QUARTER_S)[1:], axis=1)

    def _read_minutes(self, day: int) -> Floats:
        start, symbol = day * DAY_S, self._coin.parameters.symbol
        readings = start + MINUTE_S * np.arange(DAY_S // MINUTE_S + 1)
        prices = self._coin.spot_path.at(readings.astype(np.float64))
        first, last = prices[:-1], prices[1:]
        volume = minute_volumes(self._seed, self._coin, start, start + DAY_S)
        usual = self._coin.parameters.volatility * np.sqrt(MINUTE_S / YEAR_S)
        tilt = 0.5 + _TILT * np.tanh(np.log(last / first) / (2 * usual))
        stream = Stream(self._seed, symbol, "buy share")
        noise = _SHARE_SD * stream.normals(0, readings[:-1] // MINUTE_S, np.array([[0], [1]]))
        perp, spot = volume * np.clip(tilt + noise, 0.05, 0.95)
        columns = (first, np.maximum(first, last), np.minimum(first, last), last, volume, perp)
        return np.stack([*columns, _SPOT_VOLUME * volume, _SPOT_VOLUME * spot], axis=1)


def _joined(times: Ints, rows: Floats, width: int) -> tuple[Any, ...]:
    """Put neighbouring rows into bars; return the start of each, then its columns."""
    labels, first = np.unique(times // width, return_index=True)
    last = np.append(first[1:], len(times)) - 1
    sums = np.add.reduceat(rows[:, 4:], first)
    high, low = np.maximum.reduceat(rows[:, 1], first), np.minimum.reduceat(rows[:, 2], first)
    return labels * width, rows[first, 0], high, low, rows[last, 3], *sums.T
