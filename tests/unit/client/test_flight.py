"""Equal questions under way share one piece of work, whoever of their callers leaves."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.abc import TaskGroup

from bq_mcp.client.flight import Flights
from bq_mcp.errors import NoDataError, UnreachableError

pytestmark = pytest.mark.anyio


class Work:
    """Work that waits to be let go, and counts how often it started, ended and was cancelled."""

    def __init__(self) -> None:
        self.go = anyio.Event()
        self.started = 0
        self.cancelled = 0

    async def __call__(self) -> int:
        self.started += 1
        try:
            await self.go.wait()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise
        return self.started


class Callers:
    """Callers of one kind of work, and what each of them got."""

    def __init__(self, flights: Flights[int], tasks: TaskGroup, work: Work) -> None:
        self._flights = flights
        self._tasks = tasks
        self._work = work
        self.got: dict[int, tuple[int, bool] | Exception] = {}

    def ask(self, name: int, key: str = "k") -> anyio.CancelScope:
        """Ask in a task of its own; return what cancels it."""
        scope = anyio.CancelScope()
        self._tasks.start_soon(self._ask, name, key, scope)
        return scope

    async def _ask(self, name: int, key: str, scope: anyio.CancelScope) -> None:
        with scope:
            try:
                self.got[name] = await self._flights.share(key, self._work)
            except (NoDataError, UnreachableError) as error:
                self.got[name] = error


@asynccontextmanager
async def callers(work: Work) -> AsyncIterator[Callers]:
    with anyio.fail_after(5):
        async with anyio.create_task_group() as own, anyio.create_task_group() as tasks:
            yield Callers(Flights(own), tasks, work)


async def test_all_get_what_the_first_one_started() -> None:
    work = Work()
    async with callers(work) as group:
        for name in range(200):
            group.ask(name)
        await anyio.wait_all_tasks_blocked()
        work.go.set()
    assert work.started == 1
    assert group.got == {name: (1, name > 0) for name in range(200)}


async def test_the_work_outlives_the_caller_who_started_it() -> None:
    work = Work()
    async with callers(work) as group:
        first = group.ask(0)
        group.ask(1)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await anyio.wait_all_tasks_blocked()
        group.ask(2)
        await anyio.wait_all_tasks_blocked()
        work.go.set()
    assert group.got == {1: (1, True), 2: (1, True)}
    assert (work.started, work.cancelled) == (1, 0)


async def test_work_that_all_have_left_goes_on_for_the_next_one() -> None:
    work = Work()
    async with callers(work) as group:
        scopes = [group.ask(name) for name in range(3)]
        await anyio.wait_all_tasks_blocked()
        for scope in scopes:
            scope.cancel()
        await anyio.wait_all_tasks_blocked()
        group.ask(3)
        await anyio.wait_all_tasks_blocked()
        work.go.set()
    assert group.got == {3: (1, True)}
    assert (work.started, work.cancelled) == (1, 0)


async def test_of_much_work_that_all_have_left_what_was_left_last_is_cancelled() -> None:
    work = Work()
    async with callers(work) as group:
        stays = group.ask(99, "waited for")
        for name in range(20):
            scope = group.ask(name, str(name))
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
            await anyio.wait_all_tasks_blocked()
        assert (work.started, work.cancelled) == (21, 4)
        # Who joins work that goes on makes room for other work.
        group.ask(100, "0")
        await anyio.wait_all_tasks_blocked()
        group.ask(101, "new").cancel()
        await anyio.wait_all_tasks_blocked()
        assert (work.started, work.cancelled) == (22, 4)
        work.go.set()
    assert not stays.cancelled_caught
    assert {99, 100} == group.got.keys()


async def test_one_who_asks_the_moment_the_last_one_has_left_joins() -> None:
    work = Work()
    got: list[tuple[int, bool]] = []

    async def leave_and_ask_again(flights: Flights[int]) -> None:
        try:
            await flights.share("k", work)
        finally:
            with anyio.CancelScope(shield=True):
                got.append(await flights.share("k", work))

    with anyio.fail_after(5):
        async with anyio.create_task_group() as own, anyio.create_task_group() as tasks:
            tasks.start_soon(leave_and_ask_again, Flights[int](own))
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
            work.go.set()
    assert got == [(1, True)]


async def test_a_caller_cancelled_before_the_work_began_leaves_it_to_the_next_one() -> None:
    work = Work()
    async with callers(work) as group:
        group.ask(0).cancel()
        await anyio.wait_all_tasks_blocked()
        group.ask(1)
        await anyio.wait_all_tasks_blocked()
        work.go.set()
    assert list(group.got) == [1]
    assert work.started == 1


async def test_a_failure_reaches_each_caller_and_the_next_one_asks_anew() -> None:
    calls = 0
    go = anyio.Event()

    async def fail() -> int:
        nonlocal calls
        calls += 1
        await go.wait()
        raise NoDataError("none")

    raised = 0

    async def ask(flights: Flights[int]) -> None:
        nonlocal raised
        with pytest.raises(NoDataError):
            await flights.share("k", fail)
        raised += 1

    async with anyio.create_task_group() as own:
        flights: Flights[int] = Flights(own)
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(ask, flights)
            await anyio.wait_all_tasks_blocked()
            go.set()
        assert (calls, raised) == (1, 20)
        await ask(flights)
    assert calls == 2


async def test_different_questions_are_different_work() -> None:
    work = Work()
    async with callers(work) as group:
        group.ask(0, "a")
        group.ask(1, "b")
        await anyio.wait_all_tasks_blocked()
        assert work.started == 2
        work.go.set()


async def test_an_end_of_the_tasks_tells_those_who_wait() -> None:
    work = Work()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks, anyio.create_task_group() as own:
            group = Callers(Flights(own), tasks, work)
            group.ask(0)
            group.ask(1)
            await anyio.wait_all_tasks_blocked()
            own.cancel_scope.cancel()
    assert [type(error) for error in group.got.values()] == [UnreachableError] * 2


async def test_one_who_asks_after_the_end_is_told_and_nobody_waits_for_ever() -> None:
    async with anyio.create_task_group() as own:
        flights: Flights[int] = Flights(own)
    with anyio.fail_after(5):
        for _ in range(2):
            with pytest.raises(RuntimeError):
                await flights.share("k", Work())
    gc.collect()
