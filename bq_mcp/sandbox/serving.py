"""Turns the table of routes into endpoints: signature, checks, moment, envelope."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from inspect import Parameter, Signature
from typing import Any, cast

from fastapi import FastAPI, Request, Response, Security
from fastapi.security import APIKeyHeader

from bq_mcp.sandbox.access import KEY_HEADER
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.envelope import Provenance, success
from bq_mcp.sandbox.moments import Moment, moment_of, plan_window, tape_note
from bq_mcp.sandbox.queries import checked_positioning, venue_filter
from bq_mcp.sandbox.request_context import Context, RequestContext
from bq_mcp.sandbox.routes import Route
from bq_mcp.sandbox.shapes import reshaped
from bq_mcp.sandbox.vocabulary import SYMBOLS

# The gate checks the key; this only declares the scheme in the OpenAPI document.
_API_KEY = APIKeyHeader(
    name=KEY_HEADER,
    scheme_name="ApiKeyAuth",
    description="bq_live_ and 32 characters; the sandbox takes any key of that shape.",
    auto_error=False,
)
_REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Key missing or malformed."},
    404: {"description": "No data for this combination now."},
    422: {"description": "A parameter is missing, mistyped or out of range."},
    429: {"description": "Burst or monthly quota used up."},
}
_ALWAYS = tuple(
    Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind)
    for name, kind in (("request", Request), ("context", Context))
)


def add_routes(app: FastAPI, routes: Iterable[Route], *, shapes: int) -> None:
    """Register every route of the table; `shapes` 2 serves unpublished answers in another shape."""
    for route in routes:
        app.add_api_route(
            route.path,
            _endpoint(route, shapes),
            tags=list(route.tags),
            summary=route.summary,
            description=route.description,
            name="get",
            dependencies=[Security(_API_KEY)] if route.keyed else None,
            responses=_REFUSALS if route.keyed else None,
        )


def _endpoint(route: Route, shapes: int) -> Callable[..., Awaitable[Response]]:
    async def endpoint(*, request: Request, context: RequestContext, **query: Any) -> Response:
        asked = _asked(route, request, context, query)
        answer = _answer_of(route.answer)(asked)
        data = answer.data if route.published or shapes == 1 else reshaped(answer.data)
        return success(data, context.stamp, _provenance(route, asked, answer))

    signature = Signature([*_ALWAYS, *route.params], return_annotation=Response)
    endpoint.__signature__ = signature  # type: ignore[attr-defined]
    return endpoint


@cache
def _answer_of(name: str) -> Callable[[Asked], Answer]:
    module, _, function = name.partition(".")
    answer = getattr(import_module(f"bq_mcp.sandbox.answers.{module}"), function)
    return cast(Callable[[Asked], Answer], answer)


def _asked(
    route: Route, request: Request, context: RequestContext, query: Mapping[str, Any]
) -> Asked:
    """Read what the schema leaves as free strings, and find the snapshot to answer from."""
    positioning = checked_positioning(query.get("positioning", "std"))
    if route.cadence is None:
        moment = Moment(context.now)
    else:
        moment = moment_of(context, query.get("as_of"), route.cadence)
    window, clamp = plan_window(context.plan, query)
    return Asked(
        request=request,
        context=context,
        query={**query, **window},
        moment=moment.with_extra(clamp),
        venues=venue_filter(query.get("exchanges")),
        positioning=positioning,
    )


def _provenance(route: Route, asked: Asked, answer: Answer) -> Provenance:
    if route.cadence is None:
        return Provenance()
    symbol = asked.query.get("symbol")
    extra = {**answer.extra, **tape_note(asked.moment, answer.extra), **asked.moment.extra}
    return Provenance(
        symbol=symbol,
        spot_price=asked.world.spot(symbol, asked.instant) if symbol in SYMBOLS else None,
        computed_at=answer.computed_at or asked.instant,
        exchanges_filtered=asked.venues,
        extra=extra or None,
    )
