"""`bq-mcp serve --http` in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import IO

_LISTENING = re.compile(r"listening on (http://\S+)/mcp")


@dataclass
class Running:
    """A server that listens at `url`; `stop` ends it and returns its exit code.

    `said` is what it has written to standard error so far, all of it once it has stopped.
    """

    process: subprocess.Popen[str]
    url: str
    said: list[str]
    reader: Thread

    @property
    def mcp(self) -> str:
        return f"{self.url}/mcp"

    def stop(self, timeout: float = 30) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout)
        self.reader.join(timeout)
        return code

    def complaints(self) -> list[str]:
        """End it in order, and return the lines that are neither its address nor an audit."""
        assert self.stop() == 0
        audits = "event=call|event=refused"
        return [line for line in self.said if not re.search(f"{_LISTENING.pattern}|{audits}", line)]


@contextmanager
def http_server(
    *options: str, folder: Path, address: str = "127.0.0.1:0", **environment: str
) -> Iterator[Running]:
    """Serve on a free port, with these options and settings, until left."""
    command = [sys.executable, "-m", "bq_mcp", "serve", "--http", address, *options]
    with started(command, _environment(folder, environment)) as running:
        yield running


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Running]:
    """Run a command that serves, with this environment alone, until left."""
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=environment
    )
    assert process.stderr is not None
    said: list[str] = []
    ready = Event()
    reader = Thread(target=_read, args=(process.stderr, said, ready), daemon=True)
    reader.start()
    try:
        ready.wait(60)
        found = _LISTENING.search("".join(said))
        assert found, "".join(said)
        url = found[1].replace("0.0.0.0", "127.0.0.1")  # noqa: S104  # binds nothing
        yield Running(process, url, said, reader)
    finally:
        process.kill()
        process.wait()
        reader.join(10)
        process.stderr.close()


def _read(stream: IO[str], said: list[str], ready: Event) -> None:
    # To the end: a server whose lines nobody reads stands still once the pipe is full.
    for line in stream:
        said.append(line)
        if _LISTENING.search(line):
            ready.set()
    ready.set()


def _environment(folder: Path, own: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("BACKQUANT_")
    }
    return {**inherited, "BACKQUANT_CACHE_DIR": str(folder), **own}
