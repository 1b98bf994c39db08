"""Payloads of estimated liquidation levels, by price and along time."""

import numpy as np

from bq_mcp.sandbox.answers.rounding import column, matrix, usd, usd_column
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.bars import BarSeries
from bq_mcp.sandbox.market.calendar import HOUR_S
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.forced import LIFE_HOURS, forced_levels

_REACH = 0.12
_BINS = 120
_COLUMNS = 72
_TIERS = ((0.01, "100x"), (0.02, "50x"), (0.04, "25x"), (1.0, "10x"))


def distribution(asked: Asked) -> Answer:
    """Sum what stands now by price and side, in USD; running sums start at spot."""
    hours, spot = _hours(asked), asked.world.spot(asked.symbol, asked.instant)
    prices = _prices(asked, spot)
    long, short = (_standing(hours, prices, long=side)[:, -1] for side in (True, False))
    columns = (
        prices.tolist(),
        usd_column(long),
        usd_column(short),
        usd_column(long[::-1].cumsum()[::-1]),
        usd_column(short.cumsum()),
    )
    rows = [
        {
            "price": price,
            "long_volume_usd": longs,
            "short_volume_usd": shorts,
            "leverage_tier": next(t for edge, t in _TIERS if abs(price / spot - 1) < edge),
            "cumulative_long_usd": all_longs,
            "cumulative_short_usd": all_shorts,
        }
        for price, longs, shorts, all_longs, all_shorts in zip(*columns, strict=True)
    ]
    totals = {"total_long_usd": usd(float(long.sum())), "total_short_usd": usd(float(short.sum()))}
    return Answer({"levels": rows, **totals})


def heatmap(asked: Asked) -> Answer:
    """Grade what stood by price and hour from 0 to 100, with price bars: rows of prices."""
    hours, spot = _hours(asked), asked.world.spot(asked.symbol, asked.instant)
    prices, decimals = _prices(asked, spot), COIN_PARAMETERS[asked.symbol].price_decimals
    grid = np.log1p(sum(_standing(hours, prices, long=side) for side in (True, False)))
    shown = {name: getattr(hours, name)[-_COLUMNS:] for name in ("open", "high", "low", "close")}
    stamps = (1_000 * hours.starts[-_COLUMNS:]).tolist()
    bars = {name: column(values, decimals) for name, values in shown.items()}
    data = {
        "timestamps": stamps,
        "prices": prices.tolist(),
        "intensity": matrix(100 * grid / max(float(grid.max()), 1.0), 2),
        "candles": [
            {"timestamp": stamp, **dict(zip(bars, row, strict=True))}
            for stamp, row in zip(stamps, zip(*bars.values(), strict=True), strict=True)
        ],
    }
    return Answer(data)


def _hours(asked: Asked) -> BarSeries:
    end = int(asked.instant.timestamp())
    start = -(-end // HOUR_S) * HOUR_S - (LIFE_HOURS + _COLUMNS) * HOUR_S
    return asked.world.bars(asked.symbol).series(start, end, HOUR_S)


def _prices(asked: Asked, spot: float) -> Floats:
    share = (np.arange(_BINS) + 0.5) / _BINS * 2 - 1
    prices: Floats = spot * (1 + _REACH * share)
    return prices.round(COIN_PARAMETERS[asked.symbol].price_decimals)


def _standing(hours: BarSeries, prices: Floats, *, long: bool) -> Floats:
    """Return the USD that stand in each price bin, (bins, hours shown), at the end of each hour."""
    levels = forced_levels(hours, long=long)
    count = len(hours.starts)
    width = prices[1] - prices[0]
    place = np.floor((levels.price - prices[0]) / width + 0.5).astype(np.int64)
    inside = (place >= 0) & (place < len(prices))
    changes = np.zeros((len(prices), count + 1))
    opened = np.broadcast_to(np.arange(count)[:, None], place.shape)
    np.add.at(changes, (place[inside], opened[inside]), levels.size[inside])
    np.add.at(changes, (place[inside], levels.gone[inside]), -levels.size[inside])
    standing: Floats = np.maximum(changes.cumsum(axis=1)[:, :count][:, -_COLUMNS:], 0.0)
    return standing
