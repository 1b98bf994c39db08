"""Payloads that are the past of a present figure, and the instants that such a past is read at."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.rounding import coin_column, ratio, usd
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import EPOCH, floor_to, iso, parse_instant
from bq_mcp.sandbox.market import World
from bq_mcp.sandbox.market.arrays import Ints
from bq_mcp.sandbox.market.calendar import HOUR_S, epoch_seconds
from bq_mcp.sandbox.market.exposure import std_quantity, strike_profile
from bq_mcp.sandbox.market.gamma_levels import call_walls, flip, put_walls
from bq_mcp.sandbox.moments import CHAIN_FLOOR, STORE_STEP_S
from bq_mcp.sandbox.service_errors import invalid_query
from bq_mcp.sandbox.vocabulary import VENUES

Row = dict[str, Any]
Pick = Callable[[World, str, datetime], Row]

_LOCAL = 0.05
_PCR_POINTS = 1_008
"""Most points of a put-call series: half a week in steps of five minutes; others are thinned."""
_PCR_DAYS = 90
"""Days for which put-call ratios are kept."""


def instants(
    newest: datetime, step: int, count: int, *, before: datetime | None = None
) -> list[datetime]:
    """Return the newest instant and those of the grid of `step` seconds behind it, newest first.

    At most `count` of them, all older than `before` and none from before the first stored chain.
    """
    end = newest if before is None else min(newest, before - timedelta(microseconds=1))
    first = [newest] if end == newest else []
    grid = floor_to(end, step)
    if first and grid == newest:
        grid -= timedelta(seconds=step)
    behind = (grid - timedelta(seconds=step) * number for number in range(count - len(first)))
    return [*first, *(each for each in behind if each >= CHAIN_FLOOR)]


def history(asked: Asked, pick: Pick, step: int, points: int) -> tuple[list[Row], str | None]:
    """Return a page of rows, newest first, and the cursor that leads to the next one.

    A cursor is the time of the oldest row; after the last row there is a page without any.

    Raises: ServiceError 422 for a cursor that is no instant.
    """
    times = instants(asked.instant, step, points, before=cursor_of(asked, "before"))
    rows = [
        {"timestamp": iso(time), **asked.world.kept(pick, asked.symbol, time)} for time in times
    ]
    return rows, iso(times[-1]) if times else None


def cursor_of(asked: Asked, name: str) -> datetime | None:
    """Read a cursor.

    Raises: ServiceError 422 for text that is no instant.
    """
    text = asked.query[name]
    try:
        return None if text is None else max(parse_instant(text), EPOCH)
    except ValueError as exc:
        raise invalid_query(name, f"{name} is not an ISO 8601 instant") from exc


def gex_history(asked: Asked) -> Answer:
    """Page back through total gamma exposure under std."""
    rows, cursor = history(asked, _levels, STORE_STEP_S, asked.query["limit"])
    wanted = ("net_gex", "net_local_5pct", "call_wall", "put_wall")
    data = {"timestamps": _column(rows, "timestamp")}
    data |= {name: _column(rows, name) for name in wanted}
    data["total_gex"] = data.pop("net_gex")
    return Answer({**data, "next_cursor": cursor})


def stress_history(asked: Asked) -> Answer:
    """Return the hourly record of flip, walls and net gamma under std, oldest first."""
    count = asked.query["days"] * 24
    times = instants(asked.instant, HOUR_S, count)[::-1]
    rows = [asked.world.kept(_levels, asked.symbol, time) for time in times]
    wanted = ("spot_price", "hvl", "call_wall", "put_wall", "net_gex")
    data: Row = {"timestamps": [iso(time) for time in times]}
    return Answer(data | {name: _column(rows, name) for name in wanted})


def oi_history(asked: Asked) -> Answer:
    """Page back through open interest, in coin."""
    rows, cursor = history(asked, _interest, STORE_STEP_S, asked.query["limit"])
    calls, puts = (_units(rows, side).sum(axis=1) for side in ("calls", "puts"))
    data = {
        "timestamps": _column(rows, "timestamp"),
        "total_oi": coin_column(calls + puts),
        "call_oi": coin_column(calls),
        "put_oi": coin_column(puts),
        "next_cursor": cursor,
    }
    return Answer(data)


def pcr(asked: Asked) -> Answer:
    """Divide put by call open interest along time, oldest first."""
    available = min(min(asked.query["days"], _PCR_DAYS) * 288, _steps_since_floor(asked.instant))
    every = -(-available // _PCR_POINTS)
    times = instants(asked.instant, every * STORE_STEP_S, available // every)[::-1]
    rows = [asked.world.kept(_interest, asked.symbol, time) for time in times]
    calls, puts = _units(rows, "calls"), _units(rows, "puts")
    pairs = zip(puts.sum(axis=1).tolist(), calls.sum(axis=1).tolist(), strict=True)
    data: Row = {
        "timestamps": [iso(time) for time in times],
        "pcr": [ratio(put, call) for put, call in pairs],
        "call_oi": coin_column(calls.sum(axis=1)),
        "put_oi": coin_column(puts.sum(axis=1)),
    }
    if asked.query["include"] == "exchange_breakdown":
        data["exchange_breakdown"] = {
            venue: {
                "call_oi": coin_column(calls[:, place]),
                "put_oi": coin_column(puts[:, place]),
            }
            for place, venue in enumerate(VENUES)
        }
    daily = asked.query["granularity"] == "daily"
    extra = {
        "granularity": "intraday-fallback" if daily else "intraday",
        "points_available": available,
        "points_returned": len(times),
    }
    return Answer(data, extra)


def _steps_since_floor(instant: datetime) -> int:
    return max(int((instant - CHAIN_FLOOR).total_seconds()) // STORE_STEP_S, 1)


def _levels(world: World, symbol: str, instant: datetime) -> Row:
    snapshot = world.snapshot(symbol, instant)
    every = np.ones_like(snapshot.is_call)
    profile = strike_profile(snapshot, std_quantity(snapshot, VENUES), every)
    near = np.abs(profile.strikes / snapshot.spot - 1) <= _LOCAL
    return {
        "spot_price": snapshot.spot,
        "hvl": flip(profile, snapshot.spot),
        "call_wall": next(iter(call_walls(profile, snapshot.spot)), None),
        "put_wall": next(iter(put_walls(profile, snapshot.spot)), None),
        "net_gex": usd(profile.net.sum().item()),
        "net_local_5pct": usd(profile.net[near].sum().item()),
    }


def _interest(world: World, symbol: str, instant: datetime) -> Row:
    is_call, units = world.coin(symbol).interest(epoch_seconds(instant))
    return {"calls": units[is_call].sum(axis=0), "puts": units[~is_call].sum(axis=0)}


def _units(rows: Sequence[Row], side: str) -> Ints:
    """Return open interest by point and venue, in thousandths of a coin."""
    units: Ints = np.array([row[side] for row in rows]).reshape(len(rows), len(VENUES))
    return units


def _column(rows: Sequence[Row], name: str) -> list[Any]:
    return [row[name] for row in rows]
