"""Callers leave at any await: no task, request, lock or waiter stays, and no reply is lost."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import anyio
import anyio.lowlevel
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client import Client, Clock, Lifetime, Tuning
from bq_mcp.client.model import QueryPairs, RawReply, Request
from bq_mcp.errors import BackQuantError

from ..bench.fast_forward import FastForward, Pace
from ..unit.client.steering import (
    LEVELS,
    MULTI,
    FakeTime,
    Market,
    good,
    iso,
    limits,
    opened,
    settle,
)

LIVE = Lifetime("refreshed", 30.0)
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


class Slow(Market):
    """An upstream whose replies take some turns of the loop, on a plan of a few calls a minute."""

    def __init__(self, time: FakeTime, turns: list[int], limit: int) -> None:
        super().__init__(time)
        self._turns = turns
        self.limit = limit
        self.cut_off = 0
        self._used: dict[int, int] = {}

    async def send(self, request: Request) -> RawReply:
        try:
            return await super().send(request)
        except anyio.get_cancelled_exc_class():
            self.cut_off += 1
            raise

    def turns(self) -> int:
        return self._turns[len(self.asked) % len(self._turns)]

    def _reply(self, request: Request) -> RawReply:
        now = self.time.now.timestamp()
        minute = int(now // 60)
        self._used[minute] = self._used.get(minute, 0) + 1
        left = max(self.limit - self._used[minute], 0)
        headers = limits(left, reset=(minute + 1) * 60, limit=self.limit)
        stamps = {"timestamp": iso(self.time.now), "computed_at": iso(self.computed_at)}
        return good(self._data(request), headers, **stamps)

    def _data(self, request: Request) -> object:
        entry = {"positioning": "flow", "spot_price": 1.0, "computed_at": iso(self.computed_at)}
        if request.path != MULTI:
            return entry
        symbols = dict(request.query)["symbols"].split(",")
        return {"results": dict.fromkeys(symbols, entry)}


@dataclass(frozen=True)
class Caller:
    """Asks after `arrives` turns of the loop, and leaves `stays` turns later if not None."""

    path: str
    symbol: str
    arrives: int
    stays: int | None

    @property
    def query(self) -> QueryPairs:
        return (("symbol", self.symbol),)


callers = st.lists(
    st.builds(
        Caller,
        path=st.sampled_from([LEVELS, LEVELS, "/x"]),
        symbol=st.sampled_from(SYMBOLS),
        arrives=st.integers(0, 12),
        stays=st.none() | st.integers(0, 30),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150)
@given(
    callers=callers,
    turns=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    limit=st.integers(1, 4),
)
def test_whoever_leaves_whenever_nothing_stays_behind(
    callers: list[Caller], turns: list[int], limit: int
) -> None:
    anyio.run(_play, callers, turns, limit)


async def _play(callers: list[Caller], turns: list[int], limit: int) -> None:
    time = _turning()
    upstream = Slow(time, turns, limit)
    answered: set[int] = set()

    async def call(client: Client, place: int, caller: Caller) -> None:
        with anyio.CancelScope() as scope:
            for _ in range(caller.arrives):
                await anyio.lowlevel.checkpoint()
            if caller.stays is not None:
                tasks.start_soon(_cancel_after, scope, caller.stays)
            with suppress(BackQuantError):
                await client.get(caller.path, caller.query, LIVE)
            answered.add(place)

    # Patience for one more window, though its pause takes no time: see the deadline's own test.
    tuning = Tuning(deadline=90.0, patience=45.0)
    async with opened(upstream, time, tuning=tuning, within=100.0) as client:
        async with anyio.create_task_group() as tasks:
            for place, caller in enumerate(callers):
                tasks.start_soon(call, client, place, caller)
        await settle()
        assert (upstream.under_way, upstream.cut_off) == (0, 0)
        # This one, and nobody else's.
        assert len(asyncio.all_tasks()) == 1
        await _check_it_works_as_at_first(client, upstream)
    assert answered >= {place for place, caller in enumerate(callers) if caller.stays is None}


leavings = st.lists(
    st.tuples(st.sampled_from([LEVELS, "/x"]), st.sampled_from(SYMBOLS), st.integers(0, 15)),
    min_size=1,
    max_size=14,
)


async def _leave(client: Client, upstream: Slow, leavings: list[tuple[str, str, int]]) -> None:
    """Ask and leave while upstream is silent."""
    upstream.hold()

    async def call(path: str, symbol: str, stays: int) -> None:
        with anyio.CancelScope() as scope:
            tasks.start_soon(_cancel_after, scope, stays)
            await client.get(path, (("symbol", symbol),), LIVE)

    async with anyio.create_task_group() as tasks:
        for path, symbol, stays in leavings:
            tasks.start_soon(call, path, symbol, stays)
    await settle()


@settings(max_examples=60)
@given(leavings=leavings)
def test_what_was_asked_for_is_there_for_the_repeat_though_all_had_left(
    leavings: list[tuple[str, str, int]],
) -> None:
    async def play() -> None:
        time = _turning()
        upstream = Slow(time, turns=[2], limit=30)
        async with opened(upstream, time) as client:
            await _leave(client, upstream, leavings)
            upstream.open.set()
            await settle()
            assert (upstream.under_way, upstream.cut_off) == (0, 0)
            assert len(asyncio.all_tasks()) == 1
            asked = len(upstream.asked)
            for path, symbol, _ in leavings:
                repeat = await client.get(path, (("symbol", symbol),), LIVE)
                assert repeat.outcome == "hit"
            assert len(upstream.asked) == asked
            await _check_it_works_as_at_first(client, upstream)

    anyio.run(play)


@settings(max_examples=60)
@given(leavings=leavings)
def test_for_an_upstream_that_stays_silent_nothing_lives_beyond_its_deadline(
    leavings: list[tuple[str, str, int]],
) -> None:
    async def play() -> None:
        time = _turning()
        upstream = Slow(time, turns=[2], limit=30)
        async with opened(upstream, time, tuning=Tuning(deadline=20.0), within=60.0) as client:
            await _leave(client, upstream, leavings)
            assert 0 < upstream.under_way <= len(leavings)
            # All timers of this loop pass at once.
            await anyio.sleep(21)
            assert upstream.under_way == 0
            assert len(asyncio.all_tasks()) == 1
            upstream.open.set()
            time.advance(60)
            # One call finds out that the host is back.
            await client.get("/probe", (), LIVE)
            await _check_it_works_as_at_first(client, upstream)

    pace = Pace()
    anyio.run(play, backend_options={"loop_factory": lambda: FastForward(pace)})


@settings(max_examples=20)
@given(questions=st.integers(17, 60), stays=st.integers(0, 15))
def test_of_many_questions_all_have_left_a_bounded_number_goes_on(
    questions: int, stays: int
) -> None:
    async def play() -> None:
        time = _turning()
        upstream = Slow(time, turns=[2], limit=100)
        async with opened(upstream, time) as client:
            # Upstream's limits are known, so all of them go out at once.
            await client.get("/first", (), LIVE)
            await _leave(client, upstream, [(f"/{n}", "BTCUSDT", stays) for n in range(questions)])
            assert upstream.under_way <= 16
            upstream.open.set()
            await settle()
            assert (upstream.under_way, len(asyncio.all_tasks())) == (0, 1)

    anyio.run(play)


async def _cancel_after(scope: anyio.CancelScope, turns: int) -> None:
    for _ in range(turns):
        await anyio.lowlevel.checkpoint()
    scope.cancel()


async def _check_it_works_as_at_first(client: Client, upstream: Slow) -> None:
    """Spend a whole new minute, one bundle among it, without a pause."""
    upstream.time.advance(3_600 - upstream.time.now.timestamp() % 60)
    asked, waits = len(upstream.asked), client.counters.waits
    async with anyio.create_task_group() as tasks:
        for symbol in SYMBOLS:
            tasks.start_soon(client.get, LEVELS, (("symbol", symbol),), LIVE)
        for number in range(1, upstream.limit):
            tasks.start_soon(client.get, f"/y/{number}", (), LIVE)
    paths = [request.path for request in upstream.asked[asked:]]
    assert sorted(paths) == sorted([MULTI, *(f"/y/{n}" for n in range(1, upstream.limit))])
    assert client.counters.waits == waits


def _turning() -> FakeTime:
    """Return a time whose pauses take some turns of the loop, so that callers can leave in them."""
    time = FakeTime()

    async def sleep(seconds: float) -> None:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        time.advance(seconds)

    time.clock = Clock(time.local_now, time.monotonic, sleep, lambda: 0.5)
    return time


@settings(max_examples=60)
@given(
    callers=callers,
    turns=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    closes_after=st.integers(0, 25),
)
def test_closing_at_any_moment_answers_everybody_and_leaves_nothing(
    callers: list[Caller], turns: list[int], closes_after: int
) -> None:
    anyio.run(_close, callers, turns, closes_after)


async def _close(callers: list[Caller], turns: list[int], closes_after: int) -> None:
    time = _turning()
    upstream = Slow(time, turns, limit=2)
    ended = 0

    async def call(client: Client, caller: Caller) -> None:
        nonlocal ended
        with suppress(BackQuantError):
            await client.get(caller.path, caller.query, LIVE)
        ended += 1

    with anyio.fail_after(1):
        async with anyio.create_task_group() as tasks, opened(upstream, time) as client:
            for caller in callers:
                tasks.start_soon(call, client, caller)
            for _ in range(1 + closes_after):
                await anyio.lowlevel.checkpoint()
    assert ended == len(callers)
    assert upstream.under_way == 0
    assert len(asyncio.all_tasks()) == 1


@settings(max_examples=60)
@given(
    callers=callers,
    turns=st.lists(st.integers(0, 8), min_size=1, max_size=5),
    closes=st.booleans(),
)
def test_what_goes_on_for_nobody_ends_by_itself_or_with_the_client(
    callers: list[Caller], turns: list[int], closes: bool
) -> None:
    anyio.run(_go_on, callers, turns, closes)


async def _go_on(callers: list[Caller], turns: list[int], closes: bool) -> None:
    """Everyone has an older answer and no patience; the requests outlive those who asked."""
    time = _turning()
    upstream = Slow(time, turns, limit=30)
    outcomes: list[str] = []

    async def call(client: Client, caller: Caller) -> None:
        with anyio.CancelScope() as scope:
            if caller.stays is not None:
                tasks.start_soon(_cancel_after, scope, caller.stays)
            outcomes.append((await client.get(caller.path, caller.query, LIVE)).outcome)

    with anyio.fail_after(10):
        async with opened(upstream, time, tuning=Tuning(patience_with_older=0.0)) as client:
            for caller in callers:
                await client.get(caller.path, caller.query, LIVE)
            time.advance(60)
            upstream.hold()
            async with anyio.create_task_group() as tasks:
                for caller in callers:
                    tasks.start_soon(call, client, caller)
            assert set(outcomes) <= {"stale"}
            if not closes:
                upstream.open.set()
                await settle()
                assert upstream.under_way == 0
                assert len(asyncio.all_tasks()) == 1
                await _check_it_works_as_at_first(client, upstream)
    assert upstream.under_way == 0
    assert len(asyncio.all_tasks()) == 1
