"""A toolbox over a sandbox that fails as scheduled, on a clock turned by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel

from bq_mcp.catalog import CatalogKeeper
from bq_mcp.client import Client, Clock, MemoryStore, Store, Tuning, in_memory
from bq_mcp.client.model import RawReply, Request, Send
from bq_mcp.client.transport import HttpTransport
from bq_mcp.compose import bundled_snapshot
from bq_mcp.composites import bundled_composites
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.faults import Fault, Schedule
from bq_mcp.sandbox.http_server import serving
from bq_mcp.tools import Desk, Toolbox
from bq_mcp.views import Answer
from tests.sandbox.asking import NOW, HandClock
from tests.support import stock_of

PATIENCE_S = 0.1
AMPLE_S = 20.0
TOOL = "gex_levels"
OVER_SOCKETS = ("refused", "reset", "slow_first_byte", "slow_body", "cut_body")
_SLOW = ("slow_first_byte", "slow_body")
_STORE_BYTES = 16 * 1024**2
_IN_PROCESS = "http://sandbox"


@dataclass
class Scene:
    """One clock and one store; upstreams come and go."""

    hand: HandClock = field(default_factory=HandClock)
    store: Store = field(default_factory=lambda: MemoryStore(_STORE_BYTES))

    async def hold(self, *, seconds_ago: float) -> None:
        """Put an answer into the store that was asked for that long before now."""
        now = self.hand.now
        self.hand.now = now - timedelta(seconds=seconds_ago)
        async with self.asking(create_app(clock=self.hand)) as asked:
            await asked.ask()
        self.hand.now = now

    @asynccontextmanager
    async def failing(self, kind: str, **chosen: Any) -> AsyncIterator["Asked"]:
        """Give a toolbox whose upstream has this fault, over a real socket where it takes one."""
        if kind in _SLOW:
            async with self._slow(kind) as asked:
                yield asked
            return
        app = create_app(clock=self.hand, faults=Schedule(Fault(kind, **chosen)))
        if kind not in OVER_SOCKETS:
            async with self.asking(app) as asked:
                yield asked
            return
        with serving(app) as base_url:
            async with self.asking(base_url=base_url) as asked:
                yield asked

    @asynccontextmanager
    async def _slow(self, kind: str) -> AsyncIterator["Asked"]:
        # The first request, which the fault spares, builds the market: what is slow after it is
        # the fault and nothing else.
        app = create_app(clock=self.hand, faults=Schedule(Fault(kind, first=2)))
        async with Scene(self.hand).asking(app) as asked:
            await asked.ask()
        with serving(app) as base_url:
            async with self.asking(base_url=base_url, patience=PATIENCE_S) as asked:
                yield asked

    @asynccontextmanager
    async def asking(
        self, app: Any = None, *, base_url: str = _IN_PROCESS, patience: float = AMPLE_S
    ) -> AsyncIterator["Asked"]:
        """Give a toolbox over `app`, or over what listens at `base_url`."""

        async def load() -> Any:
            return app

        transport = HttpTransport(
            base_url,
            key=SANDBOX_KEY,
            user_agent="test",
            phase_timeout=patience,
            load_app=None if app is None else load,
        )
        clock = Clock(self.hand, self._monotonic, self._sleep, lambda: 0.0)
        wire = Wire(transport.send)
        client, toolbox = desk(wire.send, self.store, clock, Tuning(deadline=patience))
        with anyio.fail_after(AMPLE_S):
            async with transport, client:
                yield Asked(wire, client, toolbox)

    def _monotonic(self) -> float:
        return (self.hand.now - NOW).total_seconds()

    async def _sleep(self, seconds: float) -> None:
        self.hand.advance(seconds=seconds)
        await anyio.lowlevel.checkpoint()


@dataclass
class Wire:
    """Passes requests on and counts them."""

    pass_on: Send
    requests: int = 0

    async def send(self, request: Request) -> RawReply:
        self.requests += 1
        return await self.pass_on(request)


@dataclass
class Asked:
    """What questions are put to, and the wire behind it."""

    wire: Wire
    client: Client
    toolbox: Toolbox

    async def ask(self, **arguments: object) -> Answer:
        """Return the answer to the one question of the scene."""
        return await self.toolbox.call(TOOL, arguments)

    async def ask_at_once(self, callers: int) -> list[Answer]:
        """Return the answers to as many equal questions, asked together."""
        answers: list[Answer] = []

        async def call() -> None:
            answers.append(await self.ask())

        async with anyio.create_task_group() as tasks:
            for _ in range(callers):
                tasks.start_soon(call)
        return answers


def desk(send: Send, store: Store, clock: Clock, tuning: Tuning) -> tuple[Client, Toolbox]:
    """Return a client over `send` and the tools over the client, as the service wires them."""
    client = Client(send, in_memory("test", store, clock), clock, tuning=tuning)
    keeper = CatalogKeeper(bundled_snapshot, remote=None, disk=None)
    asked = Desk(client, clock, keeper.see_version)
    return client, Toolbox(stock_of(keeper, composites=bundled_composites()), asked)


def newest(at: datetime) -> datetime:
    """Return the instant of the newest thirty-second snapshot there is at `at`."""
    return at - timedelta(seconds=at.timestamp() % 30)
