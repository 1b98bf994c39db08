"""Perpetual and spot market series, blended over venues."""

from typing import Annotated, Literal

from fastapi import Query, Response

from bq_mcp.sandbox.query_parameters import Interval, MarketHours, Symbol
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("Market")


@router.get("/market/bundle", summary="Up to six market series on one time axis")
async def get_bundle(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    interval: Interval = "1h",
    hours: MarketHours = 168,
    series: Annotated[
        str | None,
        Query(
            description="Comma-separated series, one quota unit each: candles, open_interest, "
            "funding, cvd_perp, cvd_spot, liquidations. All when omitted."
        ),
    ] = None,
) -> Response:
    """Align several series on shared timestamps; gaps and failed series are null, never filled."""
    raise no_data(symbol)


@router.get("/market/candles", summary="Price bars with volume")
async def get_candles(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    interval: Interval = "1h",
    hours: MarketHours = 168,
) -> Response:
    """Return price bars with volume and its bought and sold share."""
    raise no_data(symbol)


@router.get("/market/open-interest", summary="Open interest of perpetuals over time")
async def get_open_interest(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    interval: Interval = "1h",
    hours: MarketHours = 168,
) -> Response:
    """Sum the open interest of perpetuals over venues, on the grid of the candles."""
    raise no_data(symbol)


@router.get("/market/funding", summary="Funding rate of perpetuals over time")
async def get_funding(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    interval: Interval = "1h",
    hours: MarketHours = 168,
) -> Response:
    """Resample the settled funding rates; a finer interval repeats them and adds nothing."""
    raise no_data(symbol)


@router.get("/market/cvd", summary="Taker volume delta and its running total")
async def get_cvd(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    market: Annotated[
        Literal["perp", "spot"], Query(description="Trades counted: perpetuals or spot.")
    ] = "perp",
    interval: Interval = "1h",
    hours: MarketHours = 168,
) -> Response:
    """Subtract taker sells from taker buys per bucket; the total starts anew with each window."""
    raise no_data(symbol)


@router.get("/market/liquidations", summary="Liquidated longs and shorts over time")
async def get_liquidations(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    interval: Interval = "1h",
    hours: MarketHours = 168,
) -> Response:
    """Sum liquidated long and short positions per bucket."""
    raise no_data(symbol)
