"""Options routes on implied volatility and what it implies: ranges, premia, distributions."""

from typing import Annotated

from fastapi import Query, Response

from bq_mcp.sandbox.envelope import success
from bq_mcp.sandbox.query_parameters import AsOf, DailyRows, DteMax, Exchanges, Symbol
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.routes.volatility_results import (
    density_answer,
    skew_answer,
    term_structure_answer,
)
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("Options")


@router.get("/options/iv/surface", summary="Implied volatility by strike and expiry")
async def get_iv_surface(
    context: Context, symbol: Symbol = "BTCUSDT", as_of: AsOf = None
) -> Response:
    """Grid implied volatility, strikes by days to expiry; cells without a quote are null."""
    raise no_data(symbol)


@router.get("/options/iv/term-structure", summary="At-the-money IV by expiry")
async def get_iv_term(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    as_of: AsOf = None,
    exchanges: Exchanges = None,
    dte_max: DteMax = None,
    historical_compare_days: Annotated[
        int | None, Query(ge=1, le=365, description="Add the curve of this many days ago.")
    ] = None,
) -> Response:
    """Line up at-the-money IV by tenor; a past curve comes in constant-maturity buckets."""
    answer = term_structure_answer(
        context,
        symbol,
        as_of=as_of,
        exchanges=exchanges,
        dte_max=dte_max,
        historical_compare_days=historical_compare_days,
    )
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/iv/skew", summary="25 and 10 delta skew and butterfly by expiry")
async def get_iv_skew(context: Context, symbol: Symbol = "BTCUSDT", as_of: AsOf = None) -> Response:
    """Measure put IV less call IV at equal delta, per expiry; positive is dearer downside."""
    answer = skew_answer(context, symbol, as_of=as_of)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/iv/smile", summary="Volatility smile of one expiry")
async def get_iv_smile(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    expiry: Annotated[
        str | None,
        Query(description="Token such as 28MAR25, case-blind; the front month when omitted."),
    ] = None,
) -> Response:
    """Trace IV by strike for one expiry, out-of-the-money side only."""
    raise no_data(symbol)


@router.get("/options/iv/curves", summary="Volatility smiles of all expiries")
async def get_iv_curves(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """Trace every expiry's out-of-the-money smile, nearest expiry first."""
    raise no_data(symbol)


@router.get("/options/iv/iv-rv", summary="Implied against realised volatility, daily")
async def get_iv_rv(context: Context, symbol: Symbol = "BTCUSDT", days: DailyRows = 90) -> Response:
    """Set implied beside 30-day realised volatility, one row a day, written after UTC midnight."""
    raise no_data(symbol)


@router.get("/options/vrp", summary="Volatility risk premium, daily")
async def get_vrp(context: Context, symbol: Symbol = "BTCUSDT", days: DailyRows = 90) -> Response:
    """Track implied less realised volatility, one row a day; positive is the usual side."""
    raise no_data(symbol)


@router.get("/options/expected-move", summary="Range priced for the coming day")
async def get_expected_move(
    context: Context, symbol: Symbol = "BTCUSDT", as_of: AsOf = None, exchanges: Exchanges = None
) -> Response:
    """Give the one and two sigma prices that options imply for one day."""
    raise no_data(symbol)


@router.get("/options/probability/density", summary="Risk-neutral distribution by expiry")
async def get_probability_density(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    expiry: Annotated[
        str | None, Query(description="Keep one expiry, a token such as 28MAR25, case-blind.")
    ] = None,
    dte_max: DteMax = None,
    confidence_band: Annotated[
        float | None,
        Query(ge=0.5, le=0.999, description="Add the price interval that holds this mass."),
    ] = None,
) -> Response:
    """Derive the priced distribution of each expiry: density, cumulative curves and moments."""
    answer = density_answer(
        context, symbol, expiry=expiry, dte_max=dte_max, confidence_band=confidence_band
    )
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/probability/surface", summary="Risk-neutral densities on one strike axis")
async def get_probability_surface(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """Put the densities of all expiries on a shared strike axis."""
    raise no_data(symbol)
