"""No reply, whatever its layout, keeps others from being answered while it is decoded."""

import gc
import json
import time
from collections.abc import Callable

import anyio
import pytest

from bq_mcp.client import Tuning
from bq_mcp.client.body import MAX_BODY_BYTES
from bq_mcp.client.model import RawReply, Request
from bq_mcp.envelope import decode_json
from bq_mcp.errors import BackQuantError, ReplyTooLargeError, RequestTimeoutError
from bq_mcp.text import MASK

from ..unit.client.steering import FakeTime, opened

LONGEST_GAP_S = 0.5
ROW = json.dumps({"strike": 70_000.0, "gex": 1_234_567.125, "oi": 12.5, "type": "call"})


def filled(unit: str, *, before: str = "[", after: str = "]") -> bytes:
    """Return the largest body there may be, made of one unit over and over."""
    room = MAX_BODY_BYTES - len(before) - len(after)
    return (before + ",".join([unit] * (room // (len(unit) + 1))) + after).encode()


def parts(unit: str) -> bytes:
    """Return a body of as many lists, objects and names as there may be."""
    count = min(999_999 // sum(map(unit.count, "[{")), 700_000 // (unit.count(":") or 1))
    return f"[{','.join([unit] * count)}]".encode()


LAYOUTS: dict[str, Callable[[], bytes]] = {
    "rows": lambda: filled(ROW),
    "nested objects": lambda: parts('{"a":{"a":{"a":[0]}}}'),
    "lists in lists": lambda: parts("[[[[0]]]]"),
    "figures that may overflow": lambda: filled("1.5e300"),
    "infinite figures": lambda: filled("1e999"),
    "NaN": lambda: filled("NaN"),
    "rows of 900,000": lambda: f"[{','.join(['[1,2]'] * 900_000)}]".encode(),
    "objects of one figure": lambda: parts('{"a":0}'),
    "distinct names": lambda: (
        filled("", before="{", after='"x":1}')[:1]
        + b",".join(b'"%x":1' % n for n in range(600_000))
        + b"}"
    ),
    "escaped text": lambda: filled('"' + "\\u00e9" * 1_000 + '"'),
    "short texts": lambda: filled('"ab"'),
    "several bytes a character": lambda: f"[{','.join([ROW] * 25_000)}]".encode("utf-32"),
}
QUICK = ("rows", "nested objects", "infinite figures")


async def longest_gap(body: bytes) -> float:
    """Return how long this process computed at most without a turn of its loop.

    By its own processor time, because the machine may be busy with something else.
    """
    gaps: list[float] = []

    async def beat() -> None:
        last = time.process_time()
        while True:
            await anyio.sleep(0.005)
            now = time.process_time()
            gaps.append(now - last)
            last = now

    async def send(request: Request) -> RawReply:
        return RawReply(200, {}, body)

    async with opened(send, FakeTime(), within=60.0) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(beat)
        await client.get("/x")
        await anyio.sleep(0.02)
        tasks.cancel_scope.cancel()
    return max(gaps)


def check(name: str) -> None:
    body = LAYOUTS[name]()
    assert len(body) <= MAX_BODY_BYTES
    MASK.add("hunter2hunter2hunter2")
    assert anyio.run(longest_gap, body) <= LONGEST_GAP_S


@pytest.mark.parametrize("name", QUICK)
def test_others_are_answered_while_a_large_reply_is_decoded(name: str) -> None:
    check(name)


@pytest.mark.sweep
@pytest.mark.parametrize("name", LAYOUTS)
def test_others_are_answered_whatever_the_layout(name: str) -> None:
    check(name)


def test_a_reply_of_more_parts_than_are_worth_looking_at_is_too_large() -> None:
    with pytest.raises(ReplyTooLargeError, match="more parts"):
        decode_json(b"[" + b"[]," * 1_000_000 + b"[]]")


def test_the_deadline_holds_while_a_reply_is_decoded() -> None:
    async def run() -> BackQuantError | None:
        async def send(request: Request) -> RawReply:
            return RawReply(200, {}, filled("1e999"))

        tuning = Tuning(deadline=0.01)
        async with opened(send, FakeTime(), tuning=tuning, within=60.0) as client:
            try:
                await client.get("/x")
            except BackQuantError as error:
                return error
        return None

    assert isinstance(anyio.run(run), RequestTimeoutError)


def test_a_reply_of_more_names_than_are_worth_looking_at_is_too_large() -> None:
    with pytest.raises(ReplyTooLargeError, match="more parts"):
        decode_json(b"{%s}" % b",".join([b'"a":1'] * 700_001))


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collection_of_garbage_is_left_as_it_was(enabled: bool) -> None:
    body = filled(ROW)[: 512 * 1024].rpartition(b",")[0]
    try:
        if not enabled:
            gc.disable()
        assert decode_json(body + b"]")
        with pytest.raises(BackQuantError):
            decode_json(body)
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
