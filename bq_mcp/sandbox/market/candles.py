"""Price bars cut from the spot path.

Bars of every length share one grid of readings, so a long bar's extremes contain those of the short
bars inside it. Volume is drawn by minute and added up.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.activity import hourly_shape
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.calendar import HOUR_S
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.rng import Stream

_READING_S = 15
MINUTE_S = 60
_MINUTES_A_DAY = 1_440
_VOLUME_EXPONENT = 0.6
_VOLUME_NOISE_SD = 0.4


@dataclass(frozen=True)
class Candle:
    """One bar: opening epoch second, prices in USD, traded USD; the close is read at its end."""

    starts_at: int
    open: float
    high: float
    low: float
    close: float
    volume: float


def candles(
    seed: int, coin: CoinMarket, *, until: float, length_s: int, count: int
) -> tuple[Candle, ...]:
    """Return the latest bars up to an instant, oldest first; the last one may still be open.

    `length_s` is a whole number of minutes.
    """
    end = int(until)
    last = -(-end // length_s) * length_s - length_s
    first = last - (count - 1) * length_s
    readings = np.arange(first, end + 1, _READING_S)
    prices = coin.spot_path.at(readings.astype(np.float64))
    volumes = minute_volumes(seed, coin, first, end)
    return tuple(
        _candle(start, prices, volumes, first, length_s)
        for start in range(first, last + 1, length_s)
    )


def _candle(start: int, prices: Floats, volumes: Floats, first: int, length_s: int) -> Candle:
    offset = (start - first) // _READING_S
    inside = prices[offset : offset + length_s // _READING_S + 1]
    minute = (start - first) // MINUTE_S
    return Candle(
        starts_at=start,
        open=inside[0].item(),
        high=inside.max().item(),
        low=inside.min().item(),
        close=inside[-1].item(),
        volume=volumes[minute : minute + length_s // MINUTE_S].sum().item(),
    )


def minute_volumes(seed: int, coin: CoinMarket, first: int, end: int) -> Floats:
    """Return traded USD by minute from `first`; a last minute cut short gives its part."""
    minutes = np.arange(first, end, MINUTE_S)
    hours = minutes // HOUR_S
    distinct, place = np.unique(hours, return_inverse=True)
    pace = coin.outlook.at((distinct * HOUR_S).astype(np.float64)).multiple() ** _VOLUME_EXPONENT
    stream = Stream(seed, coin.parameters.symbol, "volume")
    noise = np.exp(
        _VOLUME_NOISE_SD * stream.normals(0, minutes // MINUTE_S) - _VOLUME_NOISE_SD**2 / 2
    )
    elapsed = np.minimum((end - minutes) / MINUTE_S, 1.0)
    mean = coin.parameters.perp_volume_usd / _MINUTES_A_DAY
    volumes: Floats = mean * hourly_shape(hours) * pace[place] * noise * elapsed
    return volumes
