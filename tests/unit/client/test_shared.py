"""Several machines that spend one key: parts that live elsewhere fit behind the interfaces."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import anyio
import anyio.lowlevel
import pytest

from bq_mcp.client import Client, Lifetime, MemoryBreaker, MemoryBudget, Reply, Shared, Tuning
from bq_mcp.client.model import Effort, Limits
from bq_mcp.client.store import StoreEntry
from bq_mcp.errors import (
    BackQuantError,
    BurstLimitError,
    NoDataError,
    RequestTimeoutError,
    TransportError,
    UnreachableError,
)

from .steering import FakeTime, Market, limits, opened, refusal, settle

pytestmark = pytest.mark.anyio

LIVE = Lifetime(cadence=30.0)


class Hub:
    """What all machines reach: by a clock of its own, a turn of the loop away.

    What it is told waits in `told` until somebody asks.
    """

    def __init__(self) -> None:
        self.time = FakeTime()
        self.time.seconds = 5_000.0
        self.entries: dict[str, StoreEntry] = {}
        self.locks: dict[str, anyio.Lock] = {}
        self.breaker = MemoryBreaker(self.time.monotonic)
        self.budget = MemoryBudget(self.time.clock)
        self.told: list[Callable[[], None]] = []

    async def asked(self) -> "Hub":
        await anyio.lowlevel.checkpoint()
        while self.told:
            self.told.pop(0)()
        return self


class Remote:
    """All parts of one key as a machine with the clock `time` sees them at the hub."""

    def __init__(self, hub: Hub, time: FakeTime) -> None:
        self._hub = hub
        self._time = time

    async def get(self, key: str) -> StoreEntry | None:
        found = (await self._hub.asked()).entries.get(key)
        return _moved(found, self._time.seconds - self._hub.time.seconds) if found else None

    async def put(self, key: str, entry: StoreEntry) -> None:
        offset = self._hub.time.seconds - self._time.seconds
        (await self._hub.asked()).entries[key] = _moved(entry, offset)

    async def check(self) -> None:
        await (await self._hub.asked()).breaker.check()

    def failed(self, error: TransportError) -> None:
        self._hub.told.append(lambda: self._hub.breaker.failed(error))

    def answered(self) -> None:
        self._hub.told.append(self._hub.breaker.answered)

    @asynccontextmanager
    async def spend(self, effort: Effort) -> AsyncIterator[None]:
        async with (await self._hub.asked()).budget.spend(effort):
            yield
            await self._hub.asked()

    def learn(self, limits: Limits, *, seconds_to_reset: float | None) -> None:
        self._hub.told.append(
            lambda: self._hub.budget.learn(limits, seconds_to_reset=seconds_to_reset)
        )

    @asynccontextmanager
    async def hold(self, key: str, *, until: float) -> AsyncIterator[bool]:
        lock = (await self._hub.asked()).locks.setdefault(key, anyio.Lock())
        was_held = lock.locked()
        with anyio.CancelScope(deadline=until) as scope:
            await lock.acquire()
        if scope.cancelled_caught:
            raise RequestTimeoutError("another machine still waits for the reply")
        try:
            yield was_held
        finally:
            lock.release()


def _moved(entry: StoreEntry, seconds: float) -> StoreEntry:
    kept = replace(entry.kept, received=entry.kept.received + seconds)
    return StoreEntry(kept, entry.good_until + seconds, entry.stale_until + seconds, entry.size)


class Machine:
    """A process of its own: its clock, its way to upstream, and all that its client answered."""

    def __init__(self, hub: Hub, *, seconds: float = 1_000.0) -> None:
        self.time = FakeTime()
        self.time.seconds = seconds
        self.market = Market(self.time)
        self.answers: list[Reply | BackQuantError] = []
        self._hub = hub

    def opened(self, tuning: Tuning | None = None) -> AbstractAsyncContextManager[Client]:
        remote = Remote(self._hub, self.time)
        shared = Shared("key", remote, remote, remote, remote)
        return opened(self.market, self.time, shared=shared, tuning=tuning)

    async def ask(self, client: Client, path: str = "/x") -> None:
        try:
            self.answers.append(await client.get(path, lifetime=LIVE))
        except BackQuantError as error:
            self.answers.append(error)


@asynccontextmanager
async def two(
    tuning: Tuning | None = None,
) -> AsyncIterator[tuple[Machine, Client, Machine, Client, Hub]]:
    """Give two machines and their clients; `tuning` is the second one's."""
    hub = Hub()
    here, there = Machine(hub), Machine(hub, seconds=77.0)
    async with here.opened() as one, there.opened(tuning) as other:
        yield here, one, there, other, hub


