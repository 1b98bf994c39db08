"""Payloads of the market series: prices, open interest, funding, taker volume, liquidations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.rounding import column, usd_column
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.charges import quota_units
from bq_mcp.sandbox.gate import PREFIX
from bq_mcp.sandbox.market.bars import BarSeries
from bq_mcp.sandbox.market.calendar import HOUR_S
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.forced import LIFE_HOURS, forced_levels, removed
from bq_mcp.sandbox.market.perp import funding_rate
from bq_mcp.sandbox.market.perp import open_interest as interest_at
from bq_mcp.sandbox.queries import members
from bq_mcp.sandbox.service_errors import no_data
from bq_mcp.sandbox.vocabulary import MARKET_SERIES

PERP_FLOOR_S = 1_704_067_200
"""2024-01-01, where the series begin."""

_WIDTHS = {"1m": 60, "5m": 300, "15m": 900, "30m": 1_800, "1h": 3_600, "4h": 14_400, "1d": 86_400}
_POINTS_MOST = 30_000
_MISSING = {("funding", "SOLUSDT"), ("cvd_spot", "HYPEUSDT")}
"""Series that nobody collects."""

Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class _Window:
    """The bars of a window, and the hours that were asked for."""

    asked: Asked
    bars: BarSeries
    width: int
    hours: int

    @property
    def stamps(self) -> list[int]:
        stamps: list[int] = (1_000 * self.bars.starts).tolist()
        return stamps

    @property
    def extra(self) -> dict[str, Any]:
        source = "continuous_aggregate" if self.width >= 1_800 else "raw"
        extra: dict[str, Any] = {"sources": [source]}
        served = len(self.bars.starts) * self.width // HOUR_S
        return extra | ({"available_hours": served} if served < self.hours else {})


def cvd(asked: Asked) -> Answer:
    """Return the taker volume delta, of perpetuals or of spot markets."""
    market = asked.query["market"]
    answer = _single(asked, f"cvd_{market}")
    return Answer({**answer.data, "ohlc_complete": False, "market": market}, answer.extra)


def bundle(asked: Asked) -> Answer:
    """Align several series; one that cannot be served is null, with its reason in `errors`."""
    names = members(asked.query["series"]) or MARKET_SERIES
    window = _window(asked)
    served, errors = dict[str, Columns | None](), dict[str, str]()
    for name in names:
        if name not in _SERIES or (name, asked.symbol) in _MISSING:
            served[name], errors[name] = None, f"No {name} series for {asked.symbol}"
        else:
            served[name] = _SERIES[name](window)
    extra = {
        "series": names,
        "quota_units_charged": quota_units(f"{PREFIX}/market/bundle", asked.request.query_params),
        "coverage": {name: len(window.bars.starts) for name in names if served[name]},
        "aligned": True,
        "errors": errors,
        **window.extra,
    }
    return Answer({"timestamps": window.stamps, **served}, extra)


def _single(asked: Asked, name: str) -> Answer:
    """Return one series on its own time axis.

    Raises: ServiceError 404 for one that nobody collects.
    """
    if (name, asked.symbol) in _MISSING:
        raise no_data(f"{asked.symbol}: no {name} series")
    window = _window(asked)
    return Answer({"timestamps": window.stamps, **_SERIES[name](window)}, window.extra)


def _window(asked: Asked) -> _Window:
    width, hours = _WIDTHS[asked.query["interval"]], asked.query["hours"]
    end = int(asked.instant.timestamp())
    count = min(-(-hours * HOUR_S // width), _POINTS_MOST)
    start = max(-(-end // width) * width - count * width, PERP_FLOOR_S)
    return _Window(asked, asked.world.bars(asked.symbol).series(start, end, width), width, hours)


def _candles(window: _Window) -> Columns:
    bars, decimals = window.bars, COIN_PARAMETERS[window.asked.symbol].price_decimals
    prices = {name: getattr(bars, name) for name in ("open", "high", "low", "close")}
    volumes = {
        "volume": bars.volume,
        "buy_volume": bars.bought,
        "sell_volume": bars.volume - bars.bought,
    }
    return {name: column(values, decimals) for name, values in prices.items()} | {
        name: usd_column(values) for name, values in volumes.items()
    }


def _open_interest(window: _Window) -> Columns:
    ends = np.minimum(window.bars.starts + window.width, window.asked.instant.timestamp())
    world, symbol = window.asked.world, window.asked.symbol
    coins = interest_at(world.seed, world.coin(symbol), ends)
    return {
        "open_interest": column(coins, 3),
        "open_interest_usd": usd_column(coins * window.bars.close),
    }


def _funding(window: _Window) -> Columns:
    world, starts = window.asked.world, window.bars.starts.astype(np.float64)
    coin = world.coin(window.asked.symbol)
    ends = np.minimum(starts + window.width, window.asked.instant.timestamp())
    return {
        "rate_open": column(funding_rate(world.seed, coin, starts), 8),
        "rate_close": column(funding_rate(world.seed, coin, ends), 8),
    }


def _cvd(window: _Window, *, spot: bool) -> Columns:
    bars = window.bars
    volume, bought = (bars.spot_volume, bars.spot_bought) if spot else (bars.volume, bars.bought)
    delta = (2 * bought - volume).round(2)
    close = delta.cumsum()
    return {
        "buy_volume": usd_column(bought),
        "sell_volume": usd_column(volume - bought),
        "delta": usd_column(delta),
        "open": usd_column(close - delta),
        "high": [None] * len(delta),
        "low": [None] * len(delta),
        "close": usd_column(close),
    }


def _liquidations(window: _Window) -> Columns:
    """Sum what the price removed by hour; shorter buckets share an hour by their volume."""
    bars, end = window.bars, int(window.asked.instant.timestamp())
    start = int(bars.starts[0]) // HOUR_S * HOUR_S - LIFE_HOURS * HOUR_S
    hours = window.asked.world.bars(window.asked.symbol).series(start, end, HOUR_S)
    columns = {}
    for name, long in (("long_usd", True), ("short_usd", False)):
        by_hour = removed(forced_levels(hours, long=long), len(hours.starts))
        if window.width < HOUR_S:
            of_hour = bars.starts // HOUR_S - start // HOUR_S
            sums = (by_hour / hours.volume)[of_hour] * bars.volume
        else:
            first = np.searchsorted(hours.starts, bars.starts)
            sums = np.add.reduceat(by_hour, first)
        columns[name] = usd_column(sums)
    return columns


_SERIES: Mapping[str, Callable[[_Window], Columns]] = {
    "candles": _candles,
    "open_interest": _open_interest,
    "funding": _funding,
    "cvd_perp": partial(_cvd, spot=False),
    "cvd_spot": partial(_cvd, spot=True),
    "liquidations": _liquidations,
}

candles = partial(_single, name="candles")
open_interest = partial(_single, name="open_interest")
funding = partial(_single, name="funding")
liquidations = partial(_single, name="liquidations")
