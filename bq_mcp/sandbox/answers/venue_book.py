"""Payload of /options/venue-book: the best bid and offer of each contract over venues."""

from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.rounding import IV_DECIMALS, column, rounded
from bq_mcp.sandbox.answers.scopes import listed_among
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import VENUES
from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.grouping import greek
from bq_mcp.sandbox.market.quotes import coin_price, half_spread
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.venue_marks import venue_marks
from bq_mcp.sandbox.queries import members
from bq_mcp.sandbox.service_errors import no_data

_BAND = (0.85, 1.15)
_LEAST_DTE = 2
_DEEP = np.array([venue in ("deribit", "bybit", "okx", "binance") for venue in VENUES])
_INVERSE = np.array([venue in ("deribit", "okx") for venue in VENUES])
_TIGHT = 0.3
"""Spreads over those of the chain: most books cross on price then, and few on volatility."""
_WIDER = np.where(_DEEP, 1.0, 1.6)
"""Spreads of each venue over those of Deribit."""
_LAG_SD = 0.0012
"""By how much the price a venue quotes on differs, its quotes being collected at another second."""
_LEAST_IV = 0.01


def venue_book(asked: Asked) -> Answer:
    """Compare the venues that quote a contract near the money; prices in coin.

    Raises: ServiceError 404 where no two venues quote the same contract.
    """
    snapshot, query = asked.snapshot, asked.query
    marks = venue_marks(snapshot, asked.world.seed)
    kept = np.flatnonzero(_covered(asked, marks))
    if not len(kept):
        raise no_data(f"{asked.symbol}: no contract that two venues quote")
    half = _TIGHT * half_spread(snapshot)[kept, None] * _WIDER
    bid_iv, ask_iv = np.maximum(marks[kept] - half, _LEAST_IV), marks[kept] + half
    stream = Stream(asked.world.seed, asked.symbol, "quote lag")
    lag = _LAG_SD * stream.normals(0, int(asked.instant.timestamp()), np.arange(len(VENUES)))
    moved = greek(snapshot, "delta")[kept, None] * lag
    bids = np.maximum(coin_price(snapshot, kept, bid_iv) + moved, 0.0).round(6)
    asks = np.maximum(coin_price(snapshot, kept, ask_iv) + moved, 0.0001).round(6)
    quoted = ~np.isnan(marks[kept])
    top, bottom = np.nanargmax(bids, axis=1), np.nanargmin(asks, axis=1)
    best_bid, best_ask = np.nanmax(bids, axis=1), np.nanmin(asks, axis=1)
    deep_bid = np.where(_DEEP & quoted, bid_iv, -np.inf).max(axis=1)
    deep_ask = np.where(_DEEP & quoted, ask_iv, np.inf).min(axis=1)
    spread = best_ask - best_bid
    gap = np.nanmax(marks[kept], axis=1) - np.nanmin(marks[kept], axis=1)
    expiries = [snapshot.expiries[place] for place in snapshot.expiry_index[kept].tolist()]
    columns: dict[str, list[Any]] = {
        "strike": snapshot.strike[kept].tolist(),
        "expiry": [expiry.token for expiry in expiries],
        "dte": [expiry.dte for expiry in expiries],
        "type": np.where(snapshot.is_call[kept], "call", "put").tolist(),
        "best_bid": column(best_bid, 6),
        "best_bid_venue": [VENUES[place] for place in top],
        "best_ask": column(best_ask, 6),
        "best_ask_venue": [VENUES[place] for place in bottom],
        "spread": column(spread, 6),
        "spread_pct": column(200 * spread / (best_bid + best_ask), 2),
        "best_bid_iv": column(100 * np.nanmax(bid_iv, axis=1), IV_DECIMALS),
        "best_ask_iv": column(100 * np.nanmin(ask_iv, axis=1), IV_DECIMALS),
        "iv_dispersion": column(100 * gap, IV_DECIMALS),
        "venues": [[VENUES[place] for place in np.flatnonzero(row)] for row in quoted],
        "consolidated": (top != bottom).tolist(),
        "top_of_book_liquid": (_DEEP[top] & _DEEP[bottom]).tolist(),
        "book_crossed": (spread < 0).tolist(),
        "crossed": (deep_bid > deep_ask).tolist(),
        "mixed_settlement": (_INVERSE[top] != _INVERSE[bottom]).tolist(),
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    rows = [row for row in rows if row["crossed"] or not query["crossed_only"]]
    spreads = [row["spread_pct"] for row in rows if not row["book_crossed"]]
    data = {
        "price_unit": "coin",
        "median_spread_pct": rounded(float(np.median(spreads)), 2) if spreads else None,
        "coverage": {
            "venues": [venue for venue in VENUES if any(venue in row["venues"] for row in rows)],
            "contracts": len(rows),
        },
        "contracts": sorted(rows, key=lambda row: _order(row, query["sort"]))[: query["limit"]],
    }
    return Answer(data)


def _covered(asked: Asked, marks: Floats) -> Flags:
    snapshot, side = asked.snapshot, asked.query["option_type"]
    named = listed_among(members(asked.query["expiries"]), snapshot)
    near = np.array([each.dte >= _LEAST_DTE and each in named for each in snapshot.expiries])
    moneyness = snapshot.strike / snapshot.spot
    kept: Flags = near[snapshot.expiry_index] & (np.count_nonzero(~np.isnan(marks), axis=1) > 1)
    kept &= (moneyness >= _BAND[0]) & (moneyness <= _BAND[1])
    return kept if side is None else kept & (snapshot.is_call == (side == "call"))


def _order(row: dict[str, Any], sort: str) -> tuple[Any, ...]:
    if sort == "dispersion":
        return (-row["iv_dispersion"],)
    if sort == "strike":
        return row["strike"], row["dte"], row["type"]
    return row["book_crossed"], abs(row[sort])
