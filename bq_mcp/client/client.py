"""Answer questions of one key: from the store, from a question under way, or from upstream."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlencode

import anyio

from ..envelope import Envelope
from ..errors import (
    BackQuantError,
    BurstLimitError,
    QuotaExhaustedError,
    TransportError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)
from .breaker import Breaker
from .bundle import Bundler
from .clock import Clock
from .counters import Counters
from .exchange import Exchange
from .flight import Flights
from .lifetime import LearnedCadences, Lifetime, is_overdue, keep_for, stale_for
from .model import Limits, Query, Reply, Request, Send
from .store import Entry, Store

# With an older answer in hand nobody waits long for a better one.
_PATIENCE_WITH_STALE_S = 0.5
# Failures that say nothing against an older answer; a refused key or a wrong argument does.
_STALE_HELPS = (
    TransportError,
    BurstLimitError,
    QuotaExhaustedError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What can be set; durations are in seconds.

    `deadline` bounds one call as a whole; `patience` is the longest silent wait for the burst
    budget; `longest_pause` the longest pause before a retry. An answer that is older by
    `stale_cadences` refreshes than it should be is no longer given when upstream fails.
    """

    deadline: float = 20.0
    patience: float = 5.0
    longest_pause: float = 4.0
    stale_cadences: int = 20


class Client:
    """Answers questions of one key to one service; to be entered before it is asked.

    `owner` tells this key and service from every other in a shared store, without showing them.
    """

    def __init__(
        self,
        send: Send,
        store: Store,
        clock: Clock,
        *,
        owner: str,
        tuning: Tuning,
        breaker: Breaker,
    ) -> None:
        self.counters = Counters()
        self._store = store
        self._clock = clock
        self._owner = owner
        self._tuning = tuning
        self._learned = LearnedCadences()
        self._exchange = Exchange(
            send,
            clock,
            self.counters,
            breaker=breaker,
            patience=tuning.patience,
            deadline=tuning.deadline,
        )
        self._open = AsyncExitStack()
        self._flights: Flights[Reply]
        self._bundler: Bundler

    async def __aenter__(self) -> "Client":
        tasks = await self._open.enter_async_context(anyio.create_task_group())
        self._open.callback(tasks.cancel_scope.cancel)
        self._flights = Flights(tasks)
        self._bundler = Bundler(self._ask, Flights(tasks), self.counters, self._clock)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        # A task group that hears of the caller's error would wrap it; its own tasks raise none.
        await self._open.aclose()

    @property
    def limits(self) -> Limits:
        """What is left of the two limits, as the last reply stated."""
        return self._exchange.limits

    @property
    def simulated(self) -> bool:
        """Whether any reply so far came from the sandbox."""
        return self._exchange.simulated

    async def get(self, path: str, query: Query = (), lifetime: Lifetime | None = None) -> Reply:
        """Return the answer to GET `path` (below the version prefix, percent-encoded).

        Without a `lifetime` upstream is asked whatever the store holds.

        Raises:
            TransportError: no usable reply within the deadline, and no older answer in hand.
            ApiError: upstream said no.
        """
        request = Request(path, query)
        key = self._key(request)
        held = await self._store.get(key) if lifetime else None
        if held is not None and self._clock.monotonic() < held.good_until:
            self.counters.hits += 1
            return replace(held.reply, outcome="hit", limits=self.limits)
        try:
            fetch = partial(self._fetch, key, request, lifetime, held)
            reply, joined = await self._flights.share(key, fetch)
        except BackQuantError as error:
            return self._older(held, error)
        if not joined:
            return reply
        self.counters.joined += 1
        return replace(reply, outcome="joined")

    async def fetch(self, path: str) -> Envelope:
        """Return the envelope of GET `path` as upstream has it now."""
        return (await self.get(path)).envelope

    async def _fetch(
        self, key: str, request: Request, lifetime: Lifetime | None, held: Entry | None
    ) -> Reply:
        pause = self._tuning.longest_pause
        if held is not None and self._clock.monotonic() < held.stale_until:
            pause = min(pause, _PATIENCE_WITH_STALE_S)
        if lifetime is None:
            return await self._ask(request, pause)
        return await self._keep(key, await self._bundler.ask(request, pause), lifetime)

    async def _ask(self, request: Request, longest_pause: float) -> Reply:
        return await self._exchange.ask(request, longest_pause=longest_pause)

    async def _keep(self, key: str, reply: Reply, lifetime: Lifetime) -> Reply:
        computed_at, now = reply.envelope.meta.computed_at, reply.server_time
        if lifetime.cadence is None and lifetime.is_paced and computed_at is not None:
            self._learned.see(key, computed_at, now=now)
            lifetime = replace(lifetime, cadence=self._learned.of(key))
        age = None if computed_at is None else (now - computed_at).total_seconds()
        if age is not None and is_overdue(lifetime, age=age):
            reply = replace(reply, overdue=True)
        good_until = reply.received + keep_for(lifetime, age=age)
        stale_until = good_until + stale_for(lifetime, cadences=self._tuning.stale_cadences)
        entry = Entry(reply, good_until, stale_until, reply.size)
        await self._store.put(key, entry)
        return reply

    def _older(self, held: Entry | None, error: BackQuantError) -> Reply:
        """Return the older answer in hand, marked with why.

        Raises:
            BackQuantError: the error itself, where there is none or it would not help.
        """
        if held is None or not isinstance(error, _STALE_HELPS):
            raise error
        if self._clock.monotonic() >= held.stale_until:
            raise error
        self.counters.stale += 1
        return replace(held.reply, outcome="stale", failure=error, limits=self.limits)

    def _key(self, request: Request) -> str:
        return f"{self._owner} {request.path}?{urlencode(sorted(request.query))}"
