"""Payloads of spot funds: daily flows, assets, and market price against net asset value.

A trading day is published at a fixed hour: that of the US funds on the next day, that of Hong Kong
on the same day. The newest day lacks a late fund until the afternoon.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from bq_mcp.sandbox.answers.rounding import rounded
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import World
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.calendar import DAY_S
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.service_errors import invalid_query

_ROWS = 90
_FUND_DAYS = 30
_MEMORY = 0.35
_PER_POINT = 0.25
_MEAN = 0.15
_TAIL = 0.5
_PREMIUM_SD_PCT = 0.12
_LATE_HOURS = 12
"""Hours after publication at which the last fund reports."""
_CLOSED = {
    "us": "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    "hk": "01-01 02-17 02-18 02-19 04-03 04-06 04-07 05-01 05-25 06-19 07-01 10-01 10-19 12-25",
}
"""Holidays of 2026; the moving ones are a few days off in other years."""
_PUBLISHED = {"us": timedelta(days=1, hours=2), "hk": timedelta(hours=12)}


class _Funds(NamedTuple):
    """The funds of one coin: launch, usual daily flow and assets at launch in USD, and tickers."""

    symbol: str
    launch: date
    flow_sd: float
    assets: float
    names: list[str]

    @property
    def shares(self) -> Floats:
        """Part of all assets by fund, falling."""
        weights = 0.55 ** np.arange(len(self.names))
        parts: Floats = weights / weights.sum()
        return parts


# No market of XRP is simulated; its funds follow the first one.
_FUNDS = {
    ("BTC", "us"): _Funds(
        "BTCUSDT",
        date(2024, 1, 11),
        280e6,
        28e9,
        ["IBIT", "FBTC", "GBTC", "ARKB", "BITB", "HODL", "BRRR", "BTCO", "EZBC", "BTCW"],
    ),
    ("BTC", "hk"): _Funds(
        "BTCUSDT", date(2024, 4, 30), 3e6, 0.25e9, ["ChinaAMC", "Bosera", "Harvest"]
    ),
    ("ETH", "us"): _Funds(
        "ETHUSDT",
        date(2024, 7, 23),
        95e6,
        9e9,
        ["ETHA", "ETHE", "FETH", "ETHW", "ETHV", "QETH", "EZET", "CETH"],
    ),
    ("SOL", "us"): _Funds("SOLUSDT", date(2025, 10, 28), 18e6, 0.5e9, ["BSOL", "GSOL", "VSOL"]),
    ("XRP", "us"): _Funds("BTCUSDT", date(2025, 11, 13), 15e6, 0.6e9, ["XRPC", "XRP", "GXRP"]),
}


def flows(asked: Asked) -> Answer:
    """List daily flows in USD per fund, their total and its running sum since the first day.

    Raises: ServiceError 422 for a region that does not list funds of the coin.
    """
    region = asked.query["region"]
    if (asked.symbol, region) not in _FUNDS:
        raise invalid_query("region", f"hk lists no funds of {asked.symbol}")
    days, by_fund, late = _reported(asked, region)
    daily = np.nansum(by_fund, axis=1)
    running = asked.world.kept(_daily_flows, asked.symbol, region, days[-1]).sum(axis=1).cumsum()
    running[-1] -= late
    names = _FUNDS[asked.symbol, region].names
    rows = [
        {
            "date": day.isoformat(),
            **{name: rounded(flow, 0) for name, flow in zip(names, row, strict=True)},
            "total_net_flow": rounded(total, 0),
            "cumulative_net_flow": rounded(cumulative, 0),
        }
        for day, row, total, cumulative in zip(
            days, by_fund.tolist(), daily.tolist(), running[-len(days) :].tolist(), strict=True
        )
    ]
    return _answer(asked, region, {"unit": "USD", "flows": rows}, days[-1])


def aum(asked: Asked) -> Answer:
    """Show the assets of each fund on its last days, in USD: holdings at the price of the day."""
    funds = _FUNDS[asked.symbol, "us"]
    days, by_fund, _ = _reported(asked, "us")
    prices = _closes(asked.world, funds.symbol, [funds.launch, *days])
    flows = asked.world.kept(_daily_flows, asked.symbol, "us", days[-1])
    held = funds.assets * funds.shares * (prices[1:] / prices[0])[:, None]
    held = held + flows.cumsum(axis=0)[-len(days) :]
    held = np.where(np.isnan(by_fund), np.nan, np.maximum(held, funds.assets * funds.shares / 10))
    total = rounded(float(np.nansum(held[-1])), 0)
    rows = _fund_rows(days, funds, {"aum_usd": held.round()})
    return _answer(asked, "us", {"total_aum_usd": total, "history": rows}, days[-1])


def premium(asked: Asked) -> Answer:
    """Compare market price with net asset value; above zero, in percent, is a premium."""
    funds = _FUNDS[asked.symbol, "us"]
    days, by_fund, _ = _reported(asked, "us")
    stream = Stream(asked.world.seed, asked.symbol, "fund premium")
    numbers = np.array([day.toordinal() for day in days])[:, None]
    gaps = _PREMIUM_SD_PCT * stream.normals(0, numbers, np.arange(len(funds.names)))
    gaps = np.where(np.isnan(by_fund), np.nan, gaps.round(3))
    navs = _closes(asked.world, funds.symbol, days)[:, None] * (0.0003 + 0.0004 * funds.shares)
    navs = np.where(np.isnan(by_fund), np.nan, navs).round(4)
    columns = {"nav": navs, "market_price": (navs * (1 + gaps / 100)).round(4), "premium_pct": gaps}
    return _answer(asked, "us", {"rows": _fund_rows(days, funds, columns)}, days[-1])


def _fund_rows(
    days: list[date], funds: _Funds, columns: Mapping[str, Floats]
) -> list[dict[str, Any]]:
    """Return a row a day and fund for the last days; a figure that is not reported is None."""
    return [
        {
            "date": day.isoformat(),
            "fund": name,
            **{label: rounded(float(values[at, of]), 4) for label, values in columns.items()},
        }
        for at, day in list(enumerate(days))[-_FUND_DAYS:]
        for of, name in enumerate(funds.names)
    ]


def _answer(asked: Asked, region: str, data: dict[str, Any], latest: date) -> Answer:
    extra = {
        "region": region,
        "latest_date": latest.isoformat(),
        "days_since_latest": (asked.context.now.date() - latest).days,
    }
    return Answer(data, extra, computed_at=_published(latest, region))


def _reported(asked: Asked, region: str) -> tuple[list[date], Floats, float]:
    """Return the last days, flows by fund (NaN where one is late), and the late flow in USD."""
    now = asked.context.now
    day = now.date()
    while not _is_open(day, region) or _published(day, region) > now:
        day -= timedelta(days=1)
    history = asked.world.kept(_daily_flows, asked.symbol, region, day)
    rows = history[-_ROWS:].copy()
    late = 0.0
    if now < _published(day, region) + timedelta(hours=_LATE_HOURS):
        late, rows[-1, -1] = float(rows[-1, -1]), np.nan
    return _trading_days(_FUNDS[asked.symbol, region].launch, day, region)[-_ROWS:], rows, late


def _daily_flows(world: World, coin: str, region: str, latest: date) -> Floats:
    """Return flows in whole USD by day since launch and by fund."""
    funds = _FUNDS[coin, region]
    days = _trading_days(funds.launch, latest, region)
    closes = _closes(world, funds.symbol, [days[0] - timedelta(days=1), *days])
    moves = 100 * np.diff(np.log(closes))
    stream = Stream(world.seed, coin, region, "fund flows")
    numbers = np.array([day.toordinal() for day in days])
    # A spread that varies itself gives the tails of a t distribution.
    shocks = stream.normals(0, numbers) * np.exp(_TAIL * stream.normals(2, numbers))
    totals, last = np.empty(len(days)), 0.0
    for place, (shock, move) in enumerate(zip(shocks.tolist(), moves.tolist(), strict=True)):
        last = _MEMORY * last + funds.flow_sd * (_MEAN + 0.9 * shock + _PER_POINT * move)
        totals[place] = last
    spread = 1 + 0.8 * stream.normals(1, numbers[:, None], np.arange(len(funds.names)))
    return (totals[:, None] * funds.shares * spread).round()


@lru_cache(maxsize=64)
def _trading_days(first: date, last: date, region: str) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if _is_open(day, region)]


def _is_open(day: date, region: str) -> bool:
    return day.weekday() < 5 and f"{day:%m-%d}" not in _CLOSED[region].split()


def _published(day: date, region: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + _PUBLISHED[region]


def _closes(world: World, symbol: str, days: list[date]) -> Floats:
    ends = [DAY_S + datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp() for d in days]
    return world.coin(symbol).spot_path.at(np.array(ends))
