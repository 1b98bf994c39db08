"""Speak JSON-RPC over the pipes of a child process, with as little of our own as can be."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "0"},
}


class Child:
    """An MCP server in a child process, over its pipes."""

    def __init__(self, args: list[str], env: Mapping[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *args],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=env,
        )
        self._next = 0

    def request(self, method: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Send one request and return its result."""
        number = self.send(method, params)
        while (message := self.receive()).get("id") != number:
            pass
        assert "error" not in message, message
        return dict(message["result"])

    def send(self, method: str, params: Mapping[str, Any] | None = None) -> int:
        """Send one request and return its number."""
        self._next += 1
        self._write({"id": self._next, "method": method, "params": params or {}})
        return self._next

    def receive(self) -> dict[str, Any]:
        """Return the next message."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the server closed its output"
        return dict(json.loads(line))

    def notify(self, method: str) -> None:
        """Send one notification."""
        self._write({"method": method})

    def handshake(self) -> None:
        """Initialize in the newest handshake revision."""
        self.request("initialize", INITIALIZE)
        self.notify("notifications/initialized")

    def resident_mib(self) -> float:
        """Return the memory the process holds."""
        return resident_mib(self.process.pid)

    def close(self) -> None:
        """End the input and wait for the process."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def _write(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
        self.process.stdin.flush()


def resident_mib(pid: int) -> float:
    """Return the memory a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
