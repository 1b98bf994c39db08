"""Blocks of open interest by venue, as several answers carry them."""

from typing import Any

from bq_mcp.sandbox.answers.rounding import coins, usd
from bq_mcp.sandbox.market.arrays import Ints
from bq_mcp.sandbox.vocabulary import VENUES


def interest_by_venue(call_units: Ints, put_units: Ints, spot: float) -> dict[str, Any]:
    """Return a block for each of the eight venues, zeros included.

    Units are thousandths of a coin by venue, in the order of VENUES; `spot` is in USD.
    """
    pairs = zip(VENUES, call_units.tolist(), put_units.tolist(), strict=True)
    return {venue: _block(calls, puts, spot) for venue, calls, puts in pairs}


def _block(calls: int, puts: int, spot: float) -> dict[str, float]:
    total = coins(calls + puts)
    return {
        "call_oi": coins(calls),
        "put_oi": coins(puts),
        "total_oi": total,
        "notional_oi_usd": usd(total * spot),
    }
