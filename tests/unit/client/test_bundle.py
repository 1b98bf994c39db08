"""Level questions asked together travel in one request, and each gets the single route's answer."""

from collections.abc import Mapping

import anyio
import pytest

from bq_mcp.client import Client, Lifetime, Reply
from bq_mcp.client.bundle import bundled_symbol
from bq_mcp.client.model import QueryPairs, RawReply, Request
from bq_mcp.errors import (
    BackQuantError,
    NoDataError,
    RequestTimeoutError,
    UpstreamUnavailableError,
)

from .steering import LEVELS, MULTI, FakeTime, Market, good, iso, opened, refusal

pytestmark = pytest.mark.anyio

LIVE = Lifetime("refreshed", 30.0)
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")


class Desk(Market):
    """Serves levels by both routes; `entries` replaces those of the shared one."""

    def __init__(self, time: FakeTime) -> None:
        super().__init__(time)
        self.entries: dict[str, object] = {}
        self.multi_extra: dict[str, object] = {}
        self.multi_refusal: RawReply | None = None

    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def _reply(self, request: Request) -> RawReply:
        if self.failure is not None or request.path != MULTI:
            return super()._reply(request)
        if self.multi_refusal is not None:
            return self.multi_refusal
        symbols = dict(request.query)["symbols"].split(",")
        results = {symbol: self.entries.get(symbol, self.entry(symbol)) for symbol in symbols}
        return good(
            {"results": {k: v for k, v in results.items() if v != "absent"}},
            timestamp=iso(self.time.now),
            source=["deribit"],
            extra=self.multi_extra,
        )

    def entry(self, symbol: str) -> dict[str, object]:
        return {
            "all_expiry": {"hvl": 1_000 + len(symbol)},
            "odte": {"hvl": None},
            "positioning": "std" if symbol == "HYPEUSDT" else "flow",
            "spot_price": 100.5,
            "computed_at": iso(self.computed_at),
        }


def levels(symbol: str | None, **more: str) -> QueryPairs:
    return ((("symbol", symbol),) if symbol else ()) + tuple(more.items())


async def together(client: Client, *queries: QueryPairs) -> list[Reply | BackQuantError]:
    """Ask at the same moment; return replies and refusals in the order of the questions."""
    answers: dict[int, Reply | BackQuantError] = {}

    async def ask(place: int, query: QueryPairs) -> None:
        try:
            answers[place] = await client.get(LEVELS, query, LIVE)
        except BackQuantError as error:
            answers[place] = error

    async with anyio.create_task_group() as tasks:
        for place, query in enumerate(queries):
            tasks.start_soon(ask, place, query)
    return [answers[place] for place in range(len(queries))]


async def all_four(client: Client) -> list[Reply | BackQuantError]:
    return await together(client, *[levels(symbol) for symbol in SYMBOLS])


def whole(answer: Reply | BackQuantError) -> Reply:
    assert isinstance(answer, Reply), answer
    return answer


async def test_four_symbols_asked_together_are_one_request() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        answers = [whole(answer) for answer in await all_four(client)]
        assert client.counters.bundled == 4
    assert desk.asked == [Request(MULTI, (("symbols", ",".join(SYMBOLS)),))]
    assert [answer.outcome for answer in answers] == ["bundled"] * 4
    assert [answer.envelope.meta.symbol for answer in answers] == list(SYMBOLS)
    assert sum(time.pauses) <= 0.005


async def test_each_gets_levels_spot_time_and_positioning_of_its_own() -> None:
    time = FakeTime()
    desk = Desk(time)
    began = time.now
    desk.entries["ETHUSDT"] = {
        **desk.entry("ETHUSDT"),
        "spot_price": 7,
        "computed_at": iso(began),
    }
    async with opened(desk, time) as client:
        answers = [whole(answer).envelope for answer in await all_four(client)]
    bitcoin, ether, _, hype = answers
    assert bitcoin.data == {
        "all_expiry": {"hvl": 1_007},
        "odte": {"hvl": None},
        "positioning": "flow",
    }
    assert (bitcoin.meta.spot_price, ether.meta.spot_price) == (100.5, 7.0)
    assert (bitcoin.meta.computed_at, ether.meta.computed_at) == (desk.computed_at, began)
    ages = (bitcoin.meta.freshness_seconds, ether.meta.freshness_seconds)
    assert ages == pytest.approx((22.0, 0.0), abs=0.01)
    assert bitcoin.meta.source == ("deribit",)
    assert hype.meta.extra == {"positioning": "std", "positioning_requested": "flow"}


