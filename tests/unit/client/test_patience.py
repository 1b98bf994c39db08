"""A slow upstream: who has an older answer does not wait, and what comes late is not lost."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from bq_mcp.client import Client, Lifetime, Reply, Tuning
from bq_mcp.client.model import RawReply, Request
from bq_mcp.errors import (
    BurstLimitError,
    RequestTimeoutError,
    UnreachableError,
    UpstreamUnavailableError,
)

from .steering import LEVELS, MULTI, FakeTime, Market, limits, opened, refusal, settle

pytestmark = pytest.mark.anyio

LIVE = Lifetime("refreshed", 30.0)
HASTY = Tuning(deadline=5.0, patience_with_older=0.0)


async def get(client: Client, path: str = "/x") -> Reply:
    return await client.get(path, (("symbol", "BTCUSDT"),), LIVE)


@asynccontextmanager
async def slow_now(tuning: Tuning = HASTY) -> AsyncIterator[tuple[Client, Market, Reply]]:
    """Yield a client, its upstream, which is slow from now on, and an answer of 40 s ago."""
    time = FakeTime()
    market = Market(time)
    async with opened(market, time, tuning=tuning, within=2.0) as client:
        first = await get(client)
        time.advance(40)
        market.hold()
        yield client, market, first


async def test_with_an_older_answer_a_slow_upstream_is_not_waited_for() -> None:
    async with slow_now() as (client, _, _):
        older = await get(client)
    assert older.outcome == "stale"
    assert isinstance(older.failure, RequestTimeoutError)


async def test_a_reply_that_comes_late_is_kept_for_the_next_question() -> None:
    async with slow_now() as (client, market, first):
        await get(client)
        assert market.under_way == 1
        market.open.set()
        await settle()
        newer = await get(client)
    assert newer.outcome == "hit"
    assert newer.envelope.meta.computed_at != first.envelope.meta.computed_at
    assert len(market.asked) == 2


async def test_the_next_callers_get_the_older_answer_at_once_and_ask_no_further() -> None:
    async with slow_now() as (client, market, _):
        await get(client)
        replies = [await get(client) for _ in range(50)]
        market.open.set()
    assert {reply.outcome for reply in replies} == {"stale"}
    assert len(market.asked) == 2


async def test_what_nobody_waits_for_any_more_still_meets_its_deadline() -> None:
    tuning = Tuning(deadline=0.05, patience_with_older=0.0)
    async with slow_now(tuning) as (client, market, _):
        await get(client)
        with anyio.fail_after(1):
            while market.under_way:
                await anyio.lowlevel.checkpoint()
        assert (await get(client)).outcome == "stale"
        assert len(market.asked) == 3


async def test_without_an_older_answer_the_whole_deadline_is_given() -> None:
    time = FakeTime()
    market = Market(time)
    market.hold()
    async with opened(market, time, tuning=HASTY, within=2.0) as client:
        replies: list[Reply] = []

        async def ask() -> None:
            replies.append(await get(client))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask)
            await settle()
            assert replies == []
            market.open.set()
    assert [reply.outcome for reply in replies] == ["miss"]


async def test_with_an_older_answer_a_wait_for_the_next_minute_is_short_or_not_taken() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        time.advance(40)
        market.headers = lambda: limits(0, reset=time.now.timestamp() + 4)
        await get(client, "/other")
        older = await get(client)
        assert older.outcome == "stale"
        assert isinstance(older.failure, BurstLimitError)
        assert older.failure.retry_after == 5
        # Who has none waits for it.
        assert (await get(client, "/third")).outcome == "miss"
    assert client.counters.waits == 1


async def test_closing_drops_what_nobody_waits_for() -> None:
    time = FakeTime()
    market = Market(time)
    with anyio.fail_after(1):
        async with opened(market, time, tuning=HASTY) as client:
            await get(client)
            time.advance(40)
            market.hold()
            await get(client)
            assert market.under_way == 1
    assert market.under_way == 0


async def test_a_closed_client_says_so() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
    with pytest.raises(UnreachableError, match="closed"):
        await get(client)
    assert len(market.asked) == 1


async def test_one_deadline_covers_a_shared_request_and_the_single_one_after_it() -> None:
    time = FakeTime()
    at: dict[str, float] = {}

    async def slow(request: Request) -> RawReply:
        at[request.path] = anyio.current_time()
        with anyio.move_on_after(0.06):
            await anyio.sleep_forever()
        if request.path == MULTI:
            return refusal(404, "NOT_FOUND")
        raise AssertionError("the deadline comes before")

    ended: list[float] = []

    async def ask(client: Client, symbol: str) -> None:
        with pytest.raises(RequestTimeoutError):
            await client.get(LEVELS, (("symbol", symbol),), LIVE)
        ended.append(anyio.current_time())

    async with opened(slow, time, tuning=Tuning(deadline=0.1), within=2.0) as client:
        began = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for symbol in ("BTCUSDT", "ETHUSDT"):
                tasks.start_soon(ask, client, symbol)
    assert at.keys() == {MULTI, LEVELS}
    assert max(ended) - began < 0.16


async def test_a_failure_at_once_is_told_as_it_is_and_not_as_slowness() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        time.advance(40)
        market.refusal = refusal(503)
        older = await get(client)
    assert isinstance(older.failure, UpstreamUnavailableError)
