"""What every request passes before its route: request id, key, plan and limits.

A plain ASGI middleware, because it also answers where no route does: unknown paths, wrong methods
and faults of our own.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from hashlib import blake2s
from itertools import count
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bq_mcp.sandbox.access import KEY_HEADER, SPENT_KEY, refusal_of
from bq_mcp.sandbox.charges import quota_units
from bq_mcp.sandbox.envelope import failure
from bq_mcp.sandbox.faults import ActiveFault, active_fault_on
from bq_mcp.sandbox.limits import Limiter, MinuteCounter, Usage, minute_ends, seconds_until
from bq_mcp.sandbox.plans import Plan
from bq_mcp.sandbox.request_context import RequestContext, attach
from bq_mcp.sandbox.service_errors import (
    ServiceError,
    internal_error,
    over_limit,
    too_many_requests,
    unknown_path,
)
from bq_mcp.sandbox.service_faults import (
    clock_shift,
    counted_refusal,
    data_instant,
    is_of_limits,
    limit_refusal,
    uncounted_refusal,
    used_up,
)
from bq_mcp.sandbox.wall_clock import WallClock

if TYPE_CHECKING:
    from bq_mcp.sandbox.market import World

PREFIX = "/v2"
HEALTH_PATH = f"{PREFIX}/health"
HEALTH_PER_MINUTE = 60
_PUBLIC_PATHS = frozenset(
    {HEALTH_PATH, f"{PREFIX}/openapi.json", f"{PREFIX}/docs", f"{PREFIX}/redoc"}
)

_log = logging.getLogger(__name__)


class Gate:
    """Checks and counts a request, then hands it on; turns every fault into the envelope."""

    def __init__(
        self, app: ASGIApp, *, seed: int, clock: WallClock, plan: Plan, world: Callable[[], "World"]
    ) -> None:
        self._app = app
        self._seed = seed
        self._clock = clock
        self._plan = plan
        self._world = world
        self._arrivals = count(1)
        self._limiter = Limiter(plan, spent_keys=frozenset({SPENT_KEY}))
        self._health_checks = MinuteCounter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        now, active = self._clock(), active_fault_on(scope)
        context, refusal = self._check(scope, self._context(now, active), now, active)
        attach(context, scope)
        marked_send = _with_headers(send, context)
        if refusal is not None:
            await failure(refusal, context.stamp)(scope, receive, marked_send)
            return
        await self._pass_on(scope, receive, marked_send, context)

    def _context(self, now: datetime, active: ActiveFault | None) -> RequestContext:
        told_at = now + clock_shift(active)
        return RequestContext(
            now=data_instant(active, told_at),
            told_at=told_at,
            request_id=self._next_request_id(),
            plan=self._plan,
            seed=self._seed,
            world=self._world,
        )

    async def _pass_on(
        self, scope: Scope, receive: Receive, send: Send, context: RequestContext
    ) -> None:
        # Routes are declared relative to the prefix, as in the service's own document.
        scope["root_path"] = PREFIX
        try:
            await self._app(scope, receive, send)
        except Exception:
            _log.exception("sandbox route failed: %s", scope["path"])
            await failure(internal_error(), context.stamp)(scope, receive, send)

    def _check(
        self, scope: Scope, context: RequestContext, now: datetime, active: ActiveFault | None
    ) -> tuple[RequestContext, ServiceError | None]:
        path = scope["path"]
        if not path.startswith(f"{PREFIX}/"):
            return context, unknown_path()
        refusal = uncounted_refusal(active)
        if refusal is not None:
            return context, refusal
        if active is not None and is_of_limits(active):
            return self._use_up(scope, context, now, active)
        if path == HEALTH_PATH:
            return context, self._health_refusal(scope, now) or counted_refusal(active)
        if path in _PUBLIC_PATHS:
            return context, counted_refusal(active)
        return self._check_key(scope, context, now, active)

    def _check_key(
        self, scope: Scope, context: RequestContext, now: datetime, active: ActiveFault | None
    ) -> tuple[RequestContext, ServiceError | None]:
        key = Headers(scope=scope).get(KEY_HEADER)
        refusal = refusal_of(key)
        if key is None or refusal is not None:
            return context, refusal
        units = quota_units(scope["path"], QueryParams(scope["query_string"]))
        usage = self._limiter.admit(key, now, units)
        counted = _with_usage(context, usage, now)
        if usage.exceeded is None:
            return counted, counted_refusal(active)
        return counted, over_limit(usage, usage.retry_after(now))

    def _use_up(
        self, scope: Scope, context: RequestContext, now: datetime, active: ActiveFault
    ) -> tuple[RequestContext, ServiceError]:
        key = Headers(scope=scope).get(KEY_HEADER) or ""
        usage = used_up(active, self._limiter.usage(key, now))
        return _with_usage(context, usage, now), limit_refusal(active, usage, now)

    def _health_refusal(self, scope: Scope, now: datetime) -> ServiceError | None:
        client = (scope.get("client") or ("unknown",))[0]
        if self._health_checks.used(client, now) >= HEALTH_PER_MINUTE:
            return too_many_requests(HEALTH_PER_MINUTE, seconds_until(minute_ends(now), now))
        self._health_checks.add(client, now)
        return None

    def _next_request_id(self) -> str:
        serial = f"{self._seed}:{next(self._arrivals)}".encode()
        return f"req_{blake2s(serial, digest_size=12).hexdigest()}"


def _with_usage(context: RequestContext, usage: Usage, now: datetime) -> RequestContext:
    # The seconds left are counted on the true clock, the instant is told on the service's own.
    resets_at = usage.burst_resets_at + (context.told_at - now)
    return replace(context, usage=replace(usage, burst_resets_at=resets_at))


def _with_headers(send: Send, context: RequestContext) -> Send:
    async def send_marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = context.request_id
            for name, value in (context.usage.headers() if context.usage else {}).items():
                headers[name] = value
        await send(message)

    return send_marked