async def test_a_reason_given_for_the_bundle_is_not_taken_for_a_symbols_own() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.multi_extra = {"positioning_fallback_reason": "of some other symbol", "note": "all"}
    desk.entries["SOLUSDT"] = {**desk.entry("SOLUSDT"), "fallback_reason": "no tape"}
    async with opened(desk, time) as client:
        extras = [dict(whole(a).envelope.meta.extra) for a in await all_four(client)]
    assert [extra.get("positioning_fallback_reason") for extra in extras] == [
        None,
        None,
        "no tape",
        None,
    ]
    assert all(extra["note"] == "all" for extra in extras)


async def test_a_null_entry_is_the_single_routes_404() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.entries["SOLUSDT"] = None
    async with opened(desk, time) as client:
        answers = await all_four(client)
    assert isinstance(answers[2], NoDataError)
    assert (answers[2].code, answers[2].status) == ("NOT_FOUND", 404)
    assert len(desk.asked) == 1


@pytest.mark.parametrize("lost", ["positioning", "spot_price", "computed_at"])
async def test_an_entry_that_says_less_than_the_single_route_is_asked_singly(lost: str) -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.entries["ETHUSDT"] = {**desk.entry("ETHUSDT"), lost: None}
    async with opened(desk, time) as client:
        answers = [whole(answer) for answer in await all_four(client)]
    assert [answer.outcome for answer in answers] == ["bundled", "miss", "bundled", "bundled"]
    assert desk.asked[1:] == [Request(LEVELS, (("symbol", "ETHUSDT"),))]


async def test_a_symbol_the_shared_route_does_not_name_is_asked_singly() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.entries["ETHUSDT"] = "absent"
    async with opened(desk, time) as client:
        answers = [whole(answer) for answer in await all_four(client)]
    assert [answer.outcome for answer in answers].count("miss") == 1


async def test_a_shared_route_of_no_use_is_left_alone_for_a_while() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.entries = {symbol: {"all_expiry": {}} for symbol in SYMBOLS}
    async with opened(desk, time) as client:
        await all_four(client)
        assert desk.paths() == [MULTI] + [LEVELS] * 4
        time.advance(60)
        await all_four(client)
        assert desk.paths()[5:] == [LEVELS] * 4
        time.advance(900)
        await all_four(client)
        assert desk.paths()[9] == MULTI


@pytest.mark.parametrize("status", [404, 403, 422, 400])
async def test_a_refusal_of_the_shared_route_alone_is_not_the_symbols(status: int) -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.multi_refusal = refusal(status)
    async with opened(desk, time) as client:
        answers = [whole(answer) for answer in await all_four(client)]
    assert [answer.outcome for answer in answers] == ["miss"] * 4
    assert desk.paths() == [MULTI] + [LEVELS] * 4


async def test_an_outage_of_the_shared_route_is_told_to_all_and_asked_no_further() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.multi_refusal = refusal(503)
    async with opened(desk, time) as client:
        answers = await all_four(client)
    assert [type(answer) for answer in answers] == [UpstreamUnavailableError] * 4
    assert desk.paths() == [MULTI] * 3


async def test_in_an_outage_each_symbol_has_its_own_older_answer() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        first = [whole(answer) for answer in await all_four(client)]
        time.advance(60)
        desk.failure = RequestTimeoutError("silent")
        second = [whole(answer) for answer in await all_four(client)]
    assert [answer.outcome for answer in second] == ["stale"] * 4
    assert [a.envelope for a in second] == [a.envelope for a in first]
    assert len(desk.asked) == 2


async def test_what_came_in_a_bundle_is_kept_for_each_symbol() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        await all_four(client)
        for symbol in SYMBOLS:
            reply = await client.get(LEVELS, levels(symbol), LIVE)
            assert (reply.outcome, reply.envelope.meta.symbol) == ("hit", symbol)
    assert len(desk.asked) == 1


