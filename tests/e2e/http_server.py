"""`bq-mcp serve --http` in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LISTENING = re.compile(r"listening on (http://\S+)/mcp")


@dataclass
class Running:
    """A server that listens at `url`; `stop` ends it and returns its exit code."""

    process: subprocess.Popen[str]
    url: str

    @property
    def mcp(self) -> str:
        return f"{self.url}/mcp"

    def stop(self, timeout: float = 30) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)


@contextmanager
def http_server(
    *options: str, folder: Path, address: str = "127.0.0.1:0", **environment: str
) -> Iterator[Running]:
    """Serve on a free port, with these options and settings, until left."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bq_mcp", "serve", "--http", address, *options],
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        env=_environment(folder, environment),
    )
    assert process.stderr is not None
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if found := _LISTENING.search(line):
                yield Running(process, found[1].replace("0.0.0.0", "127.0.0.1"))
                break
        else:
            raise AssertionError("".join(said))
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _environment(folder: Path, own: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("BACKQUANT_")
    }
    return {**inherited, "BACKQUANT_CACHE_DIR": str(folder), **own}
