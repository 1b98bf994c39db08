"""What the routes on strikes, expiries and contracts answer, live or stored."""

from typing import Any

from bq_mcp.sandbox.answers.chain_query import ChainQuery
from bq_mcp.sandbox.answers.windows import StrikeFilter
from bq_mcp.sandbox.envelope import Provenance
from bq_mcp.sandbox.moments import Moment, live_moment, moment_of, stored_chain_note, tape_note
from bq_mcp.sandbox.queries import checked_positioning, known_members, venue_filter
from bq_mcp.sandbox.request_context import RequestContext
from bq_mcp.sandbox.routes.common import RouteResult

_KINDS = ("daily", "weekly", "monthly", "quarterly")


def profile_answer(
    context: RequestContext,
    symbol: str,
    *,
    exchanges: str | None,
    expiry: str,
    strikes: StrikeFilter,
    positioning: str,
    as_of: str | None,
) -> RouteResult:
    """Compute the strike profile for query values as they came in.

    Raises: ServiceError for an unknown sign model, an `as_of` that cannot be served, or an expiry
    that is not listed.
    """
    from bq_mcp.sandbox.answers.profile import profile_data

    requested = checked_positioning(positioning)
    moment = moment_of(context, as_of)
    venues = venue_filter(exchanges)
    data, extra = profile_data(
        context.world(),
        symbol,
        moment.instant,
        expiry=expiry,
        strikes=strikes,
        positioning=requested,
        venues=venues,
    )
    return _answer(context, symbol, moment, data, extra | tape_note(moment, extra), venues)


def max_pain_answer(context: RequestContext, symbol: str, *, expiry: str) -> RouteResult:
    """Compute max pain from the newest snapshot.

    Raises: ServiceError 404 for an expiry that is not listed.
    """
    from bq_mcp.sandbox.answers.max_pain import max_pain_data

    moment = live_moment(context)
    data = max_pain_data(context.world(), symbol, moment.instant, expiry=expiry)
    return _answer(context, symbol, moment, data)


def expiry_summary_answer(context: RequestContext, symbol: str) -> RouteResult:
    """Compute the table of expiries from the newest snapshot."""
    from bq_mcp.sandbox.answers.expiry_summary import expiry_summary_data

    moment = live_moment(context)
    data, extra = expiry_summary_data(context.world(), symbol, moment.instant)
    return _answer(context, symbol, moment, data, extra)


def opex_answer(
    context: RequestContext, symbol: str, *, horizon: int, types: str | None
) -> RouteResult:
    """Compute the calendar of expirations from the newest snapshot.

    Unknown classes in `types` are ignored, and a list of unknown ones alone filters nothing.
    """
    from bq_mcp.sandbox.answers.opex import opex_data

    moment = live_moment(context)
    asked = known_members(types, _KINDS)
    kinds = tuple(kind for kind in _KINDS if kind in asked) or None
    data, extra = opex_data(context.world(), symbol, moment.instant, horizon=horizon, kinds=kinds)
    return _answer(context, symbol, moment, data, extra)


def chain_answer(
    context: RequestContext, symbol: str, query: ChainQuery, *, as_of: str | None
) -> RouteResult:
    """Compute the option chain.

    Raises: ServiceError for an `as_of` that cannot be served, or expiries none of which is listed.
    """
    from bq_mcp.sandbox.answers.chain import chain_data
    from bq_mcp.sandbox.market.quotes import QUOTED

    moment = moment_of(context, as_of)
    data, extra = chain_data(
        context.world(), symbol, moment.instant, query, with_quotes=moment.has_quotes
    )
    note = stored_chain_note(moment, has_quotes=symbol in QUOTED)
    return _answer(context, symbol, moment, data, extra | note)


def projection(text: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the members of `known` that a comma list keeps, all where it names none of them."""
    asked = known_members(text, known)
    return tuple(name for name in known if name in asked) or known


def _answer(
    context: RequestContext,
    symbol: str,
    moment: Moment,
    data: dict[str, Any],
    extra: dict[str, Any] | None = None,
    venues: tuple[str, ...] | None = None,
) -> RouteResult:
    provenance = Provenance(
        symbol=symbol,
        spot_price=context.world().spot(symbol, moment.instant),
        computed_at=moment.instant,
        exchanges_filtered=venues,
        extra={**(extra or {}), **moment.extra} or None,
    )
    return RouteResult(data, provenance)
