"""What the TRACE routes answer."""

from typing import TYPE_CHECKING

from bq_mcp.sandbox.answers.trace_query import TraceQuery
from bq_mcp.sandbox.envelope import Provenance
from bq_mcp.sandbox.moments import live_moment
from bq_mcp.sandbox.queries import checked_positioning
from bq_mcp.sandbox.query_parameters import TraceGreekName
from bq_mcp.sandbox.request_context import RequestContext
from bq_mcp.sandbox.routes.common import RouteResult

if TYPE_CHECKING:
    from bq_mcp.sandbox.answers.trace import Projection


def trace_answer(
    context: RequestContext,
    symbol: str,
    greek: TraceGreekName,
    query: TraceQuery,
    *,
    positioning: str,
) -> RouteResult:
    """Project a greek from the newest snapshot.

    Raises: ServiceError 404 when nothing is left to project, 422 for an unknown sign model.
    """
    from bq_mcp.sandbox.answers.trace import trace_data

    projected, provenance = _projected(context, symbol, greek, query, positioning)
    return RouteResult(trace_data(projected), provenance)


def trace_summary_answer(
    context: RequestContext,
    symbol: str,
    greek: TraceGreekName,
    query: TraceQuery,
    *,
    positioning: str,
) -> RouteResult:
    """Project a greek from the newest snapshot and tell what stands out.

    Raises: ServiceError 404 when nothing is left to project, 422 for an unknown sign model.
    """
    from bq_mcp.sandbox.answers.trace_summary import trace_summary_data

    projected, provenance = _projected(context, symbol, greek, query, positioning)
    return RouteResult(trace_summary_data(projected), provenance)


def _projected(
    context: RequestContext, symbol: str, greek: TraceGreekName, query: TraceQuery, positioning: str
) -> "tuple[Projection, Provenance]":
    from bq_mcp.sandbox.answers.trace import projection, trace_extra

    requested = checked_positioning(positioning)
    moment = live_moment(context)
    projected = projection(
        context.world(), symbol, moment.instant, greek, query, positioning=requested
    )
    provenance = Provenance(
        symbol=symbol,
        spot_price=projected.snapshot.spot,
        computed_at=moment.instant,
        extra=trace_extra(projected, requested),
    )
    return projected, provenance
