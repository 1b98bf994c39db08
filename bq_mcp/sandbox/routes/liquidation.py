"""Estimated liquidation levels of perpetual positions."""

from fastapi import Response

from bq_mcp.sandbox.call import Caller
from bq_mcp.sandbox.errors import no_data
from bq_mcp.sandbox.parameters import Symbol
from bq_mcp.sandbox.routes.common import keyed_router

router = keyed_router("Liquidation")


@router.get("/liquidation/heatmap", summary="Estimated liquidations by price and time, 0-100")
async def get_liquidation_heatmap(call: Caller, symbol: Symbol = "BTCUSDT") -> Response:
    """Grade price bins over time by estimated liquidations, with price bars; 5-minute cadence."""
    raise no_data(symbol)


@router.get("/liquidation/distribution", summary="Estimated liquidations by price and side")
async def get_liquidation_distribution(call: Caller, symbol: Symbol = "BTCUSDT") -> Response:
    """Sum estimated long and short liquidations per price level, with leverage tier and totals."""
    raise no_data(symbol)
