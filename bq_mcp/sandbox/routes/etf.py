"""Spot crypto ETF routes; here a symbol is a bare coin."""

from typing import Annotated, Literal

from fastapi import Query, Response

from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("ETF")

_Coin = Annotated[Literal["BTC", "ETH"], Query(description="Coin the funds hold.")]


@router.get("/etf/flows", summary="Daily net flows of spot ETFs")
async def get_etf_flows(
    context: Context,
    symbol: Annotated[
        Literal["BTC", "ETH", "SOL", "XRP"], Query(description="Coin the funds hold.")
    ] = "BTC",
    region: Annotated[
        Literal["us", "hk"], Query(description="Where the funds are listed; hk has BTC only.")
    ] = "us",
) -> Response:
    """List daily flows per fund, their total and running sums; moves on trading days only."""
    raise no_data(symbol)


@router.get("/etf/premium", summary="Market price of spot ETFs against net asset value")
async def get_etf_premium(context: Context, symbol: _Coin = "BTC") -> Response:
    """Compare the market price of each fund with its net asset value, day by day."""
    raise no_data(symbol)


@router.get("/etf/aum", summary="Assets held by spot ETFs")
async def get_etf_aum(context: Context, symbol: _Coin = "BTC") -> Response:
    """Show the assets each fund holds."""
    raise no_data(symbol)
