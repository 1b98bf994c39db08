"""The calls of a minute: foreseen, shared, queued for in order, never remembered wrongly."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from math import inf

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import TaskGroup

from bq_mcp.client.budget import MemoryBudget
from bq_mcp.client.counters import Counters, Tally
from bq_mcp.client.model import Effort, Limits
from bq_mcp.errors import BurstLimitError

from .steering import FakeTime

pytestmark = pytest.mark.anyio


class Plan:
    """A plan of `limit` calls in windows of a minute, and a budget that learns of it."""

    def __init__(self, *, patience: float = 5.0, limit: int = 3, ends_in: float = 4.0) -> None:
        self.time = FakeTime()
        self.counters = Counters()
        self.budget = MemoryBudget(self.time.clock)
        self.effort = Effort(inf, patience, 4.0, Tally(self.counters))
        self.limit = limit
        self._ends = self.time.seconds + ends_in
        self._used: dict[int, int] = {}
        self.served: list[object] = []

    def spend(self) -> AbstractAsyncContextManager[None]:
        return self.budget.spend(self.effort)

    def window(self) -> int:
        return int((self.time.seconds - self._ends) // 60)

    def state(self) -> None:
        """Let the budget learn what a reply of now states."""
        used = self._used.get(self.window(), 0)
        to_reset = (self._ends - self.time.seconds) % 60 or 60.0
        self.budget.learn(Limits(self.limit, self.limit - used), seconds_to_reset=to_reset)

    async def hear(self, limits: Limits, seconds_to_reset: float | None) -> None:
        """Spend one call whose reply states `limits`."""
        async with self.spend():
            self.budget.learn(limits, seconds_to_reset=seconds_to_reset)

    async def call(self, name: object = None, *, learns: bool = True) -> None:
        """Spend one call; upstream refuses what is over the limit."""
        async with self.spend():
            window = self.window()
            self._used[window] = self._used.get(window, 0) + 1
            assert self._used[window] <= self.limit, "upstream would have refused"
            self.served.append(name)
            if learns:
                self.state()

    @asynccontextmanager
    async def tasks(self) -> AsyncIterator[TaskGroup]:
        # Above the longest wait by this plan's clock, which takes no time: see the deadline test.
        with anyio.fail_after(300):
            async with anyio.create_task_group() as tasks:
                yield tasks


async def refusal_of(plan: Plan) -> BurstLimitError:
    with pytest.raises(BurstLimitError) as caught:
        await plan.call()
    return caught.value


async def test_a_short_wait_for_the_next_window_is_taken_silently() -> None:
    plan = Plan(ends_in=4.0)
    for name in range(4):
        await plan.call(name)
    assert plan.time.pauses == [4.0]
    assert (plan.counters.waits, plan.counters.waited_seconds) == (1, 4.0)
    assert plan.served == [0, 1, 2, 3]


async def test_a_longer_wait_is_refused_at_once_with_the_seconds() -> None:
    plan = Plan(ends_in=40.0)
    for _ in range(3):
        await plan.call()
    error = await refusal_of(plan)
    assert error.retry_after == pytest.approx(40.0, abs=1.0)
    assert not error.was_sent
    assert plan.time.pauses == []


async def test_callers_go_in_the_order_they_came() -> None:
    plan = Plan(limit=30)
    await plan.call("first")
    for _ in range(29):
        await plan.call("spent")
    async with plan.tasks() as tasks:
        for name in range(30):
            tasks.start_soon(plan.call, name)
    assert plan.served[30:] == list(range(30))
    assert plan.time.pauses == [4.0]


async def test_after_a_wait_the_next_window_is_shared_out_and_the_rest_is_told() -> None:
    plan = Plan(limit=3)
    for _ in range(3):
        await plan.call()
    refused: list[float] = []

    async def try_one() -> None:
        try:
            await plan.call()
        except BurstLimitError as error:
            refused.append(error.retry_after or 0.0)

    async with plan.tasks() as tasks:
        for _ in range(5):
            tasks.start_soon(try_one)
        await anyio.wait_all_tasks_blocked()
    assert len(plan.served) == 6
    # Their turn is in the window after the next: known, and told, before anybody waits.
    assert refused == [pytest.approx(64.0, abs=1.0)] * 2
    assert plan.time.pauses == [4.0]


async def test_a_patient_plan_waits_through_several_windows() -> None:
    plan = Plan(patience=200.0, limit=2)
    await plan.call(0)
    async with plan.tasks() as tasks:
        for name in range(1, 7):
            tasks.start_soon(plan.call, name)
    assert plan.served == list(range(7))
    assert plan.time.pauses == [4.0, 60.0, 60.0]


async def test_requests_under_way_count_before_their_replies_come() -> None:
    plan = Plan(limit=3, ends_in=40.0)
    await plan.call()
    async with plan.spend(), plan.spend():
        assert plan.budget.left == 0
        await refusal_of(plan)


async def test_a_reply_that_was_overtaken_gives_no_call_back_and_takes_none() -> None:
    plan = Plan(limit=30)
    async with plan.spend():
        await plan.hear(Limits(30, 10), 4.0)
        assert plan.budget.left == 9
        plan.budget.learn(Limits(30, 11), seconds_to_reset=4.0)
    assert plan.budget.left == 10


async def test_a_request_without_a_reply_is_taken_as_spent() -> None:
    plan = Plan(limit=30)
    await plan.hear(Limits(30, 10), 40.0)
    async with plan.spend():
        pass
    assert plan.budget.left == 9


async def test_calls_that_others_spend_on_the_same_plan_are_seen() -> None:
    plan = Plan(limit=30)
    await plan.hear(Limits(30, 20), 40.0)
    await plan.hear(Limits(30, 2), 40.0)
    assert plan.budget.left == 2


async def test_a_reply_from_a_window_that_is_over_changes_nothing() -> None:
    plan = Plan(limit=30)
    await plan.hear(Limits(30, 20), 40.0)
    await plan.hear(Limits(30, 0), -3.0)
    assert plan.budget.left == 19


async def test_before_the_first_reply_only_a_few_go_out_at_once() -> None:
    plan = Plan(limit=30, ends_in=40.0)
    release = anyio.Event()
    out: list[int] = []
    refused: list[int] = []

    async def one(number: int) -> None:
        try:
            async with plan.spend():
                out.append(number)
                await release.wait()
                plan.budget.learn(Limits(30, 30 - len(out)), seconds_to_reset=40.0)
        except BurstLimitError:
            refused.append(number)

    async with plan.tasks() as tasks:
        for number in range(200):
            tasks.start_soon(one, number)
        await anyio.wait_all_tasks_blocked()
        assert out == list(range(10))
        release.set()
    assert len(out) == 30
    assert out == sorted(out)
    assert len(refused) == 170


async def test_an_upstream_that_states_no_limits_is_not_held_back() -> None:
    plan = Plan()
    async with plan.spend():
        plan.budget.learn(Limits(), seconds_to_reset=None)
    async with plan.tasks() as tasks:
        everybody = anyio.Event()
        inside = 0

        async def one() -> None:
            nonlocal inside
            async with plan.spend():
                inside += 1
                await everybody.wait()

        for _ in range(50):
            tasks.start_soon(one)
        await anyio.wait_all_tasks_blocked()
        assert inside == 50
        everybody.set()


async def test_first_requests_that_fail_let_the_next_ones_go() -> None:
    plan = Plan()

    async def fail() -> None:
        async with plan.spend():
            await anyio.lowlevel.checkpoint()

    async with plan.tasks() as tasks:
        for _ in range(25):
            tasks.start_soon(fail)


async def test_a_degraded_limiter_is_obeyed_and_not_remembered() -> None:
    plan = Plan(limit=60, ends_in=4.0)
    await plan.call()
    await plan.hear(Limits(5, 0, is_fallback=True), 4.0)
    assert plan.budget.left == 0
    async with plan.spend():
        assert plan.time.pauses == [4.0]
    assert plan.budget.left == 59


async def test_a_limiter_that_recovers_within_its_window_counts_again_at_once() -> None:
    plan = Plan(limit=60, ends_in=40.0)
    await plan.hear(Limits(5, 4, is_fallback=True), 40.0)
    assert plan.budget.left == 4
    await plan.call()
    assert plan.budget.left == 59


async def test_a_caller_who_leaves_the_queue_frees_the_way_and_spends_nothing() -> None:
    plan = Plan(limit=3, patience=5.0)
    for _ in range(3):
        await plan.call()
    asleep = anyio.Event()

    async def sleep(seconds: float) -> None:
        asleep.set()
        await anyio.sleep_forever()

    object.__setattr__(plan.time.clock, "sleep", sleep)
    async with plan.tasks() as tasks:
        tasks.start_soon(plan.call, "left while it slept")
        await asleep.wait()
        tasks.start_soon(plan.call, "left in the queue")
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    object.__setattr__(plan.time.clock, "sleep", plan.time.sleep)
    async with plan.tasks() as tasks:
        for name in ("a", "b", "c"):
            tasks.start_soon(plan.call, name)
    assert plan.served[3:] == ["a", "b", "c"]


async def test_a_wait_beyond_the_callers_deadline_is_refused_at_once() -> None:
    plan = Plan(patience=60.0, ends_in=30.0)
    for _ in range(3):
        await plan.call()
    with anyio.fail_after(20):
        error = await refusal_of(plan)
    assert error.retry_after == pytest.approx(30.0, abs=1.0)
    assert plan.time.pauses == []


async def test_a_window_that_ends_long_after_a_minute_is_cut_to_one() -> None:
    plan = Plan()
    await plan.hear(Limits(3, 0), 3_600.0)
    assert (await refusal_of(plan)).retry_after == pytest.approx(60.0, abs=1.0)


async def test_a_remainder_without_an_end_is_left_to_upstream() -> None:
    plan = Plan()
    await plan.hear(Limits(3, 0), None)
    async with plan.spend():
        assert plan.time.pauses == []


async def test_after_a_pause_of_many_windows_the_limit_is_whole_again() -> None:
    plan = Plan(limit=3, ends_in=40.0)
    for _ in range(3):
        await plan.call()
    plan.time.advance(1_000)
    assert plan.budget.left == 3
