"""What the volatility and distribution routes answer, live or stored."""

from typing import Any

from bq_mcp.sandbox.envelope import Provenance
from bq_mcp.sandbox.moments import Moment, live_moment, moment_of
from bq_mcp.sandbox.queries import venue_filter
from bq_mcp.sandbox.request_context import RequestContext
from bq_mcp.sandbox.routes.common import RouteResult


def term_structure_answer(
    context: RequestContext,
    symbol: str,
    *,
    as_of: str | None,
    exchanges: str | None,
    dte_max: int | None,
    historical_compare_days: int | None,
) -> RouteResult:
    """Compute the term structure for query values as they came in.

    Raises: ServiceError for an `as_of` that cannot be served.
    """
    from bq_mcp.sandbox.answers.term_structure import term_structure_data

    moment = moment_of(context, as_of)
    venues = venue_filter(exchanges)
    data = term_structure_data(
        context.world(),
        symbol,
        moment.instant,
        venues=venues,
        dte_max=dte_max,
        compare_days=historical_compare_days,
    )
    return _answer(data, symbol, moment, venues)


def skew_answer(context: RequestContext, symbol: str, *, as_of: str | None) -> RouteResult:
    """Compute the skew of every expiry.

    Raises: ServiceError for an `as_of` that cannot be served.
    """
    from bq_mcp.sandbox.answers.skew import skew_data

    moment = moment_of(context, as_of)
    return _answer(skew_data(context.world(), symbol, moment.instant), symbol, moment)


def density_answer(
    context: RequestContext,
    symbol: str,
    *,
    expiry: str | None,
    dte_max: int | None,
    confidence_band: float | None,
) -> RouteResult:
    """Compute the distributions of the newest snapshot.

    Raises: ServiceError 404 for an expiry that is not listed.
    """
    from bq_mcp.sandbox.answers.density import density_data

    moment = live_moment(context)
    data = density_data(
        context.world(),
        symbol,
        moment.instant,
        expiry=expiry,
        dte_max=dte_max,
        confidence_band=confidence_band,
    )
    return _answer(data, symbol, moment)


def _answer(
    data: dict[str, Any], symbol: str, moment: Moment, venues: tuple[str, ...] | None = None
) -> RouteResult:
    provenance = Provenance(
        symbol=symbol,
        spot_price=data["spot_price"],
        computed_at=moment.instant,
        exchanges_filtered=venues,
        extra=dict(moment.extra) or None,
    )
    return RouteResult(data, provenance)
