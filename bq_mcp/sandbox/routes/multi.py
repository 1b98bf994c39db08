"""Routes that answer for several symbols at once."""

from typing import Annotated

from fastapi import Query, Response

from bq_mcp.sandbox.envelope import Provenance, success
from bq_mcp.sandbox.moments import live_moment
from bq_mcp.sandbox.queries import checked_positioning, known_members, members, venue_filter
from bq_mcp.sandbox.query_parameters import Exchanges, Positioning
from bq_mcp.sandbox.request_context import Context
from bq_mcp.sandbox.routes.common import keyed_router
from bq_mcp.sandbox.service_errors import invalid_query
from bq_mcp.sandbox.vocabulary import SYMBOLS

MAX_SYMBOLS = 8
_SECTIONS = ("ranked", "max_pain", "expected_move", "zones")

router = keyed_router("Multi")


@router.get("/multi/gex/levels", summary="Gamma levels of several symbols in one request")
async def get_multi_gex_levels(
    context: Context,
    symbols: Annotated[
        str,
        Query(
            description="Comma-separated markets, at most 8: BTCUSDT, ETHUSDT, SOLUSDT, HYPEUSDT. "
            "Order is kept, repeats go."
        ),
    ],
    exchanges: Exchanges = None,
    include: Annotated[
        str | None,
        Query(
            description="Comma-separated extra sections: ranked, max_pain, expected_move, zones."
        ),
    ] = None,
    positioning: Positioning = "flow",
) -> Response:
    """Map each symbol to its levels; cold ones are null under missing, unknown ones invalid."""
    from bq_mcp.sandbox.answers.levels import multi_levels_entry, multi_levels_extra

    requested = _requested(symbols)
    requested_model = checked_positioning(positioning)
    venues = venue_filter(exchanges)
    sections = known_members(include, _SECTIONS)
    moment = live_moment(context)
    served = [symbol for symbol in requested if symbol in SYMBOLS]
    results = {
        symbol: multi_levels_entry(
            context.world(),
            symbol,
            moment.instant,
            positioning=requested_model,
            venues=venues,
            include=sections,
        )
        for symbol in served
    }
    data = {
        "results": results,
        "requested": requested,
        "served": served,
        "missing": [],
        "invalid": [symbol for symbol in requested if symbol not in SYMBOLS],
    }
    provenance = Provenance(
        computed_at=moment.instant,
        exchanges_filtered=venues,
        extra=multi_levels_extra(results, requested_model, venues),
    )
    return success(data, context.stamp, provenance)


def _requested(text: str) -> tuple[str, ...]:
    symbols = members(text)
    if not 1 <= len(symbols) <= MAX_SYMBOLS:
        raise invalid_query("symbols", f"Name 1 to {MAX_SYMBOLS} symbols", status=400)
    return symbols
