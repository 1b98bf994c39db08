"""What a client answers from what it holds: fresh, late, shared, stale or nothing."""

from datetime import timedelta

import anyio
import pytest

from bq_mcp.client import Client, Lifetime, MemoryStore, Reply, Tuning
from bq_mcp.client.lifetime import LifetimeKind
from bq_mcp.client.model import RawReply, Request
from bq_mcp.errors import (
    BackQuantError,
    ForbiddenError,
    NoDataError,
    QuotaExhaustedError,
    UnauthorizedError,
    UnreachableError,
    UpstreamUnavailableError,
)

from .steering import FakeTime, Market, good, iso, limits, opened, refusal

pytestmark = pytest.mark.anyio

LIVE = Lifetime("refreshed", 30.0)
DEAD = UnreachableError("no route")


async def get(client: Client, path: str = "/x", lifetime: Lifetime | None = LIVE) -> Reply:
    return await client.get(path, (("symbol", "BTCUSDT"),), lifetime)


async def test_two_hundred_equal_questions_are_one_request_and_equal_answers() -> None:
    time = FakeTime()
    market = Market(time)
    market.hold()
    replies: list[Reply] = []

    async with opened(market, time) as client, anyio.create_task_group() as tasks:

        async def ask() -> None:
            replies.append(await get(client))

        for _ in range(200):
            tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        market.open.set()
    assert len(market.asked) == 1
    assert len(replies) == 200
    assert all(reply.envelope == replies[0].envelope for reply in replies)
    assert client.counters.as_dict()["joined"] == 199


async def test_an_answer_is_given_again_until_upstream_refreshes() -> None:
    time = FakeTime()
    market = Market(time)
    # The data were computed 22 s before.
    async with opened(market, time) as client:
        first = await get(client)
        time.advance(7.9)
        assert (await get(client)).outcome == "hit"
        time.advance(0.1)
        second = await get(client)
    assert second.outcome == "miss"
    assert second.envelope.meta.computed_at != first.envelope.meta.computed_at
    assert len(market.asked) == 2


async def test_the_age_of_a_kept_answer_counts_on_when_the_local_clock_jumps() -> None:
    time = FakeTime()
    async with opened(Market(time, cadence=3_600.0), time) as client:
        await get(client, lifetime=Lifetime("refreshed", 3_600.0))
        time.jump = timedelta(hours=-5)
        time.advance(40)
        hit = await get(client, lifetime=Lifetime("refreshed", 3_600.0))
    assert hit.outcome == "hit"
    assert hit.server_now(time.monotonic()) == time.now


async def test_upstream_that_is_late_is_said_to_be_and_asked_after_a_quarter() -> None:
    time = FakeTime()
    market = Market(time)
    market.stuck_at = time.now - timedelta(seconds=45)
    async with opened(market, time) as client:
        assert (await get(client)).overdue
        time.advance(7.4)
        hit = await get(client)
        assert (hit.outcome, hit.overdue) == ("hit", True)
        time.advance(0.1)
        assert (await get(client)).outcome == "miss"
        market.stuck_at = None
        time.advance(7.5)
        assert not (await get(client)).overdue


async def test_a_series_is_never_late() -> None:
    time = FakeTime()
    market = Market(time)
    market.stuck_at = time.now - timedelta(days=2)
    async with opened(market, time) as client:
        for lifetime in (Lifetime("appended", 30.0), Lifetime("slow"), Lifetime("static")):
            assert not (await get(client, f"/{lifetime.kind}", lifetime)).overdue


async def test_a_cadence_nobody_states_is_learned_from_what_is_seen() -> None:
    time = FakeTime()
    market = Market(time, cadence=120.0)
    unknown = Lifetime("refreshed")
    async with opened(market, time) as client:
        for _ in range(40):
            await get(client, lifetime=unknown)
            time.advance(10)
        before = len(market.asked)
        for _ in range(120):
            await get(client, lifetime=unknown)
            time.advance(1)
    assert len(market.asked) - before <= 2


async def test_rare_questions_teach_no_cadence() -> None:
    time = FakeTime()
    market = Market(time)
    unknown = Lifetime("refreshed")
    async with opened(market, time) as client:
        for _ in range(5):
            await get(client, lifetime=unknown)
            time.advance(3_600)
        await get(client, lifetime=unknown)
        time.advance(60)
        assert (await get(client, lifetime=unknown)).outcome == "miss"


async def test_a_question_without_a_lifetime_always_goes_out_and_is_not_kept() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        assert (await get(client, lifetime=None)).outcome == "miss"
        await get(client, "/y", None)
        await get(client, "/y")
    assert len(market.asked) == 4


async def test_arguments_in_another_order_are_the_same_question() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await client.get("/x", (("a", "1"), ("b", "2")), LIVE)
        assert (await client.get("/x", (("b", "2"), ("a", "1")), LIVE)).outcome == "hit"
        assert (await client.get("/x", (("a", "1&b=2"),), LIVE)).outcome == "miss"


