"""Routes on what is covered and how fresh it is."""

from fastapi import Request, Response

from bq_mcp.sandbox.answers.status import status_data, symbols_data
from bq_mcp.sandbox.catalog import routes_taking
from bq_mcp.sandbox.envelope import Provenance, success
from bq_mcp.sandbox.moments import live_moment, worked_until
from bq_mcp.sandbox.query_parameters import Symbol
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.vocabulary import SYMBOLS

router = keyed_router("Discovery")


@router.get("/status", summary="Freshness of each data category, state of each venue")
async def get_status(context: Context) -> Response:
    """Grade symbols by categories by age, name the worst cell, and tell which venues deliver."""
    return success(
        status_data(context.told_at, worked_until(context), context.world()), context.stamp
    )


@router.get("/symbols", summary="Covered symbols and what is live for them")
async def get_symbols(context: Context, request: Request) -> Response:
    """List symbols with live categories, their ages, spot and number of expiries; ask it first."""
    routes = routes_taking(request.app.openapi(), SYMBOLS)
    data = symbols_data(context.told_at, worked_until(context), context.world(), routes)
    return success(data, context.stamp)


@router.get("/expiries", summary="Active expiry tokens of a symbol")
async def get_expiries(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """List the expiries that trade now with days left and date; feeds every expiry argument."""
    instant = live_moment(context).instant
    rows = [
        {"expiry": expiry.token, "expiry_date": expiry.date.isoformat(), "dte": expiry.dte}
        for expiry in context.world().expiries(symbol, instant)
    ]
    provenance = Provenance(
        symbol=symbol, spot_price=context.world().spot(symbol, instant), computed_at=instant
    )
    return success({"expiries": rows, "count": len(rows)}, context.stamp, provenance)
