"""Play the desk morning against a sandbox over real HTTP, in simulated time."""

import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import anyio

from bq_mcp.client import Client, Clock, Counters, MemoryStore, Tuning
from bq_mcp.client.model import RawReply, Request
from bq_mcp.client.transport import HttpTransport
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.http_server import serving
from bq_mcp.scalars import parse_instant
from bq_mcp.tools import Toolbox
from tests.fault.scene import desk

from .desk_morning import START, Call, Question, calls
from .fast_forward import FastForward, Pace

_PLAN = "starter"
_PHASE_TIMEOUT_S = 20.0
_STORE_BYTES = 64 * 1024**2


@dataclass(frozen=True)
class Seen:
    """What an agent saw of its call: a refusal for want of calls, another error, or an answer.

    `computed_at` is None where an answer states none; `told_at`, in seconds of the morning, is
    when upstream built the reply.
    """

    refused: bool = False
    failed: bool = False
    cache: str = ""
    computed_at: datetime | None = None
    told_at: float = 0.0


@dataclass(frozen=True)
class Given:
    """One call and what came of it: `at` and `waited` in simulated seconds, `took_ms` real."""

    call: Call
    request: Request
    seen: Seen
    at: float
    waited: float
    took_ms: float


@dataclass(frozen=True)
class Played:
    """One way through the morning."""

    given: Sequence[Given]
    requests: int
    counters: Counters


@dataclass
class Wire:
    """Counts what goes out, and remembers when each reply was built."""

    transport: HttpTransport
    pace: Pace
    requests: int = 0
    told_at: dict[str, float] = field(default_factory=dict)

    async def send(self, request: Request) -> RawReply:
        """Pass a request on; no time passes while upstream works on it."""
        self.requests += 1
        with self.pace.standing():
            reply = await self.transport.send(request)
        self.told_at[reply.headers["x-request-id"]] = self.pace.seconds
        return reply


class Asking(Protocol):
    """A way to get an answer."""

    async def ask(self, call: Call, request: Request) -> Seen:
        """Return what the agent sees."""
        ...


@dataclass
class Ours:
    """The tools of this project."""

    wire: Wire
    toolbox: Toolbox

    async def ask(self, call: Call, request: Request) -> Seen:
        """Return what the agent sees of a tool call."""
        answer = await self.toolbox.call(call.tool, call.arguments)
        if answer.is_error:
            refused = answer.meta["error"] == "burst_limit"
            return Seen(refused=refused, failed=not refused)
        return Seen(
            cache=str(answer.meta["cache"]),
            computed_at=parse_instant(answer.meta.get("computed_at")),
            told_at=self.wire.told_at[str(answer.meta["request_id"])],
        )


@dataclass
class PassThrough:
    """A client that sends every call on as it comes."""

    wire: Wire

    async def ask(self, call: Call, request: Request) -> Seen:
        """Return what the agent sees of the bare reply."""
        reply = await self.wire.send(request)
        if reply.status != 200:
            return Seen(refused=reply.status == 429, failed=reply.status != 429)
        meta = json.loads(reply.body)["meta"]
        return Seen(
            computed_at=parse_instant(meta["computed_at"]),
            told_at=self.wire.told_at[meta["request_id"]],
        )


def play(questions: Sequence[Question], *, through_ours: bool) -> Played:
    """Return what the agents see of the morning, through our tools or through none."""
    pace = Pace()

    async def run() -> Played:
        app = create_app(clock=lambda: START + timedelta(seconds=pace.seconds), plan=_PLAN)
        with serving(app) as base_url:
            async with AsyncExitStack() as opened:
                transport = HttpTransport(
                    base_url, key=SANDBOX_KEY, user_agent="bench", phase_timeout=_PHASE_TIMEOUT_S
                )
                wire = Wire(await opened.enter_async_context(transport), pace)
                client, toolbox = _desk(wire, pace)
                await opened.enter_async_context(client)
                asking = Ours(wire, toolbox) if through_ours else PassThrough(wire)
                given = await _play(questions, asking, toolbox, pace)
                return Played(given, wire.requests, client.counters)

    return anyio.run(run, backend_options={"loop_factory": lambda: FastForward(pace)})


def _desk(wire: Wire, pace: Pace) -> tuple[Client, Toolbox]:
    clock = Clock(
        lambda: START + timedelta(seconds=pace.seconds),
        anyio.current_time,
        anyio.sleep,
        lambda: 0.5,
    )
    return desk(wire.send, MemoryStore(_STORE_BYTES), clock, Tuning())


async def _play(
    questions: Sequence[Question], asking: Asking, toolbox: Toolbox, pace: Pace
) -> list[Given]:
    given: list[Given] = []

    async def one(call: Call) -> None:
        prepared = toolbox.inventory.tools[call.tool].checker.prepare(call.arguments, START)
        request = Request(prepared.path, prepared.pairs)
        await anyio.sleep(call.at)
        began = time.perf_counter()
        seen = await asking.ask(call, request)
        took_ms = (time.perf_counter() - began) * 1000
        at = pace.seconds
        given.append(Given(call, request, seen, at, at - call.at, took_ms))

    async with anyio.create_task_group() as tasks:
        for call in calls(questions):
            tasks.start_soon(one, call)
    return given
