"""What travels in a bundle against the sandbox is what the single route says."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from bq_mcp.client import Client, Lifetime, MemoryStore, Reply, Tuning, in_memory
from bq_mcp.client.transport import HttpTransport
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app

from ..support import NOW, still_clock

pytestmark = pytest.mark.anyio

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")
LIVE = Lifetime("refreshed", 30.0)


@asynccontextmanager
async def connected() -> AsyncIterator[Client]:
    app = create_app(seed=7, clock=lambda: NOW, plan="pro")

    async def load() -> Any:
        return app

    transport = HttpTransport(
        "http://sandbox", key=SANDBOX_KEY, user_agent="test", phase_timeout=20.0, load_app=load
    )
    clock = still_clock()
    client = Client(
        transport.send,
        in_memory("test", MemoryStore(1024**2), clock),
        clock,
        tuning=Tuning(),
    )
    async with transport, client:
        yield client


async def four_together(client: Client, **arguments: str) -> dict[str, Reply]:
    replies: dict[str, Reply] = {}

    async def ask(symbol: str) -> None:
        query = (("symbol", symbol), *arguments.items())
        replies[symbol] = await client.get("/gex/levels", query, LIVE)

    async with anyio.create_task_group() as tasks:
        for symbol in SYMBOLS:
            tasks.start_soon(ask, symbol)
    return replies


@pytest.mark.parametrize(
    "arguments",
    [{}, {"positioning": "std"}, {"include": "ranked,max_pain"}, {"exchanges": "deribit,okx"}],
)
async def test_four_symbols_are_one_request_and_the_answers_of_the_single_route(
    arguments: dict[str, str],
) -> None:
    async with connected() as client:
        bundled = await four_together(client, **arguments)
        assert client.counters.requests == 1
        for symbol in SYMBOLS:
            query = (("symbol", symbol), *arguments.items())
            single = (await client.get("/gex/levels", query)).envelope
            shared = bundled[symbol].envelope
            assert shared.data == single.data
            for name in ("symbol", "spot_price", "computed_at", "freshness_seconds", "source"):
                assert getattr(shared.meta, name) == getattr(single.meta, name), name
            assert shared.meta.exchanges_filtered == single.meta.exchanges_filtered
            for name in ("positioning", "positioning_requested"):
                assert shared.meta.extra[name] == single.meta.extra[name], name
            assert shared.simulated
