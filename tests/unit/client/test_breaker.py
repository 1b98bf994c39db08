"""A host that does not answer is left alone for a while."""

import pytest

from bq_mcp.client import MemoryBreaker
from bq_mcp.errors import (
    MalformedReplyError,
    ReplyTooLargeError,
    RequestTimeoutError,
    TransportError,
    UnreachableError,
)

from .steering import FakeTime

pytestmark = pytest.mark.anyio

DEAD = UnreachableError("no route")


async def broken(time: FakeTime) -> MemoryBreaker:
    breaker = MemoryBreaker(time.monotonic)
    for _ in range(4):
        await breaker.check()
        breaker.failed(DEAD)
    return breaker


async def is_refused(breaker: MemoryBreaker) -> bool:
    try:
        await breaker.check()
    except UnreachableError:
        return True
    return False


async def test_four_failures_in_a_row_close_the_way_and_say_for_how_long() -> None:
    time = FakeTime()
    breaker = await broken(time)
    time.advance(9.5)
    with pytest.raises(UnreachableError, match=r"4 times in a row; .* in 1 s") as caught:
        await breaker.check()
    assert caught.value.retry_after == 1


@pytest.mark.parametrize("error", [UnreachableError("x"), RequestTimeoutError("x")])
async def test_silence_of_any_kind_counts(error: TransportError) -> None:
    breaker = MemoryBreaker(FakeTime().monotonic)
    for _ in range(4):
        assert not await is_refused(breaker)
        breaker.failed(error)
    assert await is_refused(breaker)


@pytest.mark.parametrize("error", [MalformedReplyError("x"), ReplyTooLargeError("x")])
async def test_a_host_that_says_nonsense_is_alive(error: TransportError) -> None:
    breaker = MemoryBreaker(FakeTime().monotonic)
    for _ in range(10):
        breaker.failed(error)
    assert not await is_refused(breaker)


async def test_a_reply_between_failures_starts_the_count_anew() -> None:
    breaker = MemoryBreaker(FakeTime().monotonic)
    for _ in range(3):
        breaker.failed(DEAD)
    breaker.answered()
    for _ in range(3):
        breaker.failed(DEAD)
    assert not await is_refused(breaker)


async def test_after_the_pause_one_call_tries_and_those_beside_it_are_refused() -> None:
    time = FakeTime()
    breaker = await broken(time)
    time.advance(10)
    assert [await is_refused(breaker) for _ in range(3)] == [False, True, True]


async def test_a_reply_to_the_one_that_tries_opens_the_way() -> None:
    time = FakeTime()
    breaker = await broken(time)
    time.advance(10)
    await breaker.check()
    breaker.answered()
    assert not any([await is_refused(breaker) for _ in range(3)])


async def test_a_failure_of_the_one_that_tries_starts_the_pause_anew() -> None:
    time = FakeTime()
    breaker = await broken(time)
    time.advance(10)
    await breaker.check()
    time.advance(5)
    breaker.failed(DEAD)
    time.advance(9)
    assert await is_refused(breaker)
    time.advance(1)
    assert not await is_refused(breaker)


async def test_one_that_tries_and_is_never_heard_of_again_does_not_block_for_ever() -> None:
    time = FakeTime()
    breaker = await broken(time)
    time.advance(10)
    await breaker.check()
    time.advance(10)
    assert not await is_refused(breaker)