async def test_a_hit_states_the_limits_as_they_are_and_not_as_they_were() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        market.headers = lambda: limits(20, reset=0, quota_remaining="900")
        await get(client)
        market.headers = lambda: limits(19, reset=0, quota_remaining="899")
        await get(client, "/y")
        assert (await get(client)).limits.quota_left == 899


@pytest.mark.parametrize(
    ("failure", "answer"),
    [
        (DEAD, None),
        (None, refusal(503)),
        (None, refusal(500)),
        (None, refusal(429, "RATE_LIMIT_EXCEEDED", {"x-quota-remaining": "0"})),
        (None, refusal(429, "RATE_LIMIT_EXCEEDED", {"retry-after": "50"})),
    ],
)
async def test_when_upstream_fails_the_older_answer_is_given_with_why(
    failure: BackQuantError | None, answer: RawReply | None
) -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        first = await get(client)
        time.advance(100)
        market.failure, market.refusal = failure, answer
        older = await get(client)
        assert client.counters.stale == 1
    assert older.outcome == "stale"
    assert older.envelope == first.envelope
    assert isinstance(older.failure, BackQuantError)
    assert older.server_now(time.monotonic()) == first.server_now(time.monotonic())


@pytest.mark.parametrize(
    ("status", "error"),
    [(404, NoDataError), (401, UnauthorizedError), (403, ForbiddenError)],
)
async def test_a_no_is_not_covered_up_by_an_older_answer(
    status: int, error: type[BackQuantError]
) -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        time.advance(100)
        market.refusal = refusal(status)
        with pytest.raises(error):
            await get(client)


async def test_an_answer_that_is_too_old_is_not_given() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        market.failure = DEAD
        # Good for 8 s, of use for twenty cadences more.
        time.advance(607)
        assert (await get(client)).outcome == "stale"
        time.advance(1)
        with pytest.raises(UnreachableError):
            await get(client)


async def test_an_answer_that_expired_long_ago_is_replaced_and_never_given() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        time.advance(86_400 * 30)
        assert (await get(client)).outcome == "miss"
        assert (await get(client)).outcome == "hit"
        assert len(market.asked) == 2


async def test_old_answers_can_be_forbidden() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time, tuning=Tuning(stale_cadences=0)) as client:
        await get(client)
        time.advance(9)
        market.failure = DEAD
        with pytest.raises(UnreachableError):
            await get(client)


async def test_one_failure_is_shared_and_each_gets_the_older_answer() -> None:
    time = FakeTime()
    market = Market(time)
    replies: list[Reply] = []
    async with opened(market, time) as client:
        await get(client)
        time.advance(100)
        market.refusal = refusal(503)
        async with anyio.create_task_group() as tasks:

            async def ask() -> None:
                replies.append(await get(client))

            for _ in range(50):
                tasks.start_soon(ask)
    assert len(market.asked) == 2
    assert [reply.outcome for reply in replies] == ["stale"] * 50
    assert all(isinstance(reply.failure, UpstreamUnavailableError) for reply in replies)


async def test_a_quota_used_up_leaves_kept_answers_in_use() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        market.refusal = refusal(429, "RATE_LIMIT_EXCEEDED", {"x-quota-remaining": "0"})
        with pytest.raises(QuotaExhaustedError):
            await get(client, "/y")
        assert (await get(client)).outcome == "hit"


async def test_the_first_callers_leaving_costs_no_second_request() -> None:
    time = FakeTime()
    market = Market(time)
    market.hold()
    replies: list[Reply] = []
    async with opened(market, time) as client, anyio.create_task_group() as tasks:
        first = anyio.CancelScope()

        async def ask_and_leave() -> None:
            with first:
                await get(client)

        async def ask() -> None:
            replies.append(await get(client))

        tasks.start_soon(ask_and_leave)
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        first.cancel()
        await anyio.wait_all_tasks_blocked()
        market.open.set()
    assert len(market.asked) == 1
    assert len(replies) == 1
    assert market.under_way == 0


async def test_an_error_that_leaves_the_client_is_itself() -> None:
    time = FakeTime()
    market = Market(time)
    market.refusal = refusal(404)
    with pytest.raises(NoDataError):
        async with opened(market, time) as client:
            await get(client)


async def test_closing_in_mid_request_ends_at_once_and_tells_those_who_wait() -> None:
    time = FakeTime()
    market = Market(time)
    market.hold()
    told: list[BackQuantError] = []

    async def ask(client: Client) -> None:
        with pytest.raises(UnreachableError) as caught:
            await get(client)
        told.append(caught.value)

    with anyio.fail_after(1):
        async with anyio.create_task_group() as tasks, opened(market, time) as client:
            for _ in range(3):
                tasks.start_soon(ask, client)
            await anyio.wait_all_tasks_blocked()
    assert len(told) == 3
    assert market.under_way == 0


