"""An upstream in threads of this process: it counts calls a minute, and stops and starts."""

import json
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from bq_mcp.catalog import SNAPSHOT

KEY = "bq_live_" + "k" * 32
CATALOG: list[Any] = json.loads(SNAPSHOT.read_text("utf-8"))["endpoints"]
LEVELS = {"call_resistance": 75_000, "put_support": 64_000, "hvl": 70_000, "positioning": "flow"}


class Plan:
    """The calls of one key: `limit` a minute, whoever makes them; the minute ends in `minute`.

    All data are `age` seconds old; `paths` counts what was asked for.
    """

    def __init__(self, limit: int, minute: int = 50, *, age: float = 0.0) -> None:
        self.limit = limit
        self.age = age
        self.paths: Counter[str] = Counter()
        self.minute_ends = int(time.time()) + minute
        self.statuses: Counter[int] = Counter()
        self.catalogs = 0
        self._used = 0
        self._lock = Lock()

    def spend(self) -> tuple[int, int]:
        """Return the status of one more call and what is left after it."""
        with self._lock:
            status = 200 if self._used < self.limit else 429
            self._used += 1
            self.statuses[status] += 1
            return status, max(self.limit - self._used, 0)

    def next_catalog(self) -> list[Any]:
        """Return the list of endpoints; every other one lacks its last ones."""
        with self._lock:
            self.catalogs += 1
            return CATALOG[: -(self.catalogs % 2) * 10 or None]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else each small reply waits for an acknowledgement.
    disable_nagle_algorithm = True
    plan: Plan

    def do_GET(self) -> None:
        status, left = self.plan.spend()
        self.plan.paths[self.path.partition("?")[0]] += 1
        now = datetime.now(UTC)
        computed_at = now - timedelta(seconds=self.plan.age)
        meta = {
            "version": "2.10",
            "timestamp": now.isoformat(timespec="milliseconds"),
            "computed_at": computed_at.isoformat(timespec="milliseconds"),
            "symbol": "BTCUSDT",
        }
        data: object = LEVELS
        if self.path.startswith("/v2/endpoints"):
            data = {"endpoints": self.plan.next_catalog()}
        body: dict[str, object] = {"success": True, "data": data, "meta": meta}
        if status == 429:
            error = {"code": "RATE_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}
            body = {"success": False, "error": error, "meta": meta}
        encoded = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(encoded)))
        self.send_header("X-RateLimit-Limit", str(self.plan.limit))
        self.send_header("X-RateLimit-Remaining", str(left))
        self.send_header("X-RateLimit-Reset", str(self.plan.minute_ends))
        self.end_headers()
        with suppress(ConnectionError):
            self.wfile.write(encoded)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, handler: type[_Handler]) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        """Cut the connections that are open."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave."""


@contextmanager
def upstream(plan: Plan, port: int = 0) -> Iterator[int]:
    """Serve on a port of this machine; connections that are open at the end are cut."""
    handler = type("Handler", (_Handler,), {"plan": plan})
    server = _Server(port, handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        server.cut()
        thread.join()
