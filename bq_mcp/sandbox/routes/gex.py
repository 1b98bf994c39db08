"""Gamma-exposure routes: levels, profiles, heatmaps, max pain and their history."""

from typing import Annotated, Literal

from fastapi import Query, Response

from bq_mcp.sandbox.answers.windows import StrikeFilter
from bq_mcp.sandbox.envelope import success
from bq_mcp.sandbox.query_parameters import (
    AsOf,
    Before,
    DteMax,
    DteMin,
    Exchanges,
    ExpiryScope,
    MoneynessMax,
    MoneynessMin,
    Positioning,
    StrikeMax,
    StrikeMin,
    Symbol,
    WeeklyOnly,
)
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.routes.levels_results import levels_answer
from bq_mcp.sandbox.routes.structure_results import max_pain_answer, profile_answer
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("GEX")


@router.get("/gex/levels", summary="Gamma flip and walls, whole book and 0DTE")
async def get_levels(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    exchanges: Exchanges = None,
    include: Annotated[
        str | None,
        Query(
            description="Comma-separated extra sections: spot, candles, zones, max_pain, "
            "expected_move, ranked."
        ),
    ] = None,
    positioning: Positioning = "flow",
    as_of: AsOf = None,
) -> Response:
    """Locate the gamma flip (hvl), call wall and put wall over all expiries and over 0DTE."""
    answer = levels_answer(
        context,
        symbol,
        exchanges=exchanges,
        include=include,
        positioning=positioning,
        as_of=as_of,
    )
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/gex/strike-profile", summary="Gamma exposure and open interest by strike")
async def get_strike_profile(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    exchanges: Exchanges = None,
    expiry: ExpiryScope = "all",
    strike_min: StrikeMin = None,
    strike_max: StrikeMax = None,
    moneyness_min: MoneynessMin = None,
    moneyness_max: MoneynessMax = None,
    spot_window_pct: Annotated[
        float | None,
        Query(ge=0, le=200, description="Keep strikes this close to spot, percent either side."),
    ] = None,
    positioning: Positioning = "flow",
    as_of: AsOf = None,
) -> Response:
    """Spread dealer gamma over strikes; strike filters intersect and the ranking follows them."""
    answer = profile_answer(
        context,
        symbol,
        exchanges=exchanges,
        expiry=expiry,
        strikes=StrikeFilter(
            strike_min=strike_min,
            strike_max=strike_max,
            moneyness_min=moneyness_min,
            moneyness_max=moneyness_max,
            spot_window_pct=spot_window_pct,
        ),
        positioning=positioning,
        as_of=as_of,
    )
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/gex/expiry-profile", summary="Gamma exposure by expiry")
async def get_expiry_profile(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    exchanges: Exchanges = None,
    dte_min: DteMin = None,
    dte_max: DteMax = None,
    weekly_only: WeeklyOnly = False,
    positioning: Positioning = "flow",
) -> Response:
    """Split net, call and put gamma by expiry, to see when exposure leaves the book."""
    raise no_data(symbol)


@router.get("/gex/strike-expiry-heatmap", summary="Net gamma exposure, strikes by expiries")
async def get_strike_expiry_heatmap(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    exchanges: Exchanges = None,
    dte_min: DteMin = None,
    dte_max: DteMax = None,
    moneyness_min: MoneynessMin = None,
    moneyness_max: MoneynessMax = None,
    max_strikes: Annotated[
        int, Query(ge=10, le=400, description="Row cap; strikes nearest spot survive.")
    ] = 60,
    max_expiries: Annotated[
        int, Query(ge=2, le=60, description="Column cap; nearest expiries survive.")
    ] = 20,
    positioning: Positioning = "flow",
) -> Response:
    """Lay net gamma out as a grid, one row a strike, one column an expiry from near to far."""
    raise no_data(symbol)


@router.get("/gex/time-heatmap", summary="Exposure by strike over recent snapshots")
async def get_time_heatmap(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    greek: Annotated[
        Literal["gex", "dex", "vex", "charm", "vanna"], Query(description="Exposure shown.")
    ] = "gex",
    dte_min: Annotated[int, Query(ge=0, le=365, description="Fewest days left, inclusive.")] = 0,
    dte_max: Annotated[int, Query(ge=0, le=365, description="Most days left, inclusive.")] = 365,
    min_oi: Annotated[float, Query(ge=0, description="Least open interest of a contract.")] = 0,
    iv_min: Annotated[float, Query(ge=0, le=500, description="Lowest IV kept, percent.")] = 0,
    iv_max: Annotated[float, Query(ge=0, le=500, description="Highest IV kept, percent.")] = 200,
    positioning: Positioning = "flow",
) -> Response:
    """Follow one greek's exposure per strike through roughly the last 48 snapshots."""
    raise no_data(symbol)


@router.get("/gex/max-pain", summary="Strike with the least payout to option holders")
async def get_max_pain(
    context: Context, symbol: Symbol = "BTCUSDT", expiry: ExpiryScope = "all"
) -> Response:
    """Find the max-pain strike: a row per expiry for all, the payout curve for a single one."""
    answer = max_pain_answer(context, symbol, expiry=expiry)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/gex/history", summary="Total gamma exposure over time, paged by cursor")
async def get_history(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    limit: Annotated[int, Query(ge=1, le=1000, description="Points a page.")] = 200,
    before: Before = None,
) -> Response:
    """Page back through total gamma exposure; stored under std, so not comparable with flow."""
    raise no_data(symbol)


@router.get("/gex/stress-history", summary="Stored flip, walls and net gamma, up to 30 days")
async def get_stress_history(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    days: Annotated[int, Query(ge=1, le=30, description="Days back from now.")] = 7,
) -> Response:
    """Return the stored std record of flip, walls and net gamma for studies of regimes."""
    raise no_data(symbol)
