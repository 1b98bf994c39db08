"""Payload of /tape/flow-by-strike: what takers have bought and sold of the contracts still open.

Nobody adds up half a year of prints here. What was sold less what was bought is the dealers'
quantity, which those prints make up; both together are a little more than what is open.
"""

from typing import Any

import numpy as np

from bq_mcp.sandbox.answers.dealer_flow import venue_disagreement
from bq_mcp.sandbox.answers.print_rows import tape_of
from bq_mcp.sandbox.answers.rounding import coins, usd
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import VENUES
from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.exposure import venue_columns
from bq_mcp.sandbox.market.grouping import grouped
from bq_mcp.sandbox.market.placement import THOUSANDTHS
from bq_mcp.sandbox.market.quotes import coin_price
from bq_mcp.sandbox.queries import members, venue_filter
from bq_mcp.sandbox.service_errors import no_data

_TURNOVER = 1.2
"""Everything traded over what is open."""
_UNITS_A_PRINT = 2_500
_BLOCK_EVERY = 800
_PREMIUM_MOST = 1e9
_QUADRANTS = ("call_buy", "call_sell", "put_buy", "put_sell")


def flow_by_strike(asked: Asked) -> Answer:
    """Add up calls and puts that takers bought and sold, by strike.

    Raises: ServiceError 404 for a coin without a tape, or before it begins, or a closed expiry.
    """
    tape_of(asked)
    snapshot, query = asked.snapshot, asked.query
    if snapshot.dealer_units is None:
        raise no_data(asked.symbol)
    kept = _open_contracts(asked)
    chosen = venue_columns(venue_filter(query["venues"]) or VENUES)
    held = np.where(chosen, snapshot.dealer_units, 0)
    both = np.rint(_TURNOVER * np.where(chosen, snapshot.oi_units, 0)).astype(np.int64)
    both += (both + held) % 2
    size = np.stack([(both - held).sum(axis=1), (both + held).sum(axis=1)], axis=1) / 2
    trades = np.ceil(size / _UNITS_A_PRINT)
    every = np.arange(len(snapshot.strike))
    price = coin_price(snapshot, every, snapshot.iv[:, None]) * snapshot.spot
    premium = price * size / THOUSANDTHS
    usual = np.where(premium > 0, premium / np.maximum(trades, 1), 1.0)
    share = np.exp(-min(query["min_premium_usd"], _PREMIUM_MOST) / usual)
    figures = np.stack([premium * share, np.rint(size * share), np.ceil(trades * share)], axis=-1)
    sums = grouped(snapshot, figures, "strike", "side", kept=kept)
    rows = [
        {"strike": strike, **_quadrants(cells)}
        for strike, cells in zip(sums.labels[0].tolist(), sums.sums, strict=True)
    ]
    if query["include"] == "by_venue":
        nets = grouped(snapshot, held, "strike", kept=kept).sums.astype(np.int64)
        for row, net in zip(rows, nets.tolist(), strict=True):
            row["by_venue"] = {
                venue: {"net_size": coins(units)} for venue, units in zip(VENUES, net, strict=True)
            }
    several = members(query["expiries"])
    data = {
        "coin": asked.symbol.removesuffix("USDT"),
        "expiry": None if several else query["expiry"],
        "expiries": list(several) or None,
        "available_expiries": [expiry.date.isoformat() for expiry in snapshot.expiries],
        "available_venues": sorted(VENUES),
        "spot_price": snapshot.spot,
        "strikes": rows,
        "totals": _quadrants(sums.sums.sum(axis=0)),
        "block_trades": int(sums.sums[..., 2].sum()) // _BLOCK_EVERY,
        "ts": asked.instant.isoformat(),
    }
    return Answer(data, venue_disagreement(asked) if query["include"] == "by_venue" else {})


def _open_contracts(asked: Asked) -> Flags:
    named = members(asked.query["expiries"]) or members(asked.query["expiry"])
    chosen = [not named or each.date.isoformat() in named for each in asked.snapshot.expiries]
    if not any(chosen):
        raise no_data(f"{asked.symbol} and expiry {', '.join(named)}")
    kept: Flags = np.array(chosen)[asked.snapshot.expiry_index]
    return kept


def _quadrants(cells: Floats) -> dict[str, Any]:
    """Name the cells of one strike, or of all: (sides, bought and sold, figures)."""
    return {
        name: {"premium": usd(premium), "size": coins(int(size)), "trades": int(trades)}
        for name, (premium, size, trades) in zip(
            _QUADRANTS, cells.reshape(4, 3).tolist(), strict=True
        )
    }
