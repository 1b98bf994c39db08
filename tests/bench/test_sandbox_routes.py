"""How long each route takes once asked, at a new snapshot, and what all of them hold in memory."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.bench

MEMORY_LIMIT_MB = 300
SCRIPT = """
import time
from datetime import UTC, datetime
from pathlib import Path
from tests.sandbox.asking import HandClock, ask
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.routes import ROUTES
from tests.sandbox.test_every_route import GREEKS, symbols_of

clock = HandClock(datetime(2026, 11, 28, 12, 0, 17, tzinfo=UTC))
app = create_app(seed=10, clock=clock)
asked = [(route, symbol) for route in ROUTES for symbol in symbols_of(route)]
for number, (route, symbol) in enumerate(asked):
    path = route.path.replace("{greek}", GREEKS.get(route.path, "")).lstrip("/")
    query = {"symbols": "BTCUSDT,ETHUSDT"} if path.startswith("multi") else {}
    query |= {"symbol": symbol} if symbol else {}
    took = []
    for turn in range(3):
        clock.advance(seconds=30)
        began = time.perf_counter()
        reply = ask(app, path, key=f"bq_live_{number:032d}", **query)
        took.append(1000 * (time.perf_counter() - began))
    assert reply.status_code in (200, 404), reply.text
    print(f"{min(took[1:]):7.1f} {took[0]:8.1f} {len(reply.content):9d}  {path} {symbol or ''}")
pages = int(Path("/proc/self/statm").read_text().split()[1])
print(f"memory {pages * 4096 / 2**20:.0f} MB")
"""


def test_every_route_and_symbol_fits_in_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    *rows, memory = done.stdout.strip().splitlines()
    print("\nwarm ms  cold ms     bytes  route")
    for row in sorted(rows, reverse=True)[:15]:
        print(row)
    print(memory)
    assert int(memory.split()[1]) < MEMORY_LIMIT_MB
