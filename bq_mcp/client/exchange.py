"""Carry out one request: deadline, circuit breaker, budget, retries, transport, envelope."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import anyio

from ..decoding import decode_json, page_title
from ..envelope import Meta, read_envelope, read_meta
from ..errors import (
    ApiError,
    BackQuantError,
    BurstLimitError,
    MalformedReplyError,
    RequestTimeoutError,
    TransportError,
)
from ..scalars import moved, parse_http_date
from ..text import may_hold_secret, redact_all
from .breaker import Breaker
from .budget import MINUTE_S, Budget
from .bundle import charged_units
from .clock import Clock
from .model import Effort, Limits, RawReply, Reply, Request, Send, read_limits
from .observe import observed
from .retry import pause_before_retry
from .upstream_clock import UpstreamClock
from .worker import in_worker

# Whole seconds and two clocks make a minute look a little longer.
_LONGEST_MINUTE_S = MINUTE_S + 5.0
# Below this a reply is not worth calling held: clocks tell whole seconds.
_NOTICED_S = 2.0
_LONGEST_AGE_S = 366 * 86_400.0
_DATE_BELIEVED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _UpstreamTime:
    """When a reply was `received`, and what the replies so far prove of upstream's clock then."""

    received: float
    server_time: datetime
    delay_seconds: float
    clock_gap_seconds: float


class Exchange:
    """Asks upstream on behalf of one key; `limits` and `simulated` are what its replies showed."""

    def __init__(
        self,
        send: Send,
        clock: Clock,
        *,
        breaker: Breaker,
        budget: Budget,
        simulated: bool = False,
    ) -> None:
        self._send = send
        self._clock = clock
        self._breaker = breaker
        self._budget = budget
        self._upstream_clock = UpstreamClock()
        self.simulated = simulated
        self._limits = Limits()
        self._minute_ends = 0.0

    @property
    def limits(self) -> Limits:
        """What the last reply stated, without the calls left of a minute that is over."""
        if self._clock.monotonic() < self._minute_ends:
            return self._limits
        return replace(self._limits, burst_left=None, burst_resets_at=None)

    async def ask(self, request: Request, effort: Effort) -> Reply:
        """Return the reply to `request`, asked again where that can help.

        No pause is longer than the effort allows, or than what is left until its deadline.

        Raises:
            TransportError: no usable reply within the deadline.
            ApiError: upstream said no, or the budget foresees that it would.
        """
        # One deadline over the whole question: a body that drips, or an application in this
        # process, never trips the transport's own timeouts.
        with anyio.CancelScope(deadline=effort.until) as scope:
            return await self._try(request, effort, scope)
        raise RequestTimeoutError("the reply was not complete in time")

    async def _try(self, request: Request, effort: Effort, scope: anyio.CancelScope) -> Reply:
        tries = 0
        while True:
            tries += 1
            try:
                return await self._once(request, effort, scope)
            except BackQuantError as error:
                pause = pause_before_retry(error, tries, chance=self._clock.chance())
                left = anyio.current_effective_deadline() - anyio.current_time()
                if pause is None or pause > min(effort.longest_pause, left):
                    raise
            effort.tally.add("retries")
            await self._clock.sleep(pause)

    async def _once(self, request: Request, effort: Effort, scope: anyio.CancelScope) -> Reply:
        await self._breaker.check()
        async with self._budget.spend(effort):
            effort.tally.add("requests")
            effort.tally.add("units", charged_units(request))
            with observed(request.path):
                asked = self._clock.monotonic()
                return await self._read(await self._transfer(request, scope), asked)

    async def _transfer(self, request: Request, scope: anyio.CancelScope) -> RawReply:
        try:
            raw = await self._send(request)
        except TransportError as exc:
            self._breaker.failed(exc)
            raise
        except anyio.get_cancelled_exc_class():
            # Only the deadline cancels this scope; a caller who leaves says nothing of the host.
            if scope.cancel_called:
                self._breaker.failed(RequestTimeoutError("the deadline came before the reply"))
            raise
        self._breaker.answered()
        return raw

    async def _read(self, raw: RawReply, asked: float) -> Reply:
        received = self._clock.monotonic() - raw.body_seconds
        body, non_finite = await in_worker(len(raw.body), partial(_decode, raw))
        try:
            envelope = read_envelope(
                body,
                status=raw.status,
                headers=raw.headers,
                non_finite=non_finite,
                now=self._clock.now(),
            )
        except ApiError as exc:
            meta = read_meta(body.get("meta") if isinstance(body, Mapping) else None)
            self.simulated |= meta.simulated
            server_time = self._upstream_time(raw, meta, asked, received).server_time
            raise self._learned_from(exc, *self._stated(raw, server_time)) from None
        self.simulated |= envelope.simulated
        told = self._upstream_time(raw, envelope.meta, asked, received)
        stated, seconds = self._stated(raw, told.server_time)
        self._budget.learn(stated, seconds_to_reset=seconds)
        return Reply(
            envelope,
            told.server_time,
            received,
            told.delay_seconds,
            told.clock_gap_seconds,
            size=len(raw.body),
        )

    def _upstream_time(
        self, raw: RawReply, meta: Meta, asked: float, received: float
    ) -> _UpstreamTime:
        """Return upstream's clock when it replied: the latest that anything proves.

        That is what the reply says, its Age and Date, and how far upstream's clock had come before.
        """
        local = self._clock.now()
        itself = meta.timestamp or _aged(meta)
        stated = _latest(itself, raw.headers, local)
        if stated is None:
            return _UpstreamTime(received, local, 0.0, 0.0)
        lag = self._upstream_clock.lag(stated, asked=asked, received=received, local=local)
        server_time = moved(stated, lag if lag > _NOTICED_S else 0.0) or stated
        delay = (server_time - (itself or stated)).total_seconds()
        gap = 0.0 if self._upstream_clock.is_going else (local - server_time).total_seconds()
        return _UpstreamTime(received, server_time, delay if delay > _NOTICED_S else 0.0, gap)

    def _stated(self, raw: RawReply, server_time: datetime) -> tuple[Limits, float | None]:
        """Take over the limits that a reply states; return them, and the seconds to their reset."""
        stated = read_limits(raw.headers)
        seconds = None
        if stated.burst_resets_at is not None:
            seconds = stated.burst_resets_at - server_time.timestamp()
            if not 0 < seconds <= _LONGEST_MINUTE_S:
                # A minute that is over, or that lasts for hours, makes no sense.
                seconds, stated = None, replace(stated, burst_resets_at=None)
        if stated != Limits():
            left = MINUTE_S if seconds is None else min(seconds, MINUTE_S)
            self._limits, self._minute_ends = stated, self._clock.monotonic() + left
        return stated, seconds

    def _learned_from(self, refusal: ApiError, stated: Limits, seconds: float | None) -> ApiError:
        """Return the refusal, with the wait that its limits tell where it states none itself."""
        if isinstance(refusal, BurstLimitError):
            if refusal.retry_after is None and seconds is not None:
                refusal = refusal.with_wait(seconds)
            stated, seconds = replace(stated, burst_left=0), refusal.retry_after
        self._budget.learn(stated, seconds_to_reset=seconds)
        return refusal


