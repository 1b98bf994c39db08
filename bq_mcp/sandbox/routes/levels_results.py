"""The levels of one symbol, live or stored, with what must be said of them."""

from typing import Any

from bq_mcp.sandbox.envelope import Provenance
from bq_mcp.sandbox.moments import moment_of, tape_note
from bq_mcp.sandbox.queries import checked_positioning, known_members, venue_filter
from bq_mcp.sandbox.request_context import RequestContext
from bq_mcp.sandbox.routes.common import RouteResult

LEVELS_SECTIONS = ("spot", "candles", "zones", "max_pain", "expected_move", "ranked")
_LIVE_ONLY = frozenset({"spot", "candles"})


def levels_answer(
    context: RequestContext,
    symbol: str,
    *,
    exchanges: str | None,
    include: str | None,
    positioning: str,
    as_of: str | None,
) -> RouteResult:
    """Compute the levels for query values as they came in.

    Raises: ServiceError for an unknown sign model or an `as_of` that cannot be served.
    """
    from bq_mcp.sandbox.answers.levels import levels_data

    requested = checked_positioning(positioning)
    moment = moment_of(context, as_of)
    venues = venue_filter(exchanges)
    sections = known_members(include, LEVELS_SECTIONS)
    dropped = sections & _LIVE_ONLY if moment.is_stored else frozenset[str]()
    data, extra = levels_data(
        context.world(),
        symbol,
        moment.instant,
        positioning=requested,
        venues=venues,
        include=sections - dropped,
    )
    provenance = Provenance(
        symbol=symbol,
        spot_price=context.world().spot(symbol, moment.instant),
        computed_at=moment.instant,
        exchanges_filtered=venues,
        extra=extra | tape_note(moment, extra) | _dropped_note(dropped) | dict(moment.extra),
    )
    return RouteResult(data, provenance)


def _dropped_note(dropped: frozenset[str]) -> dict[str, Any]:
    if not dropped:
        return {}
    reason = "Not part of a stored snapshot; /market/candles has past prices."
    return {"unavailable_sections": {"sections": sorted(dropped), "reason": reason}}
