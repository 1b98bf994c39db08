"""How long no other call is answered while the largest reply of each layout is.

A whole tool call is made, so decoding, reading and putting into words all count. Measured is the
time this process computed without a turn of its loop; the machine may be busy with something else.
"""

import json
import time
from collections.abc import Callable

import anyio
import pytest

from bq_mcp.client import Client, MemoryStore, Tuning, in_memory
from bq_mcp.client.body import MAX_BODY_BYTES
from bq_mcp.client.model import RawReply, Request
from bq_mcp.text import MASK
from bq_mcp.tools import Desk

from ..support import still_clock
from ..unit.tools.offered import INVENTORY, TOOLS
from . import test_reading

pytestmark = pytest.mark.bench
LONGEST_GAP_S = 0.5
# Their sizes are hit by estimate.
_NEARLY_ALL = MAX_BODY_BYTES * 4 // 5
ROW = json.dumps({"strike": 70_000.0, "gex": 1_234_567.125, "oi": 12.5, "type": "call"})


def filled(unit: str) -> bytes:
    """Return the largest body there may be, made of one unit over and over."""
    return f"[{','.join([unit] * ((MAX_BODY_BYTES - 2) // (len(unit) + 1)))}]".encode()


def parts(unit: str) -> bytes:
    """Return a body of as many lists, objects and names as there may be."""
    count = min(999_999 // sum(map(unit.count, "[{")), 700_000 // (unit.count(":") or 1))
    return f"[{','.join([unit] * count)}]".encode()


LAYOUTS: dict[str, Callable[[], bytes]] = {
    "rows as upstream sends them": lambda: filled(ROW),
    "nested objects": lambda: parts('{"a":{"a":{"a":[0]}}}'),
    "lists in lists": lambda: parts("[[[[0]]]]"),
    "figures that may overflow": lambda: filled("1.5e300"),
    "infinite figures": lambda: filled("1e999"),
    "NaN": lambda: filled("NaN"),
    "rows of 900,000": lambda: f"[{','.join(['[1,2]'] * 900_000)}]".encode(),
    "objects of one figure": lambda: parts('{"a":0}'),
    "distinct names": lambda: b"{%s}" % b",".join(b'"%x":1' % n for n in range(600_000)),
    "escaped text": lambda: filled('"' + "\\u00e9" * 1_000 + '"'),
    "one long text": lambda: b'"%s"' % (b"a b, " * (MAX_BODY_BYTES // 5 - 1)),
    "short texts": lambda: filled('"ab"'),
    "several bytes a character": lambda: f"[{','.join([ROW] * 25_000)}]".encode("utf-32"),
    "matrices": lambda: json.dumps({f"m{i}": [[0.5] * 200] * 200 for i in range(30)}).encode(),
    "small tables": lambda: parts('{"rows":[{"strike":1,"v":2},{"strike":2,"v":3}]}'),
    **{
        name: lambda make=make: test_reading.sized(make, _NEARLY_ALL).encode()  # type: ignore[misc]
        for name, make in test_reading.LAYOUTS.items()
        if name != "matrices beside lists"
    },
}


async def longest_gap(body: bytes, detail: str) -> float:
    """Return how long this process computed at most without a turn of its loop."""
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

    clock = still_clock()
    client = Client(
        send,
        in_memory("test", MemoryStore(2**26), clock),
        clock,
        tuning=Tuning(deadline=120.0),
    )
    async with client, anyio.create_task_group() as tasks:
        asked = Desk(client, clock, lambda version: None)
        tasks.start_soon(beat)
        await anyio.sleep(0.02)
        await asked.call(TOOLS["gex_history"], {"detail": detail}, INVENTORY)
        await anyio.sleep(0.02)
        tasks.cancel_scope.cancel()
    return max(gaps)


@pytest.mark.parametrize("detail", ["full", "raw"])
@pytest.mark.parametrize("name", LAYOUTS)
def test_others_are_answered_whatever_the_layout(name: str, detail: str) -> None:
    body = LAYOUTS[name]()
    assert len(body) <= MAX_BODY_BYTES
    MASK.add("hunter2hunter2hunter2")
    began = time.process_time()
    gap = anyio.run(longest_gap, body, detail)
    took = time.process_time() - began
    print(f"\n{name}, {detail}: {len(body) / 2**20:.1f} MiB, {took:.2f} s, loop stood {gap:.3f} s")
    assert gap <= LONGEST_GAP_S