async def test_what_one_machine_keeps_another_gives_at_the_same_age() -> None:
    async with two() as (here, one, there, other, hub):
        fresh = await one.get("/x", lifetime=LIVE)
        for machine in (here, there, hub):
            machine.time.advance(4)
        hit = await other.get("/x", lifetime=LIVE)
        assert (hit.outcome, hit.envelope) == ("hit", fresh.envelope)
        assert hit.server_now(there.time.seconds) == fresh.server_now(here.time.seconds)
        for machine in (there, hub):
            machine.time.advance(4)
        assert (await other.get("/x", lifetime=LIVE)).outcome == "miss"


async def ask_both(
    here: Machine, one: Client, there: Machine, other: Client, path: str = "/x"
) -> None:
    """Ask at the first machine, a little later at the other, and then let upstream reply."""
    here.market.hold()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(here.ask, one, path)
        await settle()
        tasks.start_soon(there.ask, other, path)
        await settle()
        here.market.open.set()


async def test_a_question_under_way_at_one_machine_is_waited_for_by_the_other() -> None:
    async with two() as (here, one, there, other, _):
        await ask_both(here, one, there, other)
    (asked,), (joined,) = here.answers, there.answers
    assert isinstance(asked, Reply) and isinstance(joined, Reply)
    assert (asked.outcome, joined.outcome) == ("miss", "joined")
    assert joined.envelope == asked.envelope
    assert there.market.asked == []
    assert (other.counters.requests, other.counters.joined) == (0, 1)


async def test_no_data_for_one_machine_is_no_data_for_the_one_that_waited() -> None:
    async with two() as (here, one, there, other, _):
        here.market.refusal = refusal(404, "NOT_FOUND")
        await ask_both(here, one, there, other)
    assert [type(error) for error in here.answers + there.answers] == [NoDataError] * 2
    assert there.market.asked == []


async def test_after_a_failure_the_one_that_waited_asks_itself() -> None:
    async with two() as (here, one, there, other, _):
        here.market.refusal = refusal(403, "FORBIDDEN")
        await ask_both(here, one, there, other)
    (answer,) = there.answers
    assert isinstance(answer, Reply) and answer.outcome == "miss"


async def test_the_wait_for_another_machine_ends_with_the_deadline_and_blames_nobody() -> None:
    async with two(Tuning(deadline=0.0)) as (here, one, there, other, hub):
        for path in ("/1", "/2", "/3", "/4"):
            await ask_both(here, one, there, other, path)
        assert {type(error) for error in there.answers} == {RequestTimeoutError}
        assert there.market.asked == []
        await hub.breaker.check()


async def test_with_an_older_answer_another_machine_is_not_waited_for() -> None:
    async with two(Tuning(patience_with_older=0.0)) as (here, one, there, other, hub):
        older = await other.get("/x", lifetime=LIVE)
        for machine in (here, there, hub):
            machine.time.advance(40)
        await ask_both(here, one, there, other)
    (answer,) = there.answers
    assert isinstance(answer, Reply)
    assert (answer.outcome, answer.envelope) == ("stale", older.envelope)


async def test_failures_at_one_machine_open_the_breaker_of_the_other() -> None:
    async with two() as (here, one, there, other, _):
        here.market.failure = UnreachableError("no route")
        for _ in range(2):
            await here.ask(one)
        with pytest.raises(UnreachableError, match="4 times in a row"):
            await other.get("/y", lifetime=LIVE)
        assert there.market.asked == []


async def test_the_calls_of_a_minute_are_those_of_all_machines() -> None:
    async with two() as (here, one, there, other, _):
        here.market.headers = lambda: limits(1, reset=here.time.now.timestamp() + 41)
        await one.get("/x", lifetime=LIVE)
        there.market.headers = lambda: limits(0, reset=there.time.now.timestamp() + 41)
        await other.get("/y", lifetime=LIVE)
        for client in (one, other):
            with pytest.raises(BurstLimitError):
                await client.get("/z", lifetime=LIVE)
        assert len(here.market.asked) == len(there.market.asked) == 1
