"""Options routes on dealer greeks: profiles, surfaces and TRACE projections."""

from typing import Annotated, Literal

from fastapi import Path, Query, Response

from bq_mcp.sandbox.answers.trace_query import TraceQuery
from bq_mcp.sandbox.envelope import success
from bq_mcp.sandbox.query_parameters import (
    DteMax,
    Exchanges,
    HorizonHours,
    MinOpenInterest,
    MoneynessMax,
    MoneynessMin,
    Positioning,
    PriceRange,
    PriceSteps,
    Symbol,
    TimeSteps,
    TraceExpiry,
    TraceGreek,
    VolShift,
)
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.routes.trace_results import trace_answer, trace_summary_answer
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("Options")


@router.get("/options/greeks/3d/surface", summary="Greek times open interest, strike by expiry")
async def get_greek_3d_surface(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    greek: Annotated[
        Literal["delta", "gamma", "theta", "vega", "vanna", "charm"],
        Query(description="Greek summed in each cell."),
    ] = "gamma",
) -> Response:
    """Sum greek times open interest per strike and expiry, without a dealer sign."""
    raise no_data(symbol)


@router.get("/options/greeks/surfaces/{greek}", summary="Charm or vega by strike over time")
async def get_greek_surface(
    context: Context,
    greek: Annotated[Literal["charm", "vega"], Path(description="Greek of the surface.")],
    symbol: Symbol = "BTCUSDT",
    include: Annotated[
        str | None, Query(description="exchange_breakdown adds the split over venues.")
    ] = None,
) -> Response:
    """Follow one greek's exposure by strike through the day."""
    raise no_data(symbol)


@router.get("/options/greeks/trace/{greek}", summary="Dealer greek projected over time and price")
async def get_greek_trace(
    context: Context,
    greek: TraceGreek,
    symbol: Symbol = "BTCUSDT",
    expiry: TraceExpiry = "0dte",
    time_steps: TimeSteps = 60,
    price_steps: PriceSteps = 80,
    price_range_pct: PriceRange = 8.0,
    horizon_hours: HorizonHours = 24.0,
    vol_shift_pct: VolShift = 0.0,
    min_oi: MinOpenInterest = 0.0,
    positioning: Positioning = "flow",
) -> Response:
    """Reprice today's contracts on a grid of later times and other prices; a large payload."""
    query = TraceQuery(
        expiry=expiry,
        time_steps=time_steps,
        price_steps=price_steps,
        price_range_pct=price_range_pct,
        horizon_hours=horizon_hours,
        vol_shift_pct=vol_shift_pct,
        min_oi=min_oi,
    )
    answer = trace_answer(context, symbol, greek, query, positioning=positioning)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/greeks/trace/{greek}/summary", summary="What stands out in a TRACE grid")
async def get_greek_trace_summary(
    context: Context,
    greek: TraceGreek,
    symbol: Symbol = "BTCUSDT",
    expiry: TraceExpiry = "0dte",
    time_steps: TimeSteps = 40,
    price_steps: PriceSteps = 60,
    price_range_pct: PriceRange = 8.0,
    horizon_hours: HorizonHours = 24.0,
    vol_shift_pct: VolShift = 0.0,
    min_oi: MinOpenInterest = 0.0,
    positioning: Positioning = "flow",
) -> Response:
    """Report pin zones, pockets near spot, lean in time and the zero contour of the same grid."""
    query = TraceQuery(
        expiry=expiry,
        time_steps=time_steps,
        price_steps=price_steps,
        price_range_pct=price_range_pct,
        horizon_hours=horizon_hours,
        vol_shift_pct=vol_shift_pct,
        min_oi=min_oi,
    )
    answer = trace_summary_answer(context, symbol, greek, query, positioning=positioning)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/greeks/{greek}", summary="Dealer exposure to one greek by strike")
async def get_greek_profile(
    context: Context,
    greek: Annotated[
        Literal["delta", "theta", "vanna", "charm", "vega"],
        Path(description="Greek profiled; gamma has its own routes under gex."),
    ],
    symbol: Symbol = "BTCUSDT",
    exchanges: Exchanges = None,
    moneyness_min: MoneynessMin = None,
    moneyness_max: MoneynessMax = None,
    dte_max: DteMax = None,
    positioning: Positioning = "flow",
) -> Response:
    """Spread one dealer greek over strikes: net, call and put parts."""
    raise no_data(symbol)
