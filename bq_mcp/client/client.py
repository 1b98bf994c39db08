"""Answer questions of one key: from the store, from a question under way, or from upstream."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from urllib.parse import urlencode

import anyio

from ..envelope import Envelope, with_older_claim
from ..errors import (
    BackQuantError,
    BlockedError,
    BurstLimitError,
    NoDataError,
    QuotaExhaustedError,
    TransportError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)
from .bundle import Bundler
from .clock import Clock
from .counters import Counters, Tally
from .exchange import Exchange
from .flight import Flights
from .lifetime import (
    LearnedCadences,
    Lifetime,
    is_overdue,
    is_settled,
    keep_for,
    keep_refusal_for,
    stale_for,
)
from .model import Effort, Limits, QueryPairs, Refusal, Reply, Request, Send
from .shared import Shared
from .store import StoreEntry

# With an older answer in hand nobody waits long before asking again.
_PAUSE_WITH_OLDER_S = 0.5
# A "no data" in other words may be a gateway's, and is asked for again.
_DOCUMENTED = "NOT_FOUND"
# Failures that say nothing against an older answer; a refused key or a wrong argument does.
_STALE_HELPS = (
    TransportError,
    BlockedError,
    BurstLimitError,
    QuotaExhaustedError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)


@dataclass(frozen=True, slots=True)
class Tuning:
    """What can be set; durations are in seconds.

    `deadline` bounds one call as a whole, `patience_with_older` the wait of a caller with an older
    answer; `patience` is the longest silent wait for the burst budget; `longest_pause` the longest
    pause before a retry. An answer more than `stale_cadences` refreshes overdue is not given when
    upstream fails.
    """

    deadline: float = 20.0
    patience_with_older: float = 3.0
    patience: float = 5.0
    longest_pause: float = 4.0
    stale_cadences: int = 20


class Client:
    """Answers questions of one key to one service; to be entered before it is asked.

    `shared` is what all who spend this key could hold in common; `simulated`: a sandbox is known to
    answer before it is asked.
    """

    def __init__(
        self,
        send: Send,
        shared: Shared,
        clock: Clock,
        *,
        tuning: Tuning,
        simulated: bool = False,
    ) -> None:
        self.counters = Counters()
        self._owner = shared.owner
        self._store = shared.store
        self._lock = shared.lock
        self._clock = clock
        self._tuning = tuning
        self._learned = LearnedCadences()
        self._exchange = Exchange(
            send, clock, breaker=shared.breaker, budget=shared.budget, simulated=simulated
        )
        self._open = AsyncExitStack()
        self._is_open = False
        self._flights: Flights[Reply]
        self._bundler: Bundler

    async def __aenter__(self) -> "Client":
        tasks = await self._open.enter_async_context(anyio.create_task_group())
        self._open.callback(tasks.cancel_scope.cancel)
        self._flights = Flights(tasks)
        self._bundler = Bundler(self._exchange.ask, Flights(tasks), self._clock)
        self._is_open = True
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._is_open = False
        # A task group that hears of the caller's error would wrap it; its own tasks raise none.
        await self._open.aclose()

    @property
    def limits(self) -> Limits:
        """What is left of the two limits, as the last reply stated."""
        return self._exchange.limits

    @property
    def simulated(self) -> bool:
        """Whether a sandbox answers: known from the start, or shown by any reply so far."""
        return self._exchange.simulated

    def deadline(self) -> float:
        """Return until when a call begun now may take, by the event loop's clock."""
        return anyio.current_time() + self._tuning.deadline

    def tally(self) -> Tally:
        """Return a tally for one question."""
        return Tally(self.counters)

    async def get(
        self,
        path: str,
        query: QueryPairs = (),
        lifetime: Lifetime | None = None,
        tally: Tally | None = None,
    ) -> Reply:
        """Return the answer to GET `path` (below the version prefix, percent-encoded).

        Without a `lifetime` upstream is asked whatever the store holds. `tally` counts what the
        answer takes, and what a failure takes.

        Raises:
            TransportError: no usable reply within the deadline, and no older answer in hand; or
                the client is closed.
            ApiError: upstream said no.
        """
        if not self._is_open:
            raise UnreachableError("the client is closed")
        reply = await self._reply(Request(path, query), lifetime, tally or self.tally())
        return replace(reply, limits=self.limits)

    async def held(self, path: str, query: QueryPairs, *, younger_than: float) -> Reply | None:
        """Return what the store holds, None where it is as old as that, in seconds, or nothing."""
        entry = await self._store.get(self._key(Request(path, query)))
        if entry is None or not isinstance(entry.kept, Reply):
            return None
        age = self._clock.monotonic() - entry.kept.received
        return entry.kept if age < younger_than else None

    async def fetch(self, path: str) -> Envelope:
        """Return the envelope of GET `path` as upstream has it now."""
        return (await self.get(path)).envelope

    async def _reply(self, request: Request, lifetime: Lifetime | None, tally: Tally) -> Reply:
        key = self._key(request)
        held = await self._store.get(key) if lifetime else None
        if held is not None and self._clock.monotonic() < held.good_until:
            tally.add("hits")
            return self._given_again(held)
        effort = self._effort(self._of_use(held), tally)
        fetch = partial(self._fetch, key, request, lifetime, effort)
        patience = inf if self._of_use(held) is None else self._tuning.patience_with_older
        if self._flights.is_under_way(key):
            # Counted before its end, because a failure is shared as well.
            tally.add("joined")
        try:
            reply, joined = await self._flights.share(key, fetch, patience=patience)
        except BackQuantError as error:
            return self._older(self._of_use(held), error, tally)
        return replace(reply, outcome="joined") if joined else reply

    def _effort(self, older: Reply | None, tally: Tally) -> Effort:
        tuning = self._tuning
        wait, pause = tuning.patience, tuning.longest_pause
        if older is not None:
            wait = min(wait, tuning.patience_with_older)
            pause = min(pause, _PAUSE_WITH_OLDER_S)
        return Effort(self.deadline(), wait, pause, tally)

    async def _fetch(
        self, key: str, request: Request, lifetime: Lifetime | None, effort: Effort
    ) -> Reply:
        if lifetime is None:
            return await self._exchange.ask(request, effort)
        async with self._lock.hold(key, until=effort.until) as was_held:
            held = await self._store.get(key) if was_held else None
            if held is None or self._clock.monotonic() >= held.good_until:
                return await self._ask(key, request, lifetime, effort)
        # Another machine asked meanwhile.
        effort.tally.add("joined")
        return replace(self._given_again(held), outcome="joined")

    async def _ask(self, key: str, request: Request, lifetime: Lifetime, effort: Effort) -> Reply:
        try:
            reply = await self._bundler.ask(request, effort)
        except NoDataError as error:
            await self._keep_refusal(key, error, lifetime)
            raise
        if lifetime.kind == "pinned" and not is_settled(request.query, reply.server_time):
            # It looked settled by our clock only, which is ahead of upstream's.
            return reply
        if lifetime.kind in ("refreshed", "slow"):
            meta = with_older_claim(reply.envelope.meta)
            reply = replace(reply, envelope=replace(reply.envelope, meta=meta))
        return await self._keep(key, reply, lifetime)

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
        entry = StoreEntry(reply, good_until, stale_until, reply.size)
        await self._store.put(key, entry)
        return reply

    async def _keep_refusal(self, key: str, error: NoDataError, lifetime: Lifetime) -> None:
        if error.code != _DOCUMENTED:
            return
        now = self._clock.monotonic()
        refusal = Refusal(error.message, error.code, error.request_id, now)
        good_until = now + keep_refusal_for(lifetime)
        await self._store.put(key, StoreEntry(refusal, good_until, good_until, len(error.message)))

    def _given_again(self, held: StoreEntry) -> Reply:
        """Return the kept answer, which is still good.

        Raises:
            NoDataError: the kept answer is "no data".
        """
        if isinstance(held.kept, Refusal):
            raise held.kept.error(self._clock.monotonic())
        return replace(held.kept, outcome="hit")

    def _of_use(self, held: StoreEntry | None) -> Reply | None:
        """Return the older answer in hand, None where there is none or it is too old."""
        if held is None or self._clock.monotonic() >= held.stale_until:
            return None
        return held.kept if isinstance(held.kept, Reply) else None

    def _older(self, older: Reply | None, error: BackQuantError, tally: Tally) -> Reply:
        """Return the older answer in hand, marked with why.

        Raises:
            BackQuantError: the error itself, where there is none or it would not help.
        """
        if older is None or not isinstance(error, _STALE_HELPS):
            raise error
        tally.add("stale")
        return replace(older, outcome="stale", failure=error)

    def _key(self, request: Request) -> str:
        return f"{self._owner} {request.path}?{urlencode(sorted(request.query))}"
