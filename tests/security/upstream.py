"""An upstream in threads of this process whose every reply shows which key it was for."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ..e2e.upstream import CATALOG

# Each key has a wall and limits of its own: so many times its number above these.
WALL, BURST, QUOTA = 100_000, 10_000, 1_000_000
STEP = 100


def key_of(number: int) -> str:
    return f"bq_live_{number:03}" + "Ab3" * 8


class Signing:
    """Knows the keys of the numbers below `keys`; `asked` counts requests for data by key.

    `refused` are keys with no calls left in this minute. `other`, where it is set, writes the whole
    reply to a request for data: `other(key, path)`.
    """

    def __init__(self, keys: int = 4) -> None:
        self.numbers = {key_of(number): number for number in range(keys)}
        self.asked: Counter[str] = Counter()
        self.heads: defaultdict[str, list[str]] = defaultdict(list)
        self.refused: set[str] = set()
        self.other: Callable[[str, str], bytes] | None = None
        self._lock = Lock()

    def reply(self, key: str, path: str, head: str) -> bytes:
        """Return the whole reply to one request."""
        with self._lock:
            self.heads[key].append(head)
            if path.startswith("/v2/endpoints"):
                return _http(200, {"success": True, "data": {"endpoints": CATALOG}, "meta": {}})
            if "openapi" in path or path == "/v2/health":
                return _http(404, {})
            self.asked[key] += 1
        if self.other is not None:
            return self.other(key, path)
        number = self.numbers.get(key)
        if number is None:
            error = {"code": "UNAUTHORIZED", "message": "Invalid API key"}
            return _http(401, {"success": False, "error": error, "meta": {}})
        limits = {
            "X-RateLimit-Limit": BURST + number,
            "X-RateLimit-Remaining": 0 if key in self.refused else BURST - 1,
            "X-RateLimit-Reset": int(time.time()) + 50,
            "X-Quota-Limit": QUOTA + number,
            "X-Quota-Remaining": QUOTA - 1,
        }
        if key in self.refused:
            error = {"code": "RATE_LIMIT_EXCEEDED", "message": "Rate limit exceeded"}
            return _http(429, {"success": False, "error": error, "meta": {}}, limits)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        wall = wall_of(number)
        levels = {"call_resistance": wall, "put_support": WALL // 2, "hvl": WALL // 2 + 1}
        data = {"all_expiry": levels, "positioning": asked.get("positioning", "flow")}
        stamps = {"timestamp": now, "computed_at": now, "request_id": f"req-{number}"}
        meta = {**stamps, "symbol": asked.get("symbol"), "spot_price": WALL - 1.0}
        return _http(200, {"success": True, "data": data, "meta": meta}, limits)


def wall_of(number: int) -> int:
    """Return the call wall that the key of a number, and no other, is told."""
    return WALL + STEP * number


def _http(status: int, body: object, headers: dict[str, Any] | None = None) -> bytes:
    content = json.dumps(body).encode()
    sized = {"Content-Type": "application/json", "Content-Length": len(content), **(headers or {})}
    lines = [f"{name}: {value}" for name, value in sized.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + content


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    signing: Signing

    def do_GET(self) -> None:
        key = self.headers.get("X-API-Key", "")
        reply = self.signing.reply(key, self.path, str(self.headers))
        self.close_connection = not reply
        with suppress(ConnectionError):
            self.wfile.write(reply)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave."""


@contextmanager
def upstream(signing: Signing) -> Iterator[str]:
    """Serve on a free port of this machine; give the address."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"signing": signing}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
