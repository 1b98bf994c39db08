"""How long the sandbox takes to answer, warm, each time at a new snapshot."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app

ROUNDS = 20
START = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
REQUESTS = (
    "gex/levels",
    "gex/levels?include=zones,ranked,max_pain,expected_move,candles",
    "gex/strike-profile",
    "gex/max-pain",
    "multi/gex/levels?symbols=BTCUSDT,ETHUSDT,SOLUSDT,HYPEUSDT",
    "options/expiry-summary",
    "options/opex",
    "options/chain?max_contracts=5000",
    "options/iv/term-structure?historical_compare_days=30",
    "options/iv/skew",
    "options/probability/density?confidence_band=0.68",
    "options/greeks/trace/gamma?expiry=all",
    "options/greeks/trace/delta_change?expiry=all",
    "expiries",
    "status",
    "symbols",
    "meta",
    "endpoints",
    "changelog",
)
pytestmark = pytest.mark.bench


def test_warm_answers_of_the_sandbox() -> None:
    clock = _Stepping()
    app = create_app(clock=clock, plan="enterprise")
    for request in REQUESTS:
        taken = anyio.run(_time, app, request, clock.step)
        print(f"{request:62} median {statistics.median(taken):6.1f} ms  worst {max(taken):6.1f} ms")


class _Stepping:
    """A clock that moves on only when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def step(self) -> None:
        self.now += timedelta(seconds=30)


async def _time(app: object, request: str, step: Callable[[], None]) -> list[float]:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]  # FastAPI's own app
    headers = {"X-API-Key": SANDBOX_KEY}
    taken = []
    async with httpx.AsyncClient(
        transport=transport, base_url="http://sandbox/v2/", headers=headers
    ) as client:
        await client.get(request)
        for _ in range(ROUNDS):
            step()
            began = time.perf_counter()
            reply = await client.get(request)
            taken.append((time.perf_counter() - began) * 1000)
            assert reply.status_code == 200, reply.text
    return taken
