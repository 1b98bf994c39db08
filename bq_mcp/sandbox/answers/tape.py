"""Payloads of the options tape: prints, and what a window of them adds up to."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import inf
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.print_rows import from_venues, print_rows, tape_of
from bq_mcp.sandbox.answers.rounding import usd_column
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import floor_to, iso
from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.arrays import Ints
from bq_mcp.sandbox.market.calendar import DAY_S, HOUR_S, session_at, session_start
from bq_mcp.sandbox.market.coin_parameters import TAPE_FLOOR_S
from bq_mcp.sandbox.market.placement import THOUSANDTHS
from bq_mcp.sandbox.market.prints import Prints

_MINUTE_S = 60
_QUADRANTS = ("call_buy_premium", "call_sell_premium", "put_buy_premium", "put_sell_premium")
_PREMIUM = dict(zip(_QUADRANTS, (1, -1, 1, -1), strict=True))
_DELTA = {"buy_delta_usd": 1, "sell_delta_usd": -1}
"""Columns of a bucket, and with which sign they make its net."""
_DERIBIT = VENUES.index("deribit")
_TIDE = {"0dte": (1, 300), "weekly": (7, HOUR_S)}
"""Days that a horizon looks back, and seconds between its points."""


def recent(asked: Asked) -> Answer:
    """Return the last prints, newest first."""
    tape, now = tape_of(asked), asked.instant.timestamp()
    found = tape.between(now - DAY_S, now)
    newest = np.flatnonzero(from_venues(found, asked.query["venues"]))[::-1]
    rows = print_rows(asked.symbol, found.where(newest[: asked.query["limit"]]))
    return Answer({"trades": rows})


def whale(asked: Asked) -> Answer:
    """List the prints over a premium floor, the dearest first."""
    floor, hours = asked.query["premium_min_usd"], asked.query["hours"]
    found = _window(asked, hours, floor)
    largest = np.argsort(-found.cents, kind="stable")[: asked.query["limit"]]
    rows = print_rows(asked.symbol, found.where(largest))
    data = {"window_hours": hours, "premium_min_usd": floor, "count": len(found.cents)}
    return Answer({**data, "trades": rows})


def stats(asked: Asked) -> Answer:
    """Count prints and add up premium and size, overall and by venue."""
    found = _window(asked, asked.query["hours"], asked.query["premium_min_usd"])
    per_venue = {
        name: _totals(found.where(found.venue == place))
        for place, name in enumerate(VENUES)
        if (found.venue == place).any()
    }
    hours = asked.query["hours"]
    return Answer({"window_hours": hours, "overall": _totals(found), "per_venue": per_venue})


def strike_heat(asked: Asked) -> Answer:
    """Rank strikes by the size of the net premium takers paid there, in USD."""
    found = _window(asked, asked.query["hours"], asked.query["min_size"])
    strikes, place = np.unique(found.strike, return_inverse=True)
    buys, sells = (
        np.bincount(place, weights=found.cents * side, minlength=len(strikes)) / 100
        for side in (found.bought, ~found.bought)
    )
    trades = np.bincount(place, minlength=len(strikes))
    names = ("strike", "buy_premium", "sell_premium", "net_premium", "total_premium")
    table = np.column_stack([strikes, buys, sells, buys - sells, buys + sells]).round(2)
    ranked = np.argsort(-np.abs(buys - sells), kind="stable")[: asked.query["top"]]
    rows = [
        {**dict(zip(names, table[each].tolist(), strict=True)), "trades": int(trades[each])}
        for each in ranked
    ]
    return Answer({"window_hours": asked.query["hours"], "strikes": rows})


def imbalance(asked: Asked) -> Answer:
    """Weigh what takers bought against what they sold, bucket by bucket, in USD."""
    by_delta = asked.query["weight"] == "delta"
    rows = _bucket_rows(asked, _DELTA if by_delta else _PREMIUM)
    return Answer({"weight": asked.query["weight"], "buckets": rows})


def delta_flow(asked: Asked) -> Answer:
    """Sum the delta that customers traded, from Deribit's prints, in USD."""
    note = "Delta that customers traded, as takers; not what dealers hedge."
    return Answer({"buckets": _bucket_rows(asked, _DELTA)}, {"note": note})


