"""What the TRACE routes answer."""

from typing import TYPE_CHECKING

from bq_mcp.sandbox.answers.trace_grid import Grid
from bq_mcp.sandbox.call import Call
from bq_mcp.sandbox.envelope import Provenance
from bq_mcp.sandbox.moments import live_moment
from bq_mcp.sandbox.parameters import TraceGreekName
from bq_mcp.sandbox.queries import checked_positioning
from bq_mcp.sandbox.routes.levels import Answer

if TYPE_CHECKING:
    from bq_mcp.sandbox.answers.trace import Projection


def trace_answer(
    call: Call, symbol: str, greek: TraceGreekName, grid: Grid, *, positioning: str
) -> Answer:
    """Project a greek from the newest snapshot.

    Raises: ServiceError 404 when nothing is left to project, 422 for an unknown sign model.
    """
    from bq_mcp.sandbox.answers.trace import trace_data

    projected, provenance = _projected(call, symbol, greek, grid, positioning)
    return Answer(trace_data(projected), provenance)


def trace_summary_answer(
    call: Call, symbol: str, greek: TraceGreekName, grid: Grid, *, positioning: str
) -> Answer:
    """Project a greek from the newest snapshot and tell what stands out.

    Raises: ServiceError 404 when nothing is left to project, 422 for an unknown sign model.
    """
    from bq_mcp.sandbox.answers.trace_summary import trace_summary_data

    projected, provenance = _projected(call, symbol, greek, grid, positioning)
    return Answer(trace_summary_data(projected), provenance)


def _projected(
    call: Call, symbol: str, greek: TraceGreekName, grid: Grid, positioning: str
) -> "tuple[Projection, Provenance]":
    from bq_mcp.sandbox.answers.trace import projection, trace_extra

    requested = checked_positioning(positioning)
    moment = live_moment(call)
    projected = projection(call.world(), symbol, moment.instant, greek, grid, positioning=requested)
    provenance = Provenance(
        symbol=symbol,
        spot_price=projected.snapshot.spot,
        computed_at=moment.instant,
        extra=trace_extra(projected, requested),
    )
    return projected, provenance
