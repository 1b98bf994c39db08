"""What a call costs beyond the bare HTTP request, over real sockets on this machine.

Each round asks the same question bare (httpx and nothing else, one kept connection), through the
client alone, and through a whole tool call; once when upstream has to be asked, once when the
answer is held. The pause in which level questions gather is left out.
"""

import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import anyio
import anyio.lowlevel
import httpx
import pytest

from bq_mcp.client import Clock, Lifetime
from bq_mcp.compose import Service, compose
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.clock import frozen_clock
from bq_mcp.sandbox.serve import serving
from bq_mcp.settings import Settings

ROUNDS = 100
WARM_UP = 20
LIVE = Lifetime("refreshed", 30.0)
START = datetime(2026, 11, 20, 14, 30, 5, tzinfo=UTC)
# A key of its own, so that the bare requests spend no calls of the client's.
BARE_KEY = "bq_live_sandbox-of-the-bare-requests-000"
QUESTIONS = (
    ("gex_levels", "/gex/levels"),
    ("gex_max_pain", "/gex/max-pain"),
    ("gex_strike_profile", "/gex/strike-profile"),
    ("options_chain", "/options/chain"),
)
pytestmark = pytest.mark.bench

Call = Callable[[], Awaitable[object]]


class _Skipping:
    """A clock that passes a minute when told to; its pauses take no time."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def clock(self) -> Clock:
        return Clock(lambda: START, self.monotonic, self.sleep, random.random)

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def skip(self) -> None:
        self._skipped += 60.0

    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()


async def _took(call: Call) -> float:
    """Return the milliseconds of one call."""
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1000


async def _measure(service: Service, skip: Callable[[], None], tool: str, path: str) -> None:
    taken: dict[str, list[float]] = {}
    async with httpx.AsyncClient(headers={"X-API-Key": BARE_KEY}) as http, service:
        url = f"{service.settings.base_url}/v2{path}"
        calls: dict[str, Call] = {
            "bare request": lambda: http.get(url),
            "client, asked": lambda: service.client.get(path, (), LIVE),
            "client, held": lambda: service.client.get(path, (), LIVE),
            "tool call, asked": lambda: service.toolbox.call(tool, {}),
            "tool call, held": lambda: service.toolbox.call(tool, {}),
        }
        for number in range(WARM_UP + ROUNDS):
            for name, call in calls.items():
                if name.endswith("asked"):
                    skip()
                milliseconds = await _took(call)
                if number >= WARM_UP:
                    taken.setdefault(name, []).append(milliseconds)
        asked = service.client.counters.requests
    assert asked == 2 * (WARM_UP + ROUNDS)
    _report(path, taken)


def _report(path: str, taken: dict[str, list[float]]) -> None:
    bare = statistics.median(taken["bare request"])
    print(f"\n{path}: bare request {bare:.2f} ms")
    for name, milliseconds in list(taken.items())[1:]:
        median = statistics.median(milliseconds)
        added = median - bare if name.endswith("asked") else median
        print(f"  {name:18} {median:6.2f} ms, added {added:5.2f} ms")


def test_what_is_added_to_a_request() -> None:
    for tool, path in QUESTIONS:
        time_passes = _Skipping()
        app = create_app(clock=frozen_clock(START), plan="enterprise")
        with serving(app) as base_url:
            settings = Settings(base_url=base_url, api_key=SANDBOX_KEY)
            service = compose(settings, clock=time_passes.clock())
            anyio.run(_measure, service, time_passes.skip, tool, path)
