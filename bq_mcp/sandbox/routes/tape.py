"""Options trade tape: prints and what they sum to."""

from typing import Annotated, Literal

from fastapi import Query, Response

from bq_mcp.sandbox.query_parameters import (
    BucketMinutes,
    FlowHours,
    MinSize,
    OptionSide,
    PremiumMin,
    StrikeMax,
    StrikeMin,
    Symbol,
    TapeHours,
    Venues,
)
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.service_errors import no_data

router = keyed_router("Tape")


@router.get("/tape", summary="Options prints with filters and paging")
async def get_tape(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    venues: Venues = None,
    instrument: Annotated[
        str | None, Query(description="Exact instrument name, such as BTC-30JUN26-100000-C.")
    ] = None,
    option_type: OptionSide = None,
    strike_min: StrikeMin = None,
    strike_max: StrikeMax = None,
    premium_min_usd: PremiumMin = None,
    tags: Annotated[
        str | None,
        Query(
            description="Comma-separated marks: 0dte (expires this UTC day), whale (from 250,000 "
            "USD), atm (strike within 2% of index)."
        ),
    ] = None,
    before: Annotated[
        str | None, Query(description="ISO 8601 cursor: only prints strictly older than this.")
    ] = None,
    after: Annotated[
        str | None, Query(description="ISO 8601 cursor: only prints strictly newer than this.")
    ] = None,
    order: Annotated[Literal["desc", "asc"], Query(description="desc is newest first.")] = "desc",
    limit: Annotated[int, Query(ge=1, le=5000, description="Prints a page.")] = 200,
) -> Response:
    """List options prints of all venues; filters add up, next_cursor leads to the next page."""
    raise no_data(symbol)


@router.get("/tape/recent", summary="Newest options prints")
async def get_tape_recent(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    venues: Venues = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Prints returned.")] = 100,
) -> Response:
    """Return the last prints, newest first, without filters or paging."""
    raise no_data(symbol)


@router.get("/tape/stats", summary="Totals of the options tape over a window")
async def get_tape_stats(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    venues: Venues = None,
    hours: TapeHours = 24,
    premium_min_usd: PremiumMin = None,
) -> Response:
    """Count prints and add up premium and size, calls and puts, overall and per venue."""
    raise no_data(symbol)


@router.get("/tape/imbalance", summary="Taker pressure per time bucket")
async def get_tape_imbalance(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    hours: FlowHours = 24,
    bucket_minutes: BucketMinutes = 5,
    min_size: MinSize = 0,
    weight: Annotated[
        Literal["flow", "delta", "prem"],
        Query(description="flow or prem sums USD premium by quadrant, delta sums traded delta."),
    ] = "flow",
    venues: Venues = None,
) -> Response:
    """Weigh taker buys against sells per bucket, with the running net; venues apply to premium."""
    raise no_data(symbol)


@router.get("/tape/strike-heat", summary="Strikes with the largest net taker premium")
async def get_tape_strike_heat(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    hours: TapeHours = 24,
    venues: Venues = None,
    min_size: MinSize = 0,
    top: Annotated[int, Query(ge=5, le=200, description="Strikes returned, by size of net.")] = 40,
) -> Response:
    """Rank strikes by the absolute net premium takers paid there in the window."""
    raise no_data(symbol)


@router.get("/tape/whale", summary="Largest options prints of a window")
async def get_tape_whale(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    hours: TapeHours = 24,
    venues: Venues = None,
    premium_min_usd: Annotated[
        float, Query(ge=0, description="Premium floor of a listed print, USD.")
    ] = 100000,
    limit: Annotated[int, Query(ge=1, le=500, description="Prints returned.")] = 50,
) -> Response:
    """List single prints over a premium floor, the dearest first."""
    raise no_data(symbol)


@router.get("/tape/flow-by-strike", summary="Taker flow behind open contracts, by strike")
async def get_tape_flow_by_strike(
    context: Context,
    symbol: Symbol = "BTCUSDT",
    expiry: Annotated[
        str | None, Query(description="One open expiry as YYYY-MM-DD; all of them when omitted.")
    ] = None,
    expiries: Annotated[
        str | None,
        Query(
            description="Comma-separated open expiries as YYYY-MM-DD; takes the place of expiry."
        ),
    ] = None,
    min_premium_usd: Annotated[
        float, Query(ge=0, description="Smallest premium of a print that counts, USD.")
    ] = 0,
    venues: Venues = None,
    include: Annotated[
        str | None,
        Query(description="by_venue splits each strike by venue and measures their disagreement."),
    ] = None,
) -> Response:
    """Add up calls and puts bought and sold by takers since the tape began, open contracts only."""
    raise no_data(symbol)
