"""Payload of /options/opex: the calendar of coming expirations."""

from datetime import datetime

from bq_mcp.sandbox.answers.expiry_summary import (
    EXPIRY_KINDS,
    calendar_block,
    interest_block,
    type_counts,
    volatility_block,
)
from bq_mcp.sandbox.answers.max_pain import pain_block
from bq_mcp.sandbox.answers.rounding import usd
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import Expiry, World
from bq_mcp.sandbox.market.by_expiry import ExpiryFigures, expiry_figures
from bq_mcp.sandbox.queries import known_members


def opex(asked: Asked) -> Answer:
    """List coming expirations; `types` without a known class filters nothing."""
    kept = known_members(asked.query["types"], EXPIRY_KINDS)
    data, extra = opex_data(
        asked.world,
        asked.symbol,
        asked.instant,
        horizon=asked.query["horizon"],
        kinds=tuple(kind for kind in EXPIRY_KINDS if kind in kept) or None,
    )
    return Answer(data, extra)


def opex_data(
    world: World,
    symbol: str,
    instant: datetime,
    *,
    horizon: int,
    kinds: tuple[str, ...] | None,
) -> tuple[Section, Section]:
    """Return `data` and `meta.extra` of /options/opex.

    `horizon` is in days, `kinds` the calendar classes kept, None for all. The next anchor is that
    of the whole listing, inside the horizon or not. Gamma is signed std.
    """
    snapshot = world.snapshot(symbol, instant)
    coming = [
        figures
        for figures in expiry_figures(snapshot)
        if figures.expiry.dte <= horizon and (kinds is None or figures.expiry.kind in kinds)
    ]
    anchors = (expiry for expiry in snapshot.expiries if expiry.is_anchor)
    data = {
        "symbol": symbol,
        "horizon_days": horizon,
        "spot_price": snapshot.spot,
        "expirations": [_expiration(figures, snapshot.spot) for figures in coming],
        "count": len(coming),
        "type_counts": type_counts(figures.expiry for figures in coming),
        "next_anchor": _pointer(next(anchors, None)),
        "filtered_types": kinds,
    }
    return data, {"positioning": "std", "expiry_count": len(coming)}


def _expiration(figures: ExpiryFigures, spot: float) -> Section:
    return {
        **calendar_block(figures.expiry),
        "oi": interest_block(figures, spot),
        "iv": volatility_block(figures),
        "gamma": {
            "net_gex": usd(figures.net_gex),
            "call_resistance": figures.call_wall,
            "put_support": figures.put_wall,
            "max_pain": pain_block(figures.pain),
        },
    }


def _pointer(anchor: Expiry | None) -> Section | None:
    if anchor is None:
        return None
    block = calendar_block(anchor)
    return {name: block[name] for name in ("type", "expiry", "expiry_date", "dte")}