def _decode(raw: RawReply) -> tuple[object, int]:
    """Return the body of a reply, without any secret that upstream may have sent back."""
    try:
        value, non_finite = decode_json(raw.body)
        return (redact_all(value) if may_hold_secret(raw.body) else value), non_finite
    except (MalformedReplyError, RecursionError) as exc:
        if raw.status < 400:
            raise MalformedReplyError(getattr(exc, "message", "the reply nests too deep")) from exc
        # A gateway's own error page: the status says more than the page.
        return page_title(raw.body), 0


def _aged(meta: Meta) -> datetime | None:
    """Return the instant at which the data had the age that the reply states."""
    if meta.computed_at is None or meta.freshness_seconds is None:
        return None
    return moved(meta.computed_at, meta.freshness_seconds)


def _latest(
    itself: datetime | None, headers: Mapping[str, str], local: datetime
) -> datetime | None:
    """Return the latest instant of upstream's clock that a reply proves, None where it tells none.

    `itself` is what it says in its body. A Date that is far ahead of both that and the `local`
    clock is ignored.
    """
    date = parse_http_date(headers.get("date"))
    if date is not None and date - max(itself or local, local) > _DATE_BELIEVED:
        date = None
    told = itself or date
    if told is None:
        return None
    made = moved(told, _age(headers)) or told
    return made if date is None else max(made, date)


def _age(headers: Mapping[str, str]) -> float:
    """Return for how many seconds caches say they held the reply."""
    text = headers.get("age", "").strip()
    seconds = float(text) if text.isdecimal() and len(text) < 16 else 0.0
    return seconds if seconds <= _LONGEST_AGE_S else 0.0
