"""Payload of /gex/max-pain: one figure for today, a table for all expiries, a curve for one."""

from datetime import datetime

from bq_mcp.sandbox.answers.rounding import usd, usd_column
from bq_mcp.sandbox.answers.scopes import TODAY, Scope, scope_of
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import World
from bq_mcp.sandbox.market.by_expiry import max_pain
from bq_mcp.sandbox.market.calendar import Expiry
from bq_mcp.sandbox.market.pain_curve import pain_curve
from bq_mcp.sandbox.market.snapshot import Snapshot


def max_pain_answer(asked: Asked) -> Answer:
    """Find the max-pain strike of the newest snapshot."""
    expiry = asked.query["expiry"]
    return Answer(max_pain_data(asked.world, asked.symbol, asked.instant, expiry=expiry))


def max_pain_data(world: World, symbol: str, instant: datetime, *, expiry: str) -> Section:
    """Return `data` of /gex/max-pain; strikes and payouts in USD.

    Raises: ServiceError 404 when no listed expiry answers to `expiry`.
    """
    snapshot = world.snapshot(symbol, instant)
    scope = scope_of(expiry, snapshot)
    if scope.single is not None:
        return _curve(snapshot, scope, scope.single)
    if scope.name == TODAY:
        return _today(snapshot, scope)
    rows = [
        {
            "expiry": each.token,
            "dte": each.dte,
            "max_pain": pain_block(max_pain(snapshot, snapshot.expiry_index == place)),
        }
        for place, each in enumerate(snapshot.expiries)
    ]
    return {"expiry": scope.name, "per_expiry": rows}


def pain_block(pain: tuple[float, float] | None) -> Section:
    """Return the strike and payout of max pain, nulls where nothing is open."""
    if pain is None:
        return {"strike": None, "value": None}
    strike, value = pain
    return {"strike": strike, "value": usd(value)}


def _today(snapshot: Snapshot, scope: Scope) -> Section:
    return {
        "expiry": scope.name,
        "expiry_tokens": [expiry.token for expiry in scope.expiries],
        "max_pain": pain_block(max_pain(snapshot, scope.of(snapshot))),
    }


def _curve(snapshot: Snapshot, scope: Scope, expiry: Expiry) -> Section:
    of_expiry = scope.of(snapshot)
    curve = pain_curve(snapshot, of_expiry)
    points = zip(curve.strikes.tolist(), usd_column(curve.pain), strict=True) if curve else ()
    return {
        "expiry": scope.name,
        "dte": expiry.dte,
        "max_pain": pain_block(max_pain(snapshot, of_expiry)),
        "pain_curve": [{"strike": strike, "pain": pain} for strike, pain in points],
    }
