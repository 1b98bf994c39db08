"""What an answer says of the two limits, and of a positioning nobody asked for."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
import pytest

from bq_mcp.client.model import RawReply, Request
from bq_mcp.tools import Desk
from bq_mcp.views import Answer

from ..client.steering import FakeTime, good, iso, limits, opened
from .offered import INVENTORY, TOOLS

pytestmark = pytest.mark.anyio

STATUS = {"overall_status": "healthy", "symbols": {}, "thresholds": {}, "venues": {}}
META = {"name": "BackQuant API", "version": "2.10"}
LEVELS = {"all_expiry": {"hvl": 67000}, "odte": {"hvl": 66000}, "positioning": "flow"}


class Upstream:
    """Answers status, meta and levels, each reply with one call less left."""

    def __init__(self, time: FakeTime, *, states_limits: bool = True, quota: int = 9_000) -> None:
        self.time = time
        self.states_limits = states_limits
        self.quota = quota
        self.asked: list[str] = []

    async def send(self, request: Request) -> RawReply:
        self.asked.append(request.path)
        data = {"/status": STATUS, "/meta": META}.get(request.path, LEVELS)
        stamps = {"timestamp": iso(self.time.now), "computed_at": iso(self.time.now)}
        return good(data, self._headers(), **stamps)

    def _headers(self) -> Mapping[str, str]:
        if not self.states_limits:
            return {}
        left, quota = 30 - len(self.asked), str(self.quota - len(self.asked))
        reset = self.time.now.timestamp() + 40
        return limits(left, reset=reset, quota_limit="10000", quota_remaining=quota)


@asynccontextmanager
async def desk_over(upstream: Upstream) -> AsyncIterator[Desk]:
    async with opened(upstream.send, upstream.time) as client:
        yield Desk(client, upstream.time.clock, lambda version: None)


async def ask(desk: Desk, name: str, **arguments: object) -> Answer:
    return await desk.call(TOOLS[name], arguments, INVENTORY)


@pytest.mark.parametrize("name", ["status", "meta"])
@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
async def test_status_and_meta_end_with_the_calls_left_at_no_request_of_its_own(
    name: str, detail: str
) -> None:
    upstream = Upstream(FakeTime())
    async with desk_over(upstream) as desk:
        answer = await ask(desk, name, detail=detail)
    assert "calls left: 29 of 30 this minute, 8,999 of 10,000 this month" in answer.text
    assert len(upstream.asked) == 1


@pytest.mark.parametrize("name", ["status", "meta"])
async def test_from_the_store_too_it_is_what_the_last_headers_of_any_reply_said(name: str) -> None:
    upstream = Upstream(FakeTime())
    async with desk_over(upstream) as desk:
        await ask(desk, name)
        await ask(desk, "gex_levels")
        answer = await ask(desk, name)
    assert answer.meta["cache"] == "hit"
    assert "calls left: 28 of 30 this minute, 8,998 of 10,000 this month" in answer.text
    assert len(upstream.asked) == 2


@pytest.mark.parametrize("name", ["status", "meta"])
async def test_where_no_reply_stated_a_limit_nothing_is_said_of_it(name: str) -> None:
    async with desk_over(Upstream(FakeTime(), states_limits=False)) as desk:
        answer = await ask(desk, name)
    assert "calls left" not in answer.text
    assert "burst_left" not in answer.meta


async def test_another_answer_has_no_line_of_limits() -> None:
    async with desk_over(Upstream(FakeTime())) as desk:
        answer = await ask(desk, "gex_levels")
    assert "calls left" not in answer.text
    assert (answer.meta["burst_left"], answer.meta["quota_left"]) == (29, 8_999)


@pytest.mark.parametrize("detail", ["brief", "standard", "full", "raw"])
async def test_under_a_tenth_of_the_month_every_answer_says_so(detail: str) -> None:
    async with desk_over(Upstream(FakeTime(), quota=900)) as desk:
        answer = await ask(desk, "gex_levels", detail=detail)
        kept = await ask(desk, "gex_levels", detail=detail)
    for one in (answer, kept):
        assert "quota nearly gone" in one.text if detail == "raw" else "899" in one.text


async def test_a_minute_that_is_over_is_not_told_as_spent() -> None:
    time = FakeTime()
    upstream = Upstream(time)
    async with desk_over(upstream) as desk:
        for symbol in ("BTCUSDT", "ETHUSDT"):
            await ask(desk, "gex_levels", symbol=symbol)
        await ask(desk, "meta")
        time.advance(100)
        answer = await ask(desk, "meta")
    assert answer.meta["cache"] == "hit"
    assert "calls left: 8,997 of 10,000 this month" in answer.text
    assert "burst_left" not in answer.meta


class TwoMarkets:
    """Serves levels of several symbols, all signed `std` and without a word why."""

    def __init__(self, time: FakeTime) -> None:
        self.time = time
        self.asked: list[str] = []

    async def send(self, request: Request) -> RawReply:
        self.asked.append(request.path)
        stamp = iso(self.time.now)
        entry = {**LEVELS, "positioning": "std", "spot_price": 67_100.0, "computed_at": stamp}
        results = dict.fromkeys(dict(request.query)["symbols"].split(","), entry)
        return good({"results": results}, timestamp=stamp)


@pytest.mark.parametrize("asked_for", [{}, {"positioning": "flow"}])
@pytest.mark.parametrize("detail", ["brief", "standard"])
async def test_another_positioning_than_the_one_asked_for_is_told_without_a_reason(
    asked_for: dict[str, str], detail: str
) -> None:
    time = FakeTime()
    upstream = TwoMarkets(time)
    answers: list[Answer] = []
    async with opened(upstream.send, time) as client:
        desk = Desk(client, time.clock, lambda version: None)

        async def one(symbol: str) -> None:
            answers.append(await ask(desk, "gex_levels", symbol=symbol, detail=detail, **asked_for))

        async with anyio.create_task_group() as tasks:
            for symbol in ("BTCUSDT", "ETHUSDT"):
                tasks.start_soon(one, symbol)
    assert upstream.asked == ["/multi/gex/levels"]
    for answer in answers:
        assert answer.meta["cache"] == "bundled"
        assert "std" in answer.text and "flow" in answer.text
    assert json.dumps([dict(answer.meta) for answer in answers])
