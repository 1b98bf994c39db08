"""Two keys in one process: nothing of the one ever reaches the other, in any order of events."""

import hashlib
from dataclasses import dataclass, field

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.client import Client, Lifetime, MemoryStore, Reply
from bq_mcp.client.model import QueryPairs, RawReply, Request
from bq_mcp.errors import BackQuantError

from ..unit.client.steering import (
    LEVELS,
    MULTI,
    FakeTime,
    Market,
    good,
    iso,
    limits,
    opened,
    refusal,
    settle,
)

KEYS = ("mine", "theirs")
LIVE = Lifetime("refreshed", 30.0)
SYMBOLS = ("BTCUSDT", "ETHUSDT")
QUOTAS = {"mine": 1_000_000, "theirs": 7_000}


class Signed(Market):
    """An upstream that signs each answer, and its limits, for the key it was asked with."""

    def __init__(self, time: FakeTime, key: str) -> None:
        super().__init__(time)
        self.key = key

    def _reply(self, request: Request) -> RawReply:
        if self.failure or self.refusal:
            return super()._reply(request)
        left = str(QUOTAS[self.key] - len(self.asked))
        headers = limits(25, reset=self.time.now.timestamp() + 60, quota_remaining=left)
        stamps = {"timestamp": iso(self.time.now), "computed_at": iso(self.computed_at)}
        return good(self._data(request), headers, request_id=self.key, **stamps)

    def _data(self, request: Request) -> object:
        if request.path != MULTI:
            return {"signed": self.key}
        symbols = dict(request.query)["symbols"].split(",")
        entry = {
            "signed": self.key,
            "positioning": "flow",
            "spot_price": 1.0,
            "computed_at": iso(self.computed_at),
        }
        return {"results": dict.fromkeys(symbols, entry)}


@dataclass
class Side:
    """One key: its upstream, its client and what it was answered."""

    upstream: Signed
    client: Client
    replies: list[Reply] = field(default_factory=list)
    errors: list[BackQuantError] = field(default_factory=list)
    questions: int = 0

    async def ask(self, path: str, query: QueryPairs, lifetime: Lifetime | None) -> None:
        self.questions += 1
        try:
            self.replies.append(await self.client.get(path, query, lifetime))
        except BackQuantError as error:
            self.errors.append(error)

    def check(self, key: str) -> None:
        for reply in self.replies:
            data = reply.envelope.data
            assert isinstance(data, dict)
            assert data["signed"] == key
            assert reply.envelope.meta.request_id == key
            left = reply.limits.quota_left
            assert left is None or (left > 500_000) == (key == "mine")
        assert self.client.counters.requests == len(self.upstream.asked)
        assert len(self.replies) + len(self.errors) == self.questions


question = st.tuples(
    st.just("ask"),
    st.sampled_from(KEYS),
    st.sampled_from([LEVELS, "/x"]),
    st.sampled_from(SYMBOLS),
    st.sampled_from([LIVE, LIVE, None]),
)
trouble = st.tuples(st.just("trouble"), st.sampled_from(KEYS), st.sampled_from([0, 401, 429, 503]))
passing = st.tuples(st.just("wait"), st.sampled_from([0.0, 1.0, 9.0, 40.0, 700.0]))
events = st.lists(st.one_of(question, question, trouble, passing), min_size=1, max_size=25)


@settings(max_examples=60)
@given(events=events)
def test_no_answer_counter_or_limit_of_one_key_reaches_the_other(
    events: list[tuple[object, ...]],
) -> None:
    anyio.run(_play, events)


async def _play(events: list[tuple[object, ...]]) -> None:
    time = FakeTime()
    store = MemoryStore(1024**2)
    mine, theirs = (Signed(time, key) for key in KEYS)
    async with (
        opened(mine, time, store=store, owner="mine") as one,
        opened(theirs, time, store=store, owner="theirs") as other,
        anyio.create_task_group() as tasks,
    ):
        sides = {"mine": Side(mine, one), "theirs": Side(theirs, other)}
        for event in events:
            match event:
                case ("ask", str(key), str(path), str(symbol), Lifetime() | None as lifetime):
                    query = (("symbol", symbol),)
                    tasks.start_soon(sides[key].ask, path, query, lifetime)
                case ("trouble", str(key), int(status)):
                    await settle()
                    upstream = sides[key].upstream
                    upstream.refusal = refusal(status) if status else None
                case ("wait", float(seconds)):
                    await settle()
                    time.advance(seconds)
        await settle()
    for key, side in sides.items():
        side.check(key)


pairs = st.lists(
    st.tuples(st.text(alphabet="ab&=?%/ +", max_size=6), st.text(alphabet="ab&=?%/ +", max_size=6)),
    max_size=3,
)
questions = st.tuples(st.sampled_from(KEYS), st.sampled_from(["/a", "/a/b", "/b"]), pairs)


@settings(max_examples=150)
@given(first=questions, second=questions)
def test_two_questions_meet_in_the_store_only_when_they_are_the_same(
    first: tuple[str, str, list[tuple[str, str]]], second: tuple[str, str, list[tuple[str, str]]]
) -> None:
    same = first[:2] == second[:2] and sorted(first[2]) == sorted(second[2])
    assert anyio.run(_is_hit, first, second) == same


async def _is_hit(
    first: tuple[str, str, list[tuple[str, str]]], second: tuple[str, str, list[tuple[str, str]]]
) -> bool:
    time = FakeTime()
    store = MemoryStore(1024**2)
    for owner, path, query in (first, second):
        owned = hashlib.sha256(owner.encode()).hexdigest()[:16]
        async with opened(Market(time), time, store=store, owner=owned) as client:
            reply = await client.get(path, tuple(query), LIVE)
    return reply.outcome == "hit"
