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
from bq_mcp.sandbox.call import Call, attach
from bq_mcp.sandbox.charges import quota_units
from bq_mcp.sandbox.clock import Clock
from bq_mcp.sandbox.envelope import failure
from bq_mcp.sandbox.errors import (
    ServiceError,
    internal_error,
    over_limit,
    too_many_requests,
    unknown_path,
)
from bq_mcp.sandbox.faults import Strike, strike_on
from bq_mcp.sandbox.limits import Limiter, MinuteCounter, Usage, minute_ends, seconds_until
from bq_mcp.sandbox.plans import Plan
from bq_mcp.sandbox.service_faults import (
    clock_shift,
    counted_refusal,
    data_instant,
    is_of_limits,
    limit_refusal,
    uncounted_refusal,
    used_up,
)

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
        self, app: ASGIApp, *, seed: int, clock: Clock, plan: Plan, world: Callable[[], "World"]
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
        now, strike = self._clock(), strike_on(scope)
        call, refusal = self._check(scope, self._call(now, strike), now, strike)
        attach(call, scope)
        marked_send = _with_headers(send, call)
        if refusal is not None:
            await failure(refusal, call.stamp)(scope, receive, marked_send)
            return
        await self._pass_on(scope, receive, marked_send, call)

    def _call(self, now: datetime, strike: Strike | None) -> Call:
        told_at = now + clock_shift(strike)
        return Call(
            now=data_instant(strike, told_at),
            told_at=told_at,
            request_id=self._next_request_id(),
            plan=self._plan,
            seed=self._seed,
            world=self._world,
        )

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, call: Call) -> None:
        # Routes are declared relative to the prefix, as in the service's own document.
        scope["root_path"] = PREFIX
        try:
            await self._app(scope, receive, send)
        except Exception:
            _log.exception("sandbox route failed: %s", scope["path"])
            await failure(internal_error(), call.stamp)(scope, receive, send)

    def _check(
        self, scope: Scope, call: Call, now: datetime, strike: Strike | None
    ) -> tuple[Call, ServiceError | None]:
        path = scope["path"]
        if not path.startswith(f"{PREFIX}/"):
            return call, unknown_path()
        refusal = uncounted_refusal(strike)
        if refusal is not None:
            return call, refusal
        if strike is not None and is_of_limits(strike):
            return self._use_up(scope, call, now, strike)
        if path == HEALTH_PATH:
            return call, self._health_refusal(scope, now) or counted_refusal(strike)
        if path in _PUBLIC_PATHS:
            return call, counted_refusal(strike)
        return self._check_key(scope, call, now, strike)

    def _check_key(
        self, scope: Scope, call: Call, now: datetime, strike: Strike | None
    ) -> tuple[Call, ServiceError | None]:
        key = Headers(scope=scope).get(KEY_HEADER)
        refusal = refusal_of(key)
        if key is None or refusal is not None:
            return call, refusal
        units = quota_units(scope["path"], QueryParams(scope["query_string"]))
        usage = self._limiter.admit(key, now, units)
        counted = _with_usage(call, usage, now)
        if usage.exceeded is None:
            return counted, counted_refusal(strike)
        return counted, over_limit(usage, usage.retry_after(now))

    def _use_up(
        self, scope: Scope, call: Call, now: datetime, strike: Strike
    ) -> tuple[Call, ServiceError]:
        key = Headers(scope=scope).get(KEY_HEADER) or ""
        usage = used_up(strike, self._limiter.usage(key, now))
        return _with_usage(call, usage, now), limit_refusal(strike, usage, now)

    def _health_refusal(self, scope: Scope, now: datetime) -> ServiceError | None:
        client = (scope.get("client") or ("unknown",))[0]
        if self._health_checks.used(client, now) >= HEALTH_PER_MINUTE:
            return too_many_requests(HEALTH_PER_MINUTE, seconds_until(minute_ends(now), now))
        self._health_checks.add(client, now)
        return None

    def _next_request_id(self) -> str:
        serial = f"{self._seed}:{next(self._arrivals)}".encode()
        return f"req_{blake2s(serial, digest_size=12).hexdigest()}"


def _with_usage(call: Call, usage: Usage, now: datetime) -> Call:
    # The seconds left are counted on the true clock, the instant is told on the service's own.
    resets_at = usage.burst_resets_at + (call.told_at - now)
    return replace(call, usage=replace(usage, burst_resets_at=resets_at))


def _with_headers(send: Send, call: Call) -> Send:
    async def send_marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = call.request_id
            for name, value in (call.usage.headers() if call.usage else {}).items():
                headers[name] = value
        await send(message)

    return send_marked
