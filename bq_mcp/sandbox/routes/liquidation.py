"""Estimated liquidation levels of perpetual positions."""

from fastapi import Response

from bq_mcp.sandbox.query_parameters import Symbol
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("Liquidation")


@router.get("/liquidation/heatmap", summary="Estimated liquidations by price and time, 0-100")
async def get_liquidation_heatmap(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """Grade price bins over time by estimated liquidations, with price bars; 5-minute cadence."""
    raise no_data(symbol)


@router.get("/liquidation/distribution", summary="Estimated liquidations by price and side")
async def get_liquidation_distribution(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """Sum estimated long and short liquidations per price level, with leverage tier and totals."""
    raise no_data(symbol)
