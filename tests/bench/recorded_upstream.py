"""An upstream that costs next to nothing: what the sandbox once said, from memory.

Only the instants are new: data of the present are a second old, data of the past of the instant
asked for. Every reply states limits that nobody reaches.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx

from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from tests.bench.mix import SYMBOLS, TOOLS

_AT = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)
_PAST = "2026-11-19T14:30:00Z"
_NOW, _COMPUTED = b"@now", b"@computed"
_HEAD = (
    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    "X-RateLimit-Limit: 1000000\r\nX-RateLimit-Remaining: 1000000\r\n"
    "X-RateLimit-Reset: {reset}\r\n\r\n"
)
_BOTH = (False, True)
_NOTHING = b'{"success": false, "error": {"code": "NOT_FOUND", "message": "No data"}}'
# The path, the symbol, and whether it is of the past.
Asked = tuple[str, str, bool]


async def record() -> dict[Asked, bytes]:
    """Return what the sandbox says, with marks where instants stand."""
    wire = httpx.ASGITransport(create_app(clock=lambda: _AT, plan="enterprise"))
    replies = {}
    async with httpx.AsyncClient(
        transport=wire, base_url="http://sandbox/v2", headers={"X-API-Key": SANDBOX_KEY}
    ) as http:
        asked: list[Asked] = [("/endpoints", "", False)]
        asked += [(path, s, past) for path in TOOLS.values() for s in SYMBOLS for past in _BOTH]
        for path, symbol, past in asked:
            query = {"symbol": symbol, **({"as_of": _PAST} if past else {})}
            reply = await http.get(path, params=query)
            replies[path, symbol, past] = _marked(reply.raise_for_status().json())
    return replies


def _marked(envelope: dict[str, dict[str, object]]) -> bytes:
    envelope["meta"] |= {"timestamp": _NOW.decode(), "computed_at": _COMPUTED.decode()}
    # The real service's replies are not simulated.
    del envelope["meta"]["source"]
    return json.dumps(envelope, separators=(",", ":")).encode()


class Upstream(asyncio.Protocol):
    """One connection, whose requests come one after another."""

    def __init__(self, replies: dict[Asked, bytes]) -> None:
        self._replies = replies
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._heard.endswith(b"\r\n\r\n"):
            return
        target, self._heard = self._heard.split(b" ", 2)[1].decode(), b""
        path, _, text = target.removeprefix("/v2").partition("?")
        query = parse_qs(text)
        past = query.get("as_of", [""])[0]
        now = datetime.now(UTC)
        reply = self._replies.get((path, query.get("symbol", [""])[0], bool(past)))
        body = reply or _NOTHING
        body = body.replace(_NOW, _instant(now))
        body = body.replace(_COMPUTED, past.encode() or _instant(now - timedelta(seconds=1)))
        head = _HEAD.format(
            status="200 OK" if reply else "404 Not Found",
            length=len(body),
            reset=int(time.time()) + 50,
        )
        self._transport.write(head.encode() + body)


def _instant(at: datetime) -> bytes:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z".encode()


async def main() -> None:
    replies = await record()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(replies), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"listening on http://127.0.0.1:{port}", file=sys.stderr, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
