"""100,000 calls over stdio while upstream stops and starts: all answered, nothing grows."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from typing import Any

import pytest

from ..bench.wire import INITIALIZE
from ..e2e.upstream import KEY, Plan, upstream

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="counts what /proc shows"),
]

CALLS = 100_000
LONGEST_S = 600.0
IN_FLIGHT = 32
SAMPLES = 10
UP_S, DOWN_S = 6.0, 3.0
# What is held after a third of the calls may grow by no more than this until the end.
MORE_MIB = 12.0
MORE_DESCRIPTORS = 4
MORE_TASKS = 2


class Server:
    """A server in a child process, spoken to by two threads of this one."""

    def __init__(self, env: dict[str, str], report: Path) -> None:
        self.report = report
        self.answers: Counter[str] = Counter()
        self._room = BoundedSemaphore(IN_FLIGHT)
        self._waiting: set[int] = set()
        self._quiet = Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env | {"SOAK_REPORT": str(report)},
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def send(self, number: int, method: str, params: dict[str, Any]) -> None:
        """Send a request once there is room for one more in flight."""
        assert self._room.acquire(timeout=60), "the server has stopped answering"
        self._waiting.add(number)
        self.write({"id": number, "method": method, "params": params})

    def write(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()

    def cancel(self, number: int) -> None:
        """Cancel a request; the server does not answer it any more, or has already."""
        self.write({"method": "notifications/cancelled", "params": {"requestId": number}})
        if number in self._waiting:
            self._done(number, "cancelled")

    def drain(self) -> None:
        """Wait until every request is answered."""
        ends = time.monotonic() + 60
        while self._waiting and time.monotonic() < ends:
            time.sleep(0.01)
        assert not self._waiting

    def held(self) -> dict[str, float]:
        """Return what the process holds while nothing is in flight."""
        self.report.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR1)
        while not self.report.exists():
            time.sleep(0.01)
        return dict(json.loads(self.report.read_text()))

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        assert self.process.wait(10) == 0
        self._reader.join(10)
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = json.loads(line)
            if message.get("id") in self._waiting:
                self._done(message["id"], _kind(message))

    def _done(self, number: int, kind: str) -> None:
        try:
            self._waiting.remove(number)
        except KeyError:
            return
        self.answers[kind] += 1
        self._room.release()


def _kind(message: dict[str, Any]) -> str:
    if "error" in message:
        return "refused by the protocol"
    twin = message["result"].get("_meta", {}).get("bq-mcp/answer", {})
    return str(twin.get("error") or twin.get("cache") or "miss")


@contextmanager
def coming_and_going(plan: Plan, port: int) -> Iterator[None]:
    """Serve on a port, and now and then stop."""
    ends = Event()

    def run() -> None:
        while not ends.is_set():
            with upstream(plan, port):
                ends.wait(UP_S)
            ends.wait(DOWN_S)

    thread = Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def question(rng: random.Random) -> dict[str, Any]:
    kind = rng.random()
    symbol = rng.choice(["BTC", "ETH", "SOL", "HYPE"])
    if kind < 0.6:
        detail = rng.choice(["brief", "standard", "full", "raw"])
        return {"name": "gex_levels", "arguments": {"symbol": symbol, "detail": detail}}
    if kind < 0.9:
        limit = rng.randint(1, 1_000)
        return {"name": "gex_history", "arguments": {"symbol": symbol, "limit": limit}}
    if kind < 0.95:
        return {"name": "gex_levels", "arguments": {"symbl": symbol, "x" * rng.randint(1, 99): 1}}
    return {"name": f"no_such_{rng.randint(1, 10**9)}", "arguments": {}}


def test_a_hundred_thousand_calls_leave_nothing_behind(tmp_path: Path) -> None:
    plan, rng = Plan(limit=10**9), random.Random(9)
    with upstream(plan) as port:
        pass
    env = {k: v for k, v in os.environ.items() if not k.startswith("BACKQUANT_")}
    env |= {
        "BACKQUANT_BASE_URL": f"http://127.0.0.1:{port}",
        "BACKQUANT_API_KEY": KEY,
        "BACKQUANT_CACHE_DIR": str(tmp_path),
        "BACKQUANT_CACHE_MEGABYTES": "8",
    }
    started = time.monotonic()
    with coming_and_going(plan, port):
        server = Server(env, tmp_path / "report.json")
        server.send(0, "initialize", INITIALIZE)
        server.drain()
        server.write({"method": "notifications/initialized"})
        samples = []
        for number in range(1, CALLS + 1):
            server.send(number, "tools/call", question(rng))
            if rng.random() < 0.01:
                server.cancel(number)
            if number % (CALLS // SAMPLES) == 0:
                server.drain()
                # Requests that nobody waits for any more end within this.
                time.sleep(0.5)
                samples.append(server.held())
                print(f"{number:>7} {time.monotonic() - started:5.0f} s {samples[-1]}")
            assert time.monotonic() - started < LONGEST_S
        server.close()
    print(dict(server.answers), dict(plan.statuses))
    assert sum(server.answers.values()) == CALLS + 1
    # Upstream was seen there and gone, and answers were kept.
    assert {"hit", "miss", "stale", "unreachable"} <= server.answers.keys()
    settled, last = samples[SAMPLES // 3], samples[-1]
    assert last["resident_mib"] <= settled["resident_mib"] + MORE_MIB
    assert last["descriptors"] <= settled["descriptors"] + MORE_DESCRIPTORS
    assert last["tasks"] <= settled["tasks"] + MORE_TASKS
    assert last["threads"] <= settled["threads"] + MORE_TASKS
