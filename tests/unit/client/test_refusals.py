""" "No data" is kept for a moment and told with its age; no other refusal is."""

import anyio
import pytest

from bq_mcp.client import Client, Lifetime, MemoryStore, Reply
from bq_mcp.client.lifetime import keep_refusal_for
from bq_mcp.errors import BackQuantError, NoDataError, UnreachableError

from .steering import LEVELS, FakeTime, Market, opened, refusal
from .test_bundle import Desk

pytestmark = pytest.mark.anyio

LIVE = Lifetime("refreshed", 30.0)
NO_DATA = refusal(404, "NOT_FOUND")


async def refused(client: Client, lifetime: Lifetime | None = LIVE) -> BackQuantError:
    with pytest.raises(BackQuantError) as caught:
        await client.get("/tape", (("symbol", "SOLUSDT"),), lifetime)
    return caught.value


async def test_fifty_who_ask_for_what_is_not_there_cost_one_request() -> None:
    time = FakeTime()
    market = Market(time)
    market.refusal = NO_DATA
    async with opened(market, time) as client:
        async with anyio.create_task_group() as tasks:
            for _ in range(25):
                tasks.start_soon(refused, client)
        for _ in range(25):
            assert isinstance(await refused(client), NoDataError)
        assert (client.counters.joined, client.counters.hits) == (24, 25)
    assert len(market.asked) == 1


async def test_it_tells_its_own_age_and_keeps_its_words_and_id() -> None:
    time = FakeTime()
    market = Market(time)
    market.refusal = NO_DATA
    async with opened(market, time) as client:
        first = await refused(client)
        time.advance(12)
        again = await refused(client)
    assert isinstance(first, NoDataError) and first.age_seconds is None
    assert isinstance(again, NoDataError) and again.age_seconds == 12
    assert (again.message, again.code, again.status) == (first.message, first.code, 404)


async def test_after_one_refresh_it_is_asked_for_again() -> None:
    time = FakeTime()
    market = Market(time)
    market.refusal = NO_DATA
    async with opened(market, time) as client:
        await refused(client)
        time.advance(29.9)
        await refused(client)
        assert len(market.asked) == 1
        market.refusal = None
        time.advance(0.1)
        reply = await client.get("/tape", (("symbol", "SOLUSDT"),), LIVE)
    assert reply.outcome == "miss"


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        (LIVE, 30),
        (Lifetime("refreshed", 300.0), 30),
        (Lifetime("refreshed"), 10),
        (Lifetime("appended", 5.0), 5),
        (Lifetime("slow"), 30),
        (Lifetime("pinned"), 30),
        (Lifetime("static"), 30),
    ],
)
def test_it_is_kept_for_a_refresh_and_never_long(lifetime: Lifetime, seconds: float) -> None:
    assert keep_refusal_for(lifetime) == seconds


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (422, "VALIDATION_ERROR"),
        (400, "VALIDATION_ERROR"),
        (429, "RATE_LIMIT_EXCEEDED"),
        (500, "INTERNAL_ERROR"),
        (503, "UPSTREAM_ERROR"),
        (404, ""),
        (404, "GONE"),
        (418, "TEAPOT"),
    ],
)
async def test_no_other_refusal_is_kept(status: int, code: str) -> None:
    time = FakeTime()
    market = Market(time)
    market.refusal = refusal(status, code)
    async with opened(market, time) as client:
        await refused(client)
        asked = len(market.asked)
        await refused(client)
    assert len(market.asked) > asked


async def test_a_dead_host_is_not_taken_for_no_data() -> None:
    time = FakeTime()
    market = Market(time)
    market.failure = UnreachableError("no route")
    async with opened(market, time) as client:
        await refused(client)
        market.failure = None
        assert isinstance(await client.get("/tape", (("symbol", "SOLUSDT"),), LIVE), Reply)


async def test_a_question_without_a_lifetime_keeps_no_refusal_and_is_given_none() -> None:
    time = FakeTime()
    market = Market(time)
    market.refusal = NO_DATA
    async with opened(market, time) as client:
        await refused(client)
        await refused(client, None)
        assert len(market.asked) == 2


async def test_no_data_takes_the_place_of_an_older_answer() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await client.get("/tape", (("symbol", "SOLUSDT"),), LIVE)
        time.advance(40)
        market.refusal = NO_DATA
        await refused(client)
        time.advance(40)
        market.refusal = refusal(503)
        assert not isinstance(await refused(client), NoDataError)


async def test_a_refusal_of_one_key_is_none_of_another() -> None:
    time = FakeTime()
    store = MemoryStore(1024**2)
    mine, theirs = Market(time), Market(time)
    mine.refusal = NO_DATA
    async with (
        opened(mine, time, store=store, owner="mine") as one,
        opened(theirs, time, store=store, owner="theirs") as other,
    ):
        await refused(one)
        assert isinstance(await other.get("/tape", (("symbol", "SOLUSDT"),), LIVE), Reply)


async def test_a_null_entry_of_a_bundle_is_kept_as_the_single_routes_404() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.entries["HYPEUSDT"] = None
    told: list[BackQuantError] = []

    async def ask(client: Client, symbol: str) -> None:
        try:
            await client.get(LEVELS, (("symbol", symbol),), LIVE)
        except BackQuantError as error:
            told.append(error)

    async with opened(desk, time) as client:
        async with anyio.create_task_group() as tasks:
            for symbol in ("BTCUSDT", "HYPEUSDT"):
                tasks.start_soon(ask, client, symbol)
        time.advance(5)
        await ask(client, "HYPEUSDT")
    assert len(desk.asked) == 1
    assert [error.age_seconds for error in told if isinstance(error, NoDataError)] == [None, 5]
