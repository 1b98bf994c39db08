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
ALL_VENUES = "exchanges=deribit,bybit,okx,binance,derive,thalex,delta_india,delta"
EVERY_SECTION = "include=spot,zones,ranked,max_pain,expected_move,candles"
AS_OF = "as_of=2026-08-20T14:32:00Z"
LARGEST_GRID = "expiry=all&time_steps=200&price_steps=200"
REQUESTS = (
    "gex/levels",
    f"gex/levels?{EVERY_SECTION}",
    f"gex/levels?{EVERY_SECTION}&{ALL_VENUES}",
    f"gex/levels?{EVERY_SECTION}&exchanges=okx,bybit",
    f"gex/levels?{EVERY_SECTION}&{AS_OF}",
    "gex/strike-profile",
    "gex/strike-profile?exchanges=okx,bybit&spot_window_pct=200",
    f"gex/strike-profile?{AS_OF}",
    "gex/max-pain",
    "gex/max-pain?expiry=25DEC26",
    "multi/gex/levels?symbols=BTCUSDT,ETHUSDT,SOLUSDT,HYPEUSDT",
    "multi/gex/levels?symbols=BTCUSDT,ETHUSDT,SOLUSDT,HYPEUSDT"
    "&include=ranked,max_pain,expected_move,zones&exchanges=okx,derive",
    "options/expiry-summary",
    "options/opex?horizon=365",
    "options/chain?max_contracts=5000",
    "options/chain?max_contracts=5000&symbol=ETHUSDT",
    f"options/chain?max_contracts=5000&{AS_OF}",
    "options/chain?fields=aggregates",
    "options/iv/term-structure?historical_compare_days=30",
    f"options/iv/term-structure?historical_compare_days=180&exchanges=okx,bybit&{AS_OF}",
    "options/iv/skew",
    f"options/iv/skew?{AS_OF}",
    "options/probability/density?confidence_band=0.68",
    "options/greeks/trace/gamma?expiry=all",
    "options/greeks/trace/delta_change?expiry=all",
    *(
        f"options/greeks/trace/{greek}{route}?{LARGEST_GRID}&{axes}"
        for greek in ("gamma", "charm", "vanna", "delta_change")
        for route in ("", "/summary")
        for axes in ("symbol=ETHUSDT", "symbol=ETHUSDT&horizon_hours=720&price_range_pct=50")
    ),
    "expiries",
    "status",
    "symbols",
    "meta",
    "endpoints",
    "changelog",
    "health",
)
pytestmark = pytest.mark.bench


def test_warm_answers_of_the_sandbox() -> None:
    clock = _Stepping()
    app = create_app(clock=clock, plan="enterprise")
    for request in REQUESTS:
        taken = anyio.run(_time, app, request, clock.step)
        print(
            f"{request:128} median {statistics.median(taken):6.1f} ms  worst {max(taken):6.1f} ms"
        )


def _limit(request: str) -> int:
    return 150 if request.startswith(("options/chain", "options/greeks/trace")) else 50


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
