"""An upstream in threads of this process that sends whatever bytes a test says."""

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from ..bench.wire import Child

KEY = "bq_live_" + "k" * 32
NOT_FOUND = {"success": False, "error": {"code": "NOT_FOUND", "message": "no data"}, "meta": {}}
LEVELS = {"call_resistance": 75_000, "put_support": 64_000, "hvl": 70_000, "positioning": "flow"}


def ago(seconds: float = 0.0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def envelope(data: object, *, age: float = 10.0, **meta: object) -> dict[str, object]:
    """Return a reply for BTCUSDT made now."""
    stamps = {"timestamp": ago(), "computed_at": ago(age), "version": "2.10"}
    return {
        "success": True,
        "data": data,
        "meta": {**stamps, "symbol": "BTCUSDT", "spot_price": 71_000.0, **meta},
    }


def http(body: object, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole reply; `x_quota_limit` is written `x-quota-limit`."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    sized = {"content-type": "application/json", "content-length": str(len(content))}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (sized | headers).items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + content


class Upstream:
    """Answers `reply(path)` to every request for data, `catalog` to those for the list of them."""

    def __init__(self, reply: Callable[[str], bytes], catalog: bytes | None = None) -> None:
        self.reply = reply
        self.catalog = catalog or http(NOT_FOUND, "404 Not Found")
        self.asked: list[str] = []
        self.heads: list[bytes] = []

    def serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            seen = b""
            while True:
                while b"\r\n\r\n" not in seen:
                    if not (more := connection.recv(65_536)):
                        return
                    seen += more
                head, _, seen = seen.partition(b"\r\n\r\n")
                path = head.split(b" ")[1].decode()
                self.asked.append(path)
                self.heads.append(head)
                is_catalog = "endpoints" in path or "openapi" in path
                connection.sendall(self.catalog if is_catalog else self.reply(path))

    def asked_for_data(self) -> int:
        """Return how many requests were for data."""
        return sum("endpoints" not in path and "openapi" not in path for path in self.asked)


@contextmanager
def listening(upstream: Upstream) -> Iterator[int]:
    """Serve on a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    Thread(target=upstream.serve, args=(connection,), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]


@contextmanager
def served(upstream: Upstream, folder: Path, **settings: str) -> Iterator[Child]:
    """Give a `bq-mcp serve` in a child process that asks this upstream."""
    with listening(upstream) as port:
        env = {k: v for k, v in os.environ.items() if not k.startswith("BACKQUANT_")}
        env |= {f"BACKQUANT_{name.upper()}": value for name, value in settings.items()}
        env["BACKQUANT_BASE_URL"] = f"http://127.0.0.1:{port}"
        child = Child(
            ["-m", "bq_mcp", "serve"],
            {"BACKQUANT_API_KEY": KEY, **env, "BACKQUANT_CACHE_DIR": str(folder)},
        )
        try:
            child.handshake()
            yield child
        finally:
            child.close()


def call(child: Child, tool: str, **arguments: object) -> Mapping[str, Any]:
    return child.request("tools/call", {"name": tool, "arguments": arguments})


def text_of(result: Mapping[str, Any]) -> str:
    return str(result["content"][0]["text"])


def twin_of(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(result["_meta"]["bq-mcp/answer"])
