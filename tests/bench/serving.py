"""Servers in processes of their own, and the process that puts calls to them."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from .load import Done, Order
from .wire import resident_mib

OURS = ["-m", "bq_mcp", "serve", "--http", "127.0.0.1:0"]
BARE = ["-m", "tests.bench.bare_http_server"]
_UPSTREAM = ["-m", "tests.bench.recorded_upstream"]
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+)")
_STARTING_S, _CLOSING_S = 60.0, 20.0


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens on a port of this machine."""

    pid: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the time of the processor that it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    def resident_mib(self) -> float:
        """Return the memory it holds."""
        return resident_mib(self.pid)

    def descriptors(self) -> int:
        """Return how many files and sockets it holds open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))


@dataclass(frozen=True, slots=True)
class Loader:
    """The process that puts calls."""

    process: subprocess.Popen[str]

    def carry_out(self, order: Order) -> Done:
        """Return what came of an order."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(asdict(order)) + "\n")
        self.process.stdin.flush()
        return Done(**json.loads(self.process.stdout.readline()))


@contextmanager
def serving(args: list[str], env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """Start a server that says where it listens on standard error; end it at the end."""
    # Into a file: a pipe would have to be read meanwhile, at the cost of those who are measured.
    with TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, *args], stderr=said, env=env)
        try:
            yield Serving(process.pid, _told_port(process, said))
        finally:
            process.terminate()
            process.wait(_CLOSING_S)


@contextmanager
def recorded_upstream(cache: Path, **settings: str) -> Iterator[dict[str, str]]:
    """Serve recorded replies; yield the environment of a server over them."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("BACKQUANT_")}
    with serving(_UPSTREAM) as upstream:
        yield {
            **env,
            "BACKQUANT_BASE_URL": f"http://127.0.0.1:{upstream.port}",
            "BACKQUANT_API_KEY": "bq_live_" + "k" * 32,
            "BACKQUANT_CACHE_DIR": str(cache),
            **settings,
        }


@contextmanager
def loading() -> Iterator[Loader]:
    """Start the process that puts calls; end it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Loader(process)
    finally:
        process.communicate(timeout=_CLOSING_S)


def _told_port(process: subprocess.Popen[bytes], said: IO[str]) -> int:
    ends = time.monotonic() + _STARTING_S
    while process.poll() is None and time.monotonic() < ends:
        said.seek(0)
        if found := _LISTENING.search(said.read()):
            return int(found[1])
        time.sleep(0.02)
    raise AssertionError("the server does not listen")
