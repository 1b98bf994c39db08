"""Stand around every request: no secret passes in or out, and a span tells errors by type only.

In place of the SDK's own tracing, which records what exceptions say.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from pydantic import ValidationError

from ..logs import Log
from ..text import clean, redact, redact_all
from ..tools import is_wrapper

_log = Log(__name__)
_tracer = trace.get_tracer("bq_mcp.server")
_NAME_LIMIT = 64
_REASON_LIMIT = 160


class Guard(ServerMiddleware[Any]):
    """The outermost layer of the server."""

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Pass a request on, and return its result without secrets."""
        params = redact_all(_with_texts(ctx.method, _with_object(ctx.method, ctx.params)))
        with _tracer.start_as_current_span(
            _span_name(ctx.method, params),
            context=_parent(ctx.meta),
            kind=trace.SpanKind.SERVER,
            attributes={
                "mcp.method.name": ctx.method,
                "mcp.protocol.version": ctx.protocol_version,
            },
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                result: HandlerResult = redact_all(await call_next(replace(ctx, params=params)))
            except MCPError as exc:
                _fail(span, str(exc.error.code))
                data = redact_all(exc.error.data)
                raise MCPError(exc.error.code, redact(exc.error.message), data) from None
            except ValidationError as exc:
                # The SDK would not say what is wrong with them.
                _fail(span, str(INVALID_PARAMS))
                raise MCPError(INVALID_PARAMS, redact(_misfit(ctx.method, exc))) from None
            except Exception as exc:
                _fail(span, type(exc).__qualname__)
                _log.exception("request failed", method=ctx.method)
                raise MCPError(INTERNAL_ERROR, "Internal server error") from None
            if isinstance(result, Mapping) and result.get("isError"):
                _fail(span, "tool_error")
            return result


def _with_object(method: str, params: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the parameters of a call with an object of arguments, as the SDK insists on one.

    Arguments of another kind, such as JSON text, go on inside it for the tool to open or refuse; so
    do those under another name, which the SDK would drop.
    """
    if params is None or method != "tools/call" or isinstance(params.get("arguments"), Mapping):
        return params
    named = (params[name] for name in params if is_wrapper(name) and params[name] is not None)
    given = next(named, None)
    return params if given is None else {**params, "arguments": {"arguments": given}}


def _with_texts(method: str, params: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the parameters of a prompt with its arguments as text, as the SDK insists on them."""
    given = params.get("arguments") if params and method == "prompts/get" else None
    if not isinstance(given, Mapping):
        return params
    told = {name: value for name, value in given.items() if value is not None}
    texts = {n: value if isinstance(value, str) else json.dumps(value) for n, value in told.items()}
    return {**(params or {}), "arguments": texts}


def _misfit(method: str, error: ValidationError) -> str:
    """Return which parameter of a request does not fit, and why, without its value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"])) or "params"
    return clean(f"{method}: {place}: {first['msg']}", _REASON_LIMIT)


def _parent(meta: Mapping[str, Any] | None) -> Context | None:
    """Return the span a client says this request belongs to, None where it names none."""
    try:
        found = propagate.extract(dict(meta or {}))
    except (ValueError, TypeError):
        return None
    return found if trace.get_current_span(found).get_span_context().is_valid else None


def _span_name(method: str, params: object) -> str:
    name = params.get("name") if isinstance(params, Mapping) else None
    return f"{method} {clean(name, _NAME_LIMIT)}" if isinstance(name, str) else method


def _fail(span: trace.Span, kind: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(trace.StatusCode.ERROR)
