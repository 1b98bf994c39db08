"""Flow routes of the GEX group: what dealers hedge, what customers trade."""

from typing import Annotated

from fastapi import Query, Response

from bq_mcp.sandbox.query_parameters import (
    AsOf,
    BucketMinutes,
    FlowHours,
    MinSize,
    Positioning,
    Symbol,
)
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("GEX", "Flow")


@router.get("/gex/dealer-flow", summary="Estimated dealer hedging over time, by part")
async def get_dealer_flow(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    positioning: Positioning = "flow",
    as_of: AsOf = None,
    include: Annotated[
        str | None,
        Query(description="by_venue adds the split over venues and how often they disagree."),
    ] = None,
) -> Response:
    """Estimate dealer hedging between snapshots: gamma and charm parts, total, running sum."""
    raise no_data(symbol)


@router.get("/gex/gamma-flow", summary="Gamma part of dealer hedging over time")
async def get_gamma_flow(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    positioning: Positioning = "flow",
    as_of: AsOf = None,
) -> Response:
    """Track the gamma part of dealer-flow: percent move of spot times net gamma, and its sum."""
    raise no_data(symbol)


@router.get("/gex/delta-flow", summary="Delta that customers trade, by time bucket")
async def get_delta_flow(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    hours: FlowHours = 24,
    bucket_minutes: BucketMinutes = 5,
    min_size: MinSize = 0,
) -> Response:
    """Sum the Black-Scholes delta customers buy and sell, in USD per bucket; not dealer flow."""
    raise no_data(symbol)


@router.get("/gex/dealer-flow/by-level", summary="Dealer hedging if spot walks to a strike")
async def get_dealer_flow_by_level(
    context: Context, symbol: Symbol = "BTCUSDT", positioning: Positioning = "flow"
) -> Response:
    """Accumulate net gamma from spot out to each strike, both ways; positive reads as buying."""
    raise no_data(symbol)
