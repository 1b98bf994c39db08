"""Prints as rows of the tape, and pages of them."""

from datetime import UTC, datetime
from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.histories import cursor_of
from bq_mcp.sandbox.answers.rounding import column
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.instants import iso
from bq_mcp.sandbox.market import VENUES
from bq_mcp.sandbox.market.arrays import Flags
from bq_mcp.sandbox.market.calendar import DAY_S, session_at, session_start
from bq_mcp.sandbox.market.calendar import expiry as expiry_of
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS, TAPE_FLOOR_S
from bq_mcp.sandbox.market.placement import THOUSANDTHS
from bq_mcp.sandbox.market.prints import EDGE, Prints, Tape
from bq_mcp.sandbox.queries import members, venue_filter
from bq_mcp.sandbox.service_errors import no_data

_IN_COIN = ("deribit", "okx")
_WITHOUT_INDEX = ("thalex", "delta_india", "delta")
_WITHOUT_MARK = ("derive", *_WITHOUT_INDEX)
_SESSIONS_A_PAGE = 6
"""Sessions one page looks through; a rare print may take several pages to find."""
_WHALE_CENTS = 25_000_000
_ATM_REACH = 0.02


def tape(asked: Asked) -> Answer:
    """Return a page of the prints that pass all filters.

    A page begins strictly after or before its cursors. It may hold fewer prints than asked for, as
    it looks through some sessions only; `has_more` is false once the tape ends in that direction.
    """
    source, descending = tape_of(asked), asked.query["order"] == "desc"
    after, before = cursor_of(asked, "after"), cursor_of(asked, "before")
    low = max(float(TAPE_FLOOR_S), 0.0 if after is None else after.timestamp() + 0.001)
    high = asked.instant.timestamp()
    high = high if before is None else min(high, before.timestamp() - 0.001)
    sessions = list(range(session_at(low), session_at(high) + 1)) if low <= high else []
    looked = (sessions[::-1] if descending else sessions)[:_SESSIONS_A_PAGE]
    rows: list[dict[str, Any]] = []
    edge, missing = high, asked.query["limit"]
    for session in looked:
        starts, ends = session_start(session), session_start(session + 1) - 0.001
        found = source.between(max(low, starts), min(high, ends))
        places = np.flatnonzero(_passing(asked, found))
        places = places[::-1] if descending else places
        rows += print_rows(asked.symbol, found.where(places[:missing]))
        edge = max(low, starts) if descending else min(high, ends)
        if len(places) > missing:
            break
        missing -= len(places)
    has_more = len(rows) == asked.query["limit"] or len(looked) < len(sessions)
    if len(rows) == asked.query["limit"]:
        edge = rows[-1]["ts_ms"] / 1_000
    cursor = iso(datetime.fromtimestamp(edge, UTC))
    return Answer({"trades": rows, "next_cursor": cursor, "has_more": has_more})


def tape_of(asked: Asked) -> Tape:
    """Return the tape of the coin asked about.

    Raises: ServiceError 404 for a coin whose trades are not collected.
    """
    if not COIN_PARAMETERS[asked.symbol].has_tape:
        raise no_data(asked.symbol)
    return asked.world.tape(asked.symbol)


def from_venues(found: Prints, venues: str | None) -> Flags:
    """Mark the prints at the venues of a comma list, all where it names none that exists."""
    return _among(found, venue_filter(venues) or VENUES)


def print_rows(symbol: str, found: Prints) -> list[dict[str, Any]]:
    """Return the rows of prints in their order; price and mark in the venue's unit."""
    coin = symbol.removesuffix("USDT")
    venues = [VENUES[place] for place in found.venue.tolist()]
    expiries = {day: expiry_of(day, day - 1) for day in np.unique(found.day).tolist()}
    dated = [expiries[day] for day in found.day.tolist()]
    sides = np.where(found.is_call, "call", "put").tolist()
    index = found.index.astype(np.float64).round(2)
    premium, amount = found.cents / 100, found.units / THOUSANDTHS
    price = premium / amount / np.where(_among(found, _IN_COIN), index, 1.0)
    mark = price / np.where(found.bought, 1 + EDGE, 1 - EDGE)
    strikes, times = found.strike.tolist(), found.time_ms.tolist()
    columns: dict[str, list[Any]] = {
        "venue": venues,
        "coin": [coin] * len(venues),
        "instrument": [
            f"{coin}-{expiry.token}-{strike:g}-{side[0].upper()}"
            for expiry, strike, side in zip(dated, strikes, sides, strict=True)
        ],
        "trade_id": [
            f"{ms // (DAY_S * 1_000)}{number:06d}"
            for ms, number in zip(times, found.number.tolist(), strict=True)
        ],
        "direction": np.where(found.bought, "buy", "sell").tolist(),
        "option_type": sides,
        "strike": strikes,
        "expiry_date": [expiry.date.isoformat() for expiry in dated],
        "amount": amount.tolist(),
        "price": column(price, 8),
        "mark_price": column(np.where(_among(found, _WITHOUT_MARK), np.nan, mark), 8),
        "index_price": column(np.where(_among(found, _WITHOUT_INDEX), np.nan, index), 2),
        "iv": column(np.where(_among(found, _WITHOUT_INDEX), np.nan, found.iv), 2),
        "premium_usd": premium.tolist(),
        "is_block_trade": found.block.tolist(),
        "ts_ms": times,
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _among(found: Prints, names: tuple[str, ...]) -> Flags:
    flags: Flags = np.isin(found.venue, [VENUES.index(name) for name in names])
    return flags


def _passing(asked: Asked, found: Prints) -> Flags:
    query = asked.query
    tags = members(query["tags"])
    least = max(100 * (query["premium_min_usd"] or 0), _WHALE_CENTS if "whale" in tags else 0)
    kept: Flags = from_venues(found, query["venues"]) & (found.cents >= least)
    if query["option_type"]:
        kept &= found.is_call == (query["option_type"] == "call")
    if query["strike_min"] is not None:
        kept &= found.strike >= query["strike_min"]
    if query["strike_max"] is not None:
        kept &= found.strike <= query["strike_max"]
    if "0dte" in tags:
        kept &= found.day == int(asked.context.now.timestamp() // DAY_S)
    if "atm" in tags:
        kept &= ~_among(found, _WITHOUT_INDEX) & (
            np.abs(found.strike / found.index - 1) <= _ATM_REACH
        )
    return kept & _named(asked, found) if query["instrument"] else kept


def _named(asked: Asked, found: Prints) -> Flags:
    parts = asked.query["instrument"].split("-")
    days = {expiry_of(day, day - 1).token: day for day in np.unique(found.day).tolist()}
    coin = asked.symbol.removesuffix("USDT")
    if len(parts) != 4 or parts[0] != coin or parts[1] not in days or parts[3] not in ("C", "P"):
        return np.zeros(found.day.shape, dtype=np.bool_)
    flags: Flags = (found.day == days[parts[1]]) & (found.is_call == (parts[3] == "C"))
    flags &= np.array([f"{strike:g}" for strike in found.strike.tolist()]) == parts[2]
    return flags
