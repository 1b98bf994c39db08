"""Others are answered while a large reply is decoded, read and put into words; deadlines hold.

How long the loop stands at most, layout by layout, is measured by `tests/bench/test_heartbeat.py`.
"""

import gc
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from bq_mcp.client import Client, Clock, MemoryStore, Tuning, in_memory
from bq_mcp.client.model import RawReply, Request
from bq_mcp.client.worker import LARGE_BYTES
from bq_mcp.decoding import decode_json
from bq_mcp.errors import BackQuantError, ReplyTooLargeError, RequestTimeoutError
from bq_mcp.tools import Desk
from bq_mcp.views import Answer

from ..support import envelope, still_clock
from ..unit.client.steering import FakeTime, opened
from ..unit.tools.offered import INVENTORY, TOOLS

pytestmark = pytest.mark.anyio
ROW = {"strike": 70_000.0, "net_gex": 1_234_567.125, "oi": 12.5, "type": "call"}
ROWS = json.dumps(envelope([ROW] * 5_000)).encode()
# Only a fault lets this pass.
PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def _no_reading_outlives_its_test() -> Iterator[None]:
    yield
    for thread in threading.enumerate():
        if thread.name == "bq-mcp worker":
            thread.join(PATIENCE_S)


class Beside:
    """A clock that asks whoever reads it beside the loop to wait for `turned`; it notes `readers`.

    The moment an answer is given at is the first thing that putting it into words asks for.
    """

    def __init__(self) -> None:
        self.turned = threading.Event()
        self.waited: list[bool] = []
        self._loop = threading.current_thread()
        still = still_clock()
        self.clock = Clock(still.now, self.monotonic, still.sleep, still.chance)

    def monotonic(self) -> float:
        if threading.current_thread() is not self._loop:
            self.waited.append(self.turned.wait(PATIENCE_S))
        return 0.0


@asynccontextmanager
async def desk(store: MemoryStore, clock: Clock, *, deadline: float) -> AsyncIterator[Desk]:
    async def send(request: Request) -> RawReply:
        return RawReply(200, {}, ROWS)

    shared, tuning = in_memory("test", store, clock), Tuning(deadline=deadline)
    async with Client(send, shared, clock, tuning=tuning) as client:
        yield Desk(client, clock, lambda version: None)


async def ask(asked: Desk) -> Answer:
    return await asked.call(TOOLS["gex_strike_profile"], {}, INVENTORY)


async def test_others_are_answered_while_a_large_reply_is_put_into_words() -> None:
    assert len(ROWS) > LARGE_BYTES
    beside = Beside()

    async def turn() -> None:
        beside.turned.set()

    service = desk(MemoryStore(2**24), beside.clock, deadline=PATIENCE_S)
    async with service as asked, anyio.create_task_group() as tasks:
        tasks.start_soon(turn)
        answer = await ask(asked)
    assert not answer.is_error
    assert beside.waited == [True]


async def test_the_deadline_holds_while_a_large_reply_is_put_into_words() -> None:
    store, beside = MemoryStore(2**24), Beside()
    async with desk(store, still_clock(), deadline=PATIENCE_S) as asked:
        assert not (await ask(asked)).is_error
    # What is held needs no upstream: all the time goes into its words.
    async with desk(store, beside.clock, deadline=0.01) as asked:
        late = await ask(asked)
    beside.turned.set()
    assert late.is_error
    assert late.text.startswith("error: no reply in time")
    assert 1 <= late.text.count("\n") + 1 <= 3


class Slow(bytes):
    """A body whose decoding goes on when `turned` is set."""

    turned: threading.Event
    waited: list[bool]

    def decode(self, *args: Any) -> str:
        self.waited.append(self.turned.wait(PATIENCE_S))
        return super().decode(*args)


def slow() -> Slow:
    body = Slow(ROWS)
    body.turned, body.waited = threading.Event(), []
    return body


async def test_others_are_answered_while_a_large_reply_is_decoded() -> None:
    body = slow()

    async def send(request: Request) -> RawReply:
        return RawReply(200, {}, body)

    async def turn() -> None:
        body.turned.set()

    async with opened(send, FakeTime()) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(turn)
        assert (await client.get("/x")).envelope.data
    assert body.waited == [True]


async def test_the_deadline_holds_while_a_reply_is_decoded() -> None:
    body = slow()

    async def send(request: Request) -> RawReply:
        return RawReply(200, {}, body)

    async with opened(send, FakeTime(), tuning=Tuning(deadline=0.01), within=60.0) as client:
        with pytest.raises(RequestTimeoutError):
            await client.get("/x")
    body.turned.set()


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"[" + b"[]," * 1_000_000 + b"[]]",
        lambda: b"{%s}" % b",".join([b'"a":1'] * 700_001),
    ],
    ids=["lists", "names"],
)
def test_a_reply_of_more_parts_than_are_worth_looking_at_is_too_large(
    make: Callable[[], bytes],
) -> None:
    with pytest.raises(ReplyTooLargeError, match="more parts"):
        decode_json(make())


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collection_of_garbage_is_left_as_it_was(enabled: bool) -> None:
    body = json.dumps([ROW] * 5_000).encode()
    try:
        if not enabled:
            gc.disable()
        assert decode_json(body)
        with pytest.raises(BackQuantError):
            decode_json(body[:-1])
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