async def test_leaving_by_cancellation_ends_at_once_too() -> None:
    time = FakeTime()
    market = Market(time)
    market.hold()

    async def serve() -> None:
        async with opened(market, time) as client:
            await get(client)

    with anyio.fail_after(1):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve)
            await anyio.wait_all_tasks_blocked()
            assert market.under_way == 1
            tasks.cancel_scope.cancel()
    assert market.under_way == 0


async def test_two_keys_over_one_store_never_share_an_answer() -> None:
    time = FakeTime()
    store = MemoryStore(1024**2)
    mine, theirs = Market(time), Market(time)
    async with (
        opened(mine, time, store=store, owner="mine") as one,
        opened(theirs, time, store=store, owner="theirs") as other,
    ):
        await get(one)
        assert (await get(other)).outcome == "miss"
        time.advance(100)
        theirs.failure = DEAD
        await get(one)
        assert (await get(other)).outcome == "stale"
        assert other.counters.requests == 3
        assert one.counters.stale == 0


async def test_a_reply_that_states_nothing_of_its_time_is_kept_for_moments() -> None:
    time = FakeTime()
    asked = 0

    async def bare(request: Request) -> RawReply:
        nonlocal asked
        asked += 1
        return good({"n": asked})

    async with opened(bare, time) as client:
        await get(client)
        time.advance(7.4)
        assert (await get(client)).outcome == "hit"
        time.advance(0.2)
        assert (await get(client)).outcome == "miss"


async def test_data_that_goes_backwards_is_given_as_it_is_and_asked_again_soon() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time) as client:
        await get(client)
        time.advance(8)
        market.stuck_at = market.computed_at - timedelta(seconds=60)
        older = await get(client)
        assert iso(market.stuck_at) == iso(older.envelope.meta.computed_at or time.now)
        assert older.overdue
        market.stuck_at = None
        time.advance(7.5)
        assert not (await get(client)).overdue


@pytest.mark.parametrize(
    "meta",
    [
        {"timestamp": "9999-12-31T23:59:59Z", "computed_at": "9999-12-31T23:59:59Z"},
        {"timestamp": "0001-01-01T00:00:00Z", "computed_at": "0001-01-01T00:00:00Z"},
        {"timestamp": "2099-12-31T23:59:59Z", "computed_at": "1901-01-01T00:00:00Z"},
        {"timestamp": "1901-01-01T00:00:00Z", "computed_at": "2099-12-31T23:59:59Z"},
        {"computed_at": "2099-12-31T23:59:59Z", "freshness_seconds": 1e11},
        {"timestamp": 1e300, "computed_at": -1, "freshness_seconds": 1e300},
    ],
)
async def test_absurd_times_are_survived(meta: dict[str, object]) -> None:
    time = FakeTime()

    async def absurd(request: Request) -> RawReply:
        return good(1, {}, **meta)

    async with opened(absurd, time) as client:
        for lifetime in (LIVE, Lifetime("refreshed"), Lifetime("pinned"), None):
            reply = await get(client, lifetime=lifetime)
            time.advance(86_400)
            assert reply.server_now(time.monotonic()) > reply.server_time


@pytest.mark.parametrize(
    ("kind", "age", "told"),
    [
        ("refreshed", 3_600, 3_600),
        ("slow", 3_600, 3_600),
        ("refreshed", 5, 12),
        ("refreshed", 13, 12),
        ("refreshed", -5, 12),
        ("appended", 3_600, 12),
    ],
)
async def test_of_two_claims_of_an_age_the_older_counts_but_not_for_history(
    kind: LifetimeKind, age: float, told: float
) -> None:
    time = FakeTime()

    async def send(request: Request) -> RawReply:
        computed_at = iso(time.now - timedelta(seconds=12))
        return good(1, freshness_seconds=age, timestamp=iso(time.now), computed_at=computed_at)

    async with opened(send, time) as client:
        reply = await get(client, lifetime=Lifetime(kind, 7_200.0))
    assert reply.envelope.meta.computed_at == time.now - timedelta(seconds=told)


@pytest.mark.parametrize(("ago", "outcome"), [(3_600, "hit"), (-3_600, "miss"), (60, "miss")])
async def test_a_past_instant_is_kept_only_where_upstreams_clock_has_passed_it(
    ago: float, outcome: str
) -> None:
    time = FakeTime()
    time.jump = timedelta(days=1)
    query = (("symbol", "BTCUSDT"), ("as_of", iso(time.now - timedelta(seconds=ago))))
    async with opened(Market(time), time) as client:
        await client.get("/x", query, Lifetime("pinned"))
        time.advance(1)
        assert (await client.get("/x", query, Lifetime("pinned"))).outcome == outcome