def premium_tide(asked: Asked) -> Answer:
    """Track net premium since the horizon began, and volume, of Deribit's prints, in USD."""
    days, step = _TIDE[asked.query["horizon"]]
    now = asked.instant.timestamp()
    start = now // DAY_S * DAY_S if days == 1 else (now - days * DAY_S) // step * step
    found = tape_of(asked).between(start, now)
    found = found.where(found.venue == _DERIBIT)
    count = int((now - start) // step) + 1
    bucket = ((found.time_ms / 1_000 - start) // step).astype(np.int64)
    paid = found.cents / 100 * np.where(found.bought, 1, -1)
    volume = found.units / THOUSANDTHS * found.index
    columns: dict[str, Any] = {
        "timestamps": _stamps(start + step * place for place in range(count))
    }
    for side, is_side in (("call", found.is_call), ("put", ~found.is_call)):
        net, traded = (
            np.bincount(bucket, weights=values * is_side, minlength=count)
            for values in (paid, volume)
        )
        columns[f"net_{side}_premium"] = usd_column(np.cumsum(net, dtype=np.float64))
        columns[f"{side}_volume_usd"] = usd_column(traded.astype(np.float64))
    return Answer({"horizon": asked.query["horizon"], **columns})


def _bucket_rows(asked: Asked, columns: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return a row for each bucket of the window: its columns, their net and the running net.

    Buckets lie on whole multiples of their width; the first one may begin before the window.
    """
    tape_of(asked)
    now, width = asked.instant.timestamp(), asked.query["bucket_minutes"] * _MINUTE_S
    start = _start(asked, asked.query["hours"])
    sessions = range(session_at(start), session_at(now) + 1)
    venues = "deribit" if columns is _DELTA else asked.query["venues"]
    place = (asked.query["min_size"], venues, columns is _DELTA)
    past = [asked.world.kept(_minute_sums, asked.symbol, each, *place) for each in sessions[:-1]]
    present = _minute_sums(asked.world, asked.symbol, sessions[-1], *place, until=now)
    sums = np.concatenate([*past, present])
    minutes = session_start(sessions[0]) + _MINUTE_S * np.arange(len(sums))
    inside = (minutes >= start) & (minutes <= now)
    labels, first = np.unique(minutes[inside] // width, return_index=True)
    totals = np.add.reduceat(sums[inside], first)
    net = totals @ np.array(list(columns.values()))
    names = ("timestamp", *columns, "net", "cumulative_net")
    table = np.column_stack([totals, net, net.cumsum()]) / (1 if columns is _DELTA else 100)
    stamps = _stamps((labels * width).tolist())
    return [
        dict(zip(names, (stamp, *row), strict=True))
        for stamp, row in zip(stamps, table.tolist(), strict=True)
    ]


def _minute_sums(
    world: World,
    symbol: str,
    session: int,
    least_usd: float,
    venues: str | None,
    by_delta: bool,
    until: float = inf,
) -> Ints:
    """Return sums by minute of a session: delta bought and sold in USD, or cents by quadrant."""
    found = world.tape(symbol).session(session)
    kept = from_venues(found, venues) & (found.cents >= 100 * least_usd)
    found = found.where(kept & (found.time_ms <= until * 1_000))
    minute = found.time_ms // 60_000 - int(session_start(session)) // _MINUTE_S
    column, values = 2 * ~found.is_call + ~found.bought, found.cents
    if by_delta:
        column, values = (found.delta < 0).astype(np.int64), np.abs(found.delta)
    sums = np.zeros((DAY_S // _MINUTE_S, 2 if by_delta else 4), dtype=np.int64)
    np.add.at(sums, (minute, column), values)
    return sums


def _start(asked: Asked, hours: int) -> float:
    """Return where a window begins: on a whole minute, and not before the tape does."""
    now = floor_to(asked.instant, _MINUTE_S).timestamp()
    return max(now - hours * HOUR_S, float(TAPE_FLOOR_S))


def _window(asked: Asked, hours: int, least_usd: float | None) -> Prints:
    found = tape_of(asked).between(_start(asked, hours), asked.instant.timestamp())
    return found.where(
        from_venues(found, asked.query["venues"]) & (found.cents >= 100 * (least_usd or 0))
    )


def _stamps(seconds: Iterable[float]) -> list[str]:
    return [iso(datetime.fromtimestamp(each, UTC)) for each in seconds]


def _totals(found: Prints) -> dict[str, Any]:
    bought = int(found.cents[found.bought].sum(dtype=np.int64))
    total = int(found.cents.sum(dtype=np.int64))
    calls = int(np.count_nonzero(found.is_call))
    return {
        "trades": len(found.cents),
        "premium_usd": total / 100,
        "contracts": int(found.units.sum(dtype=np.int64)) / THOUSANDTHS,
        "calls": calls,
        "puts": len(found.cents) - calls,
        "buy_premium_usd": bought / 100,
        "sell_premium_usd": (total - bought) / 100,
    }