async def test_only_what_is_not_kept_travels() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        await together(client, levels("BTCUSDT"), levels("ETHUSDT"))
        answers = await all_four(client)
    assert desk.asked[1] == Request(MULTI, (("symbols", "SOLUSDT,HYPEUSDT"),))
    assert [whole(a).outcome for a in answers] == ["hit", "hit", "bundled", "bundled"]


async def test_a_lone_question_goes_by_the_single_route() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        reply = await client.get(LEVELS, levels("ETHUSDT"), LIVE)
    assert reply.outcome == "miss"
    assert desk.asked == [Request(LEVELS, (("symbol", "ETHUSDT"),))]


async def test_the_same_symbol_twice_is_no_bundle() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        await together(client, levels("ETHUSDT"), levels("ETHUSDT"))
    assert desk.paths() == [LEVELS]


async def test_different_arguments_are_different_bundles() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        await together(
            client,
            levels("BTCUSDT", exchanges="okx"),
            levels("ETHUSDT", exchanges="okx"),
            levels("BTCUSDT", positioning="std", include="ranked,zones"),
            levels("ETHUSDT", positioning="std", include="ranked,zones"),
        )
    both = ("symbols", "BTCUSDT,ETHUSDT")
    assert desk.asked == [
        Request(MULTI, (both, ("exchanges", "okx"))),
        Request(MULTI, (both, ("positioning", "std"), ("include", "ranked,zones"))),
    ]


@pytest.mark.parametrize(
    ("query", "symbol"),
    [
        ({}, "BTCUSDT"),
        ({"symbol": "ETHUSDT"}, "ETHUSDT"),
        ({"symbol": "ETHUSDT", "include": "ranked,max_pain,expected_move,zones"}, "ETHUSDT"),
        ({"include": "spot"}, None),
        ({"include": "ranked,candles"}, None),
        ({"as_of": "2026-05-01T00:00:00Z"}, None),
        ({"something_new": "1"}, None),
    ],
)
def test_only_what_the_shared_route_answers_too_is_bundled(
    query: Mapping[str, str], symbol: str | None
) -> None:
    assert bundled_symbol(Request(LEVELS, tuple(query.items()))) == symbol


@pytest.mark.parametrize("path", ["/gex/levels/x", "/multi/gex/levels", "/gex/max-pain"])
def test_other_routes_are_not_bundled(path: str) -> None:
    assert bundled_symbol(Request(path, (("symbol", "BTCUSDT"),))) is None


async def test_more_symbols_than_one_request_takes_are_two_requests() -> None:
    time = FakeTime()
    desk = Desk(time)
    async with opened(desk, time) as client:
        answers = await together(client, *[levels(f"COIN{number}USDT") for number in range(11)])
    assert [whole(answer).outcome for answer in answers] == ["bundled"] * 11
    assert [len(dict(request.query)["symbols"].split(",")) for request in desk.asked] == [8, 3]


async def test_a_caller_who_leaves_a_bundle_takes_nobody_with_it() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.hold()
    async with opened(desk, time) as client:
        left = anyio.CancelScope()
        got: list[Reply] = []

        async def leave() -> None:
            with left:
                await client.get(LEVELS, levels("BTCUSDT"), LIVE)

        async def stay() -> None:
            got.append(await client.get(LEVELS, levels("ETHUSDT"), LIVE))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(leave)
            tasks.start_soon(stay)
            await anyio.wait_all_tasks_blocked()
            left.cancel()
            await anyio.wait_all_tasks_blocked()
            desk.open.set()
    assert [reply.outcome for reply in got] == ["bundled"]
    assert len(desk.asked) == 1


async def test_when_all_leave_the_shared_request_goes_on_and_is_there_for_the_next_ones() -> None:
    time = FakeTime()
    desk = Desk(time)
    desk.hold()
    async with opened(desk, time) as client:
        async with anyio.create_task_group() as tasks:
            for symbol in SYMBOLS:
                tasks.start_soon(client.get, LEVELS, levels(symbol), LIVE)
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        await anyio.wait_all_tasks_blocked()
        assert desk.under_way == 1
        desk.open.set()
        await anyio.wait_all_tasks_blocked()
        answers = await all_four(client)
    assert [whole(answer).outcome for answer in answers] == ["hit"] * 4
    assert len(desk.asked) == 1
