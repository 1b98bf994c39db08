"""Options routes on contracts and expiries: chain, books, open interest, calendar, sentiment."""

from typing import Annotated, Literal

from fastapi import Query, Response

from bq_mcp.sandbox.answers.chain_query import CHAIN_PARTS, CHAIN_SECTIONS, ChainQuery
from bq_mcp.sandbox.answers.windows import StrikeFilter
from bq_mcp.sandbox.envelope import success
from bq_mcp.sandbox.queries import members
from bq_mcp.sandbox.query_parameters import (
    AsOf,
    Before,
    DteMax,
    DteMin,
    Exchanges,
    MoneynessMax,
    MoneynessMin,
    OptionSide,
    StrikeMax,
    StrikeMin,
    Symbol,
    WeeklyOnly,
)
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.routes.structure_results import (
    chain_answer,
    expiry_summary_answer,
    opex_answer,
    projection,
)
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("Options")

_Expiries = Annotated[
    str | None,
    Query(description="Comma-separated expiry tokens to keep, such as 28MAR25,25APR25."),
]


@router.get("/options/chain", summary="Option contracts that pass filters, with totals")
async def get_chain(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    expiries: _Expiries = None,
    dte_min: DteMin = None,
    dte_max: DteMax = None,
    oi_min: Annotated[
        float | None, Query(ge=0, description="Least open interest kept, coin.")
    ] = None,
    oi_max: Annotated[
        float | None, Query(ge=0, description="Most open interest kept, coin.")
    ] = None,
    delta_min: Annotated[
        float | None, Query(ge=0, le=1, description="Smallest absolute delta kept.")
    ] = None,
    delta_max: Annotated[
        float | None, Query(ge=0, le=1, description="Largest absolute delta kept.")
    ] = None,
    strike_min: StrikeMin = None,
    strike_max: StrikeMax = None,
    moneyness_min: MoneynessMin = None,
    moneyness_max: MoneynessMax = None,
    option_type: Annotated[
        Literal["call", "put", "both"], Query(description="Side of the contracts kept.")
    ] = "both",
    max_contracts: Annotated[
        int, Query(ge=1, le=5000, description="Row cap; contracts nearest spot survive.")
    ] = 2000,
    fields: Annotated[
        str | None,
        Query(
            description="Comma-separated sections kept: contracts, aggregates, available_expiries."
        ),
    ] = None,
    include: Annotated[
        str | None,
        Query(
            description="Comma-separated parts of a contract kept: oi, iv, greeks, bid_ask, "
            "volume, gex. All when omitted."
        ),
    ] = None,
    as_of: AsOf = None,
) -> Response:
    """Return contracts with greeks, interest and quotes; truncated says when the cap cut rows."""
    query = ChainQuery(
        expiries=members(expiries),
        dte_min=dte_min,
        dte_max=dte_max,
        oi_min=oi_min,
        oi_max=oi_max,
        delta_min=delta_min,
        delta_max=delta_max,
        strikes=StrikeFilter(
            strike_min=strike_min,
            strike_max=strike_max,
            moneyness_min=moneyness_min,
            moneyness_max=moneyness_max,
        ),
        option_type=option_type,
        max_contracts=max_contracts,
        sections=projection(fields, CHAIN_SECTIONS),
        parts=projection(include, CHAIN_PARTS),
    )
    answer = chain_answer(context, symbol, query, as_of=as_of)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/venue-book", summary="Best bid and offer of each contract over venues")
async def get_venue_book(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    expiries: _Expiries = None,
    option_type: OptionSide = None,
    crossed_only: Annotated[
        bool, Query(description="Keep contracts whose best bid IV exceeds the best ask IV.")
    ] = False,
    sort: Annotated[
        Literal["spread", "spread_pct", "dispersion", "strike"],
        Query(description="Row order; by spread, crossed books come last."),
    ] = "spread_pct",
    limit: Annotated[int, Query(ge=1, le=1000, description="Row cap.")] = 200,
) -> Response:
    """Compare venues per contract: strike/spot 0.85 to 1.15, 2 days or more, two venues quoting."""
    raise no_data(symbol)


@router.get("/options/expiry-summary", summary="One row of key figures per expiry")
async def get_expiry_summary(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """Tabulate IV, skew, put-call ratio, open interest, net gamma and max pain by expiry."""
    answer = expiry_summary_answer(context, symbol)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/opex", summary="Calendar of coming expirations")
async def get_opex(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    horizon: Annotated[int, Query(ge=1, le=365, description="Days ahead to look.")] = 30,
    types: Annotated[
        str | None,
        Query(
            description="Comma-separated calendar classes kept: daily, weekly, monthly, quarterly."
        ),
    ] = None,
) -> Response:
    """List coming expirations with interest, IV and gamma, and point to the next big one."""
    answer = opex_answer(context, symbol, horizon=horizon, types=types)
    return success(answer.data, context.stamp, answer.provenance)


@router.get("/options/oi/by-expiry", summary="Open interest by expiry and venue")
async def get_oi_by_expiry(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    exchanges: Exchanges = None,
    dte_min: DteMin = None,
    dte_max: DteMax = None,
    weekly_only: WeeklyOnly = False,
) -> Response:
    """Split call and put open interest by expiry and venue; totals follow the filters."""
    raise no_data(symbol)


@router.get("/options/oi/history", summary="Options open interest over time, paged by cursor")
async def get_oi_history(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    limit: Annotated[int, Query(ge=1, le=2000, description="Points a page.")] = 200,
    before: Before = None,
) -> Response:
    """Page back through total, call and put open interest."""
    raise no_data(symbol)


@router.get("/options/pcr", summary="Put-call ratio of open interest over time")
async def get_pcr(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    granularity: Annotated[
        Literal["intraday", "daily"],
        Query(description="Step of the series; daily falls back to intraday at present."),
    ] = "intraday",
    days: Annotated[int, Query(ge=1, le=365, description="Days back from now.")] = 30,
    include: Annotated[
        str | None,
        Query(description="exchange_breakdown adds call and put interest per venue."),
    ] = None,
) -> Response:
    """Divide put by call open interest along time, a point about every five minutes."""
    raise no_data(symbol)


@router.get("/options/premium-tide", summary="Net call and put premium over time")
async def get_premium_tide(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    horizon: Annotated[
        Literal["0dte", "weekly"],
        Query(description="0dte is today's tape, weekly a rolling week."),
    ] = "0dte",
) -> Response:
    """Track net premium and notional volume of Deribit trades, calls and puts apart."""
    raise no_data(symbol)


@router.get("/options/futures/term-structure", summary="Annualised basis of dated futures")
async def get_futures_term_structure(context: Context, symbol: Symbol = "BTCUSDT") -> Response:
    """Annualise the premium over spot of Deribit dated futures, by maturity."""
    raise no_data(symbol)
