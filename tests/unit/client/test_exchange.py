"""One request to the end: deadline, breaker, budget and retries together."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client import Counters, MemoryBreaker, MemoryBudget, Reply, Tally
from bq_mcp.client.exchange import Exchange
from bq_mcp.client.model import Effort, RawReply, Request, Send
from bq_mcp.errors import (
    BackQuantError,
    BurstLimitError,
    NoDataError,
    QuotaExhaustedError,
    RequestTimeoutError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)

from ...support import NOW
from .steering import FakeTime, good, iso, limits, refusal

pytestmark = pytest.mark.anyio

ASKED = Request("/x")
MINUTE_END = NOW.timestamp() + 4


class Wire:
    """Gives its replies in order, the last one for ever; notes the time of each request."""

    def __init__(self, time: FakeTime, *replies: RawReply | BackQuantError) -> None:
        self.time = time
        self.replies = list(replies)
        self.times: list[float] = []

    async def send(self, request: Request) -> RawReply:
        self.times.append(self.time.seconds - 1_000.0)
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, BackQuantError):
            raise reply
        return reply


class Line:
    """An exchange over a scripted wire."""

    def __init__(
        self,
        *replies: RawReply | BackQuantError,
        send: Send | None = None,
        deadline: float = 20.0,
    ) -> None:
        self.time = FakeTime()
        self.wire = Wire(self.time, *replies)
        self.counters = Counters()
        self.breaker = MemoryBreaker(self.time.monotonic)
        self.deadline = deadline
        budget = MemoryBudget(self.time.clock)
        self.exchange = Exchange(
            send or self.wire.send, self.time.clock, breaker=self.breaker, budget=budget
        )

    async def ask(self, *, longest_pause: float = 4.0) -> Reply:
        until = anyio.current_time() + self.deadline
        effort = Effort(until, 5.0, longest_pause, Tally(self.counters))
        with anyio.fail_after(30):
            return await self.exchange.ask(ASKED, effort)

    async def refused(self, *, longest_pause: float = 4.0) -> BackQuantError:
        with pytest.raises(BackQuantError) as caught:
            await self.ask(longest_pause=longest_pause)
        return caught.value


async def test_a_store_that_comes_back_is_asked_until_it_does() -> None:
    line = Line(refusal(503), refusal(502), good(7))
    assert (await line.ask()).envelope.data == 7
    assert line.wire.times == [0.0, 1.0, 3.0]
    assert (line.counters.requests, line.counters.retries) == (3, 2)


async def test_a_store_that_stays_away_is_given_up() -> None:
    line = Line(refusal(504))
    assert isinstance(await line.refused(), UpstreamUnavailableError)
    assert len(line.wire.times) == 3


async def test_one_who_has_an_older_answer_does_not_wait_for_a_retry() -> None:
    line = Line(refusal(503))
    assert isinstance(await line.refused(longest_pause=0.5), UpstreamUnavailableError)
    assert len(line.wire.times) == 1
    assert line.time.pauses == []


async def test_a_fault_is_asked_again_once() -> None:
    line = Line(refusal(500, "INTERNAL_ERROR"))
    assert isinstance(await line.refused(), UpstreamFaultError)
    assert len(line.wire.times) == 2


async def test_a_wait_stated_with_an_outage_is_respected_or_the_error_given() -> None:
    line = Line(refusal(503, headers={"retry-after": "3"}), good(7))
    await line.ask()
    assert line.wire.times == [0.0, 3.0]
    long = Line(refusal(503, headers={"retry-after": "60"}), good(7))
    assert isinstance(await long.refused(), UpstreamUnavailableError)
    assert len(long.wire.times) == 1


async def test_no_data_is_not_asked_again() -> None:
    line = Line(refusal(404, "NOT_FOUND"))
    assert isinstance(await line.refused(), NoDataError)
    assert len(line.wire.times) == 1


async def test_a_burst_refusal_is_waited_out_when_the_wait_is_short() -> None:
    over = refusal(
        429,
        "RATE_LIMIT_EXCEEDED",
        {**limits(0, reset=MINUTE_END), "retry-after": "4", "x-quota-remaining": "50"},
    )
    line = Line(over, good(7))
    await line.ask()
    assert line.wire.times == [0.0, 4.0]
    assert line.counters.waits == 1


async def test_a_longer_burst_wait_is_told_at_once_and_spares_the_next_callers_a_request() -> None:
    line = Line(refusal(429, "RATE_LIMIT_EXCEEDED", {"retry-after": "41"}))
    for _ in range(3):
        error = await line.refused()
        assert isinstance(error, BurstLimitError)
        assert error.retry_after == pytest.approx(41, abs=1)
    assert line.wire.times == [0.0]
    line.time.advance(41)
    await line.refused()
    assert len(line.wire.times) == 2


async def test_a_burst_refusal_that_states_no_wait_has_that_of_its_reset() -> None:
    line = Line(
        refusal(429, "RATE_LIMIT_EXCEEDED", limits(0, reset=NOW.timestamp() + 43)),
    )
    error = await line.refused()
    assert isinstance(error, BurstLimitError)
    assert error.retry_after == pytest.approx(43, abs=1)
    assert len(line.wire.times) == 1


async def test_a_month_used_up_is_never_slept_on_or_asked_again() -> None:
    over = refusal(
        429,
        "RATE_LIMIT_EXCEEDED",
        {**limits(20, reset=MINUTE_END), "retry-after": "900000", "x-quota-remaining": "0"},
    )
    line = Line(over)
    assert isinstance(await line.refused(), QuotaExhaustedError)
    assert line.wire.times == [0.0]
    assert line.time.pauses == []
    assert line.exchange.limits.quota_left == 0


async def test_the_end_of_the_minute_is_foreseen_from_the_headers_of_any_reply() -> None:
    missing = refusal(404, "NOT_FOUND", limits(0, reset=MINUTE_END))
    line = Line(missing, good(7, limits(29, reset=MINUTE_END + 60)))
    await line.refused()
    await line.ask()
    assert line.wire.times == [0.0, 4.0]


async def test_the_reset_is_read_by_upstreams_clock_and_not_by_ours() -> None:
    upstream_now = NOW + timedelta(hours=3)
    headers = limits(0, reset=upstream_now.timestamp() + 4)
    line = Line(good(1, headers, timestamp=iso(upstream_now)), good(2))
    await line.ask()
    await line.ask()
    assert line.wire.times == [0.0, 4.0]


async def test_a_silent_host_meets_the_deadline_and_then_costs_nothing() -> None:
    sent = 0

    async def silent(request: Request) -> RawReply:
        nonlocal sent
        sent += 1
        await anyio.sleep_forever()
        raise AssertionError

    line = Line(send=silent, deadline=0.01)
    for _ in range(4):
        assert isinstance(await line.refused(), RequestTimeoutError)
    error = await line.refused()
    assert isinstance(error, UnreachableError)
    assert error.retry_after == 10.0
    assert sent == 4
    assert line.time.pauses == []


async def test_a_caller_who_leaves_says_nothing_of_the_host() -> None:
    held = anyio.Event()

    async def silent(request: Request) -> RawReply:
        held.set()
        await anyio.sleep_forever()
        raise AssertionError

    line = Line(send=silent)
    for _ in range(6):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(line.ask)
            await held.wait()
            tasks.cancel_scope.cancel()
    await line.breaker.check()


async def test_a_dead_host_is_not_even_waited_for_between_tries() -> None:
    line = Line(UnreachableError("no route"))
    for _ in range(10):
        assert isinstance(await line.refused(), UnreachableError)
    assert len(line.wire.times) == 4
    assert sum(line.time.pauses) < 0.5


async def test_a_host_that_is_back_is_found_again() -> None:
    line = Line(*[UnreachableError("no route")] * 4, good(7))
    for _ in range(3):
        await line.refused()
    line.time.advance(10)
    assert (await line.ask()).envelope.data == 7


@pytest.mark.parametrize(
    ("meta", "headers", "hours"),
    [
        ({"timestamp": iso(NOW + timedelta(hours=1))}, {}, 1.0),
        ({"timestamp": iso(NOW - timedelta(hours=9))}, {}, -9.0),
        ({"computed_at": iso(NOW + timedelta(hours=2)), "freshness_seconds": 0}, {}, 2.0),
        ({"computed_at": iso(NOW), "freshness_seconds": 7_200.0}, {}, 2.0),
        ({}, {"date": "Fri, 20 Nov 2026 19:32:22 GMT"}, 5.0),
        ({}, {"date": "Fri, 20 Nov 2026 19:32:22 -0000"}, 5.0),
        ({}, {"date": "Fri, 20 Nov 2026 21:32:22 +0200"}, 5.0),
        ({}, {"date": "today"}, 0.0),
        ({}, {}, 0.0),
        ({"timestamp": "9999-12-31T23:59:59Z"}, {}, 0.0),
        ({"timestamp": "0001-01-01T00:00:00Z"}, {}, 0.0),
        ({"computed_at": iso(NOW), "freshness_seconds": 1e300}, {}, 0.0),
    ],
)
async def test_upstreams_clock_is_read_from_what_the_reply_says(
    meta: dict[str, object], headers: dict[str, str], hours: float
) -> None:
    reply = await Line(good(1, headers, **meta)).ask()
    assert reply.server_time == NOW + timedelta(hours=hours)


HTTP_NOW = "Fri, 20 Nov 2026 14:32:22 GMT"
HTTP_A_DAY_AGO = "Thu, 19 Nov 2026 14:32:22 GMT"
DAY_S = 86_400.0


@pytest.mark.parametrize(
    ("seconds_ago", "headers", "delay"),
    [
        (DAY_S, {"age": "86400"}, DAY_S),
        (DAY_S, {"date": HTTP_NOW}, DAY_S),
        (DAY_S, {"date": HTTP_NOW, "age": "86400"}, DAY_S),
        (DAY_S, {"date": HTTP_A_DAY_AGO, "age": "86400"}, DAY_S),
        (60, {"age": "45", "date": HTTP_NOW}, 60),
        (0, {"date": HTTP_NOW}, 0),
        (0, {"date": HTTP_A_DAY_AGO}, 0),
        (1, {"age": "1"}, 0),
        (0, {"age": "0"}, 0),
        (0, {"age": "-60"}, 0),
        (0, {"age": "old"}, 0),
        (0, {"age": "9" * 12}, 0),
        (0, {"age": "9" * 40}, 0),
        (0, {"date": "Fri, 20 Nov 2096 14:32:22 GMT"}, 0),
    ],
)
async def test_a_reply_is_never_younger_than_its_age_and_date_prove(
    seconds_ago: float, headers: dict[str, str], delay: float
) -> None:
    made = NOW - timedelta(seconds=seconds_ago)
    reply = await Line(good(1, headers, timestamp=iso(made), computed_at=iso(made))).ask()
    assert reply.delay_seconds == delay
    assert abs(reply.server_time - (made + timedelta(seconds=delay))) <= timedelta(seconds=1)


async def test_the_same_reply_for_a_day_grows_old_by_a_day() -> None:
    line = Line(good(1, timestamp=iso(NOW), computed_at=iso(NOW)))
    for hour in range(25):
        reply = await line.ask()
        assert reply.server_time == NOW + timedelta(hours=hour)
        assert reply.delay_seconds == hour * 3_600
        line.time.advance(3_600)


async def test_an_unproven_gap_between_the_clocks_is_told_until_upstreams_goes_on() -> None:
    line = Line(
        good(1, timestamp=iso(NOW - timedelta(days=1))),
        good(1, timestamp=iso(NOW - timedelta(days=1))),
        good(1, timestamp=iso(NOW - timedelta(days=1) + timedelta(seconds=20))),
    )
    assert (await line.ask()).clock_gap_seconds == DAY_S
    line.time.advance(10)
    assert (await line.ask()).clock_gap_seconds == DAY_S
    line.time.advance(10)
    reply = await line.ask()
    assert (reply.clock_gap_seconds, reply.delay_seconds) == (0, 0)


async def test_the_way_of_a_long_body_counts() -> None:
    line = Line(replace(good(1, timestamp=iso(NOW), computed_at=iso(NOW)), body_seconds=14.0))
    line.time.advance(14)
    reply = await line.ask()
    assert reply.server_now(line.time.monotonic()) == NOW + timedelta(seconds=14)


async def test_an_age_counts_from_the_reply_whatever_the_next_one_says_of_the_time() -> None:
    computed_at = iso(NOW - timedelta(seconds=12))
    line = Line(
        good(1, timestamp=iso(NOW), computed_at=computed_at),
        good(2, timestamp=iso(NOW - timedelta(hours=1)), computed_at=computed_at),
    )
    first = await line.ask()
    line.time.advance(20)
    await line.ask()
    line.time.jump = timedelta(days=-3)
    assert first.server_now(line.time.monotonic()) == NOW + timedelta(seconds=20)


async def test_an_error_that_is_none_of_ours_is_not_hidden() -> None:
    async def broken(request: Request) -> RawReply:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Line(send=broken).ask()


SENSELESS = [
    {"x-ratelimit-limit": "0", "x-ratelimit-remaining": "0"},
    {"x-ratelimit-limit": "-30", "x-ratelimit-remaining": "0"},
    {"x-ratelimit-limit": "thirty", "x-ratelimit-remaining": "0"},
    {"x-ratelimit-limit": "", "x-ratelimit-remaining": "0"},
    {"x-ratelimit-limit": "1e3", "x-ratelimit-remaining": "0"},
    {"x-ratelimit-limit": "9" * 16, "x-ratelimit-remaining": "0"},
    {"x-ratelimit-limit": "30", "x-ratelimit-remaining": "-1"},
    {"x-ratelimit-limit": "30", "x-ratelimit-remaining": "31"},
    {"x-ratelimit-limit": "30", "x-ratelimit-remaining": "none"},
]


@pytest.mark.parametrize("stated", SENSELESS)
async def test_a_limit_that_makes_no_sense_holds_nobody_back(stated: dict[str, str]) -> None:
    headers = {**stated, "x-ratelimit-reset": str(int(MINUTE_END))}
    line = Line(good(1, headers, timestamp=iso(NOW)))
    for _ in range(40):
        await line.ask()
    assert line.wire.times == [0.0] * 40
    assert line.exchange.limits.burst_left is None


@pytest.mark.parametrize("reset", [0, 12, NOW.timestamp() - 1, NOW.timestamp() + 3_600, 1e14])
async def test_a_minute_that_ended_or_lasts_for_hours_is_none(reset: float) -> None:
    line = Line(good(1, limits(0, reset=reset), timestamp=iso(NOW)))
    for _ in range(5):
        await line.ask()
    assert line.wire.times == [0.0] * 5
    assert line.exchange.limits.burst_resets_at is None


def numbers() -> st.SearchStrategy[str]:
    return st.integers(-10, 10**17).map(str) | st.sampled_from(["", "x", "nan", "0", "1", "30"])


@given(
    stated=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "x-ratelimit-limit": numbers(),
                "x-ratelimit-remaining": numbers(),
                "x-ratelimit-reset": numbers()
                | st.integers(-100, 100).map(lambda s: str(int(NOW.timestamp()) + s)),
                "x-quota-limit": numbers(),
                "x-quota-remaining": numbers(),
                "retry-after": numbers(),
                "x-ratelimit-fallback": st.sampled_from(["true", "false"]),
            },
        ),
        min_size=1,
        max_size=5,
    ),
    refuses=st.booleans(),
)
@settings(max_examples=200)
def test_whatever_was_stated_a_call_goes_out_after_a_minute(
    stated: list[dict[str, str]], refuses: bool
) -> None:
    async def play() -> None:
        replies = [good(1, headers) for headers in stated]
        if refuses:
            replies.append(refusal(429, "RATE_LIMIT_EXCEEDED", stated[-1]))
        line = Line(*replies, good(1))
        for _ in range(len(replies) + 3):
            with suppress(BackQuantError):
                await line.ask()
        # By our own clock, whatever upstream's headers say of its own.
        line.time.advance(61.0)
        sent = len(line.wire.times)
        with suppress(BackQuantError):
            await line.ask()
        assert len(line.wire.times) > sent

    anyio.run(play)
