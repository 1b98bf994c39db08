"""Put tool calls to an MCP server over raw sockets, from a process of its own.

Reads orders and writes counts, each a line of JSON. Requests are bytes made beforehand, so that the
server is the slowest part.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.bench.mix import INSTANT

MODERN, LEGACY = "2026-07-28", "2025-11-25"
_PROTOCOL = "io.modelcontextprotocol"
_FIRST_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Order:
    """`clients` put calls for so many `seconds`, or so many in all, each the next one of `calls`.

    `era` is the protocol version. With `reconnect` each call has a connection of its own, one after
    another for each client. Instants in the calls begin with number `instants`.
    """

    port: int
    era: str
    clients: int
    calls: list[dict[str, Any]]
    seconds: float = 3_600.0
    most: int = 10**9
    reconnect: bool = False
    instants: int = 0


@dataclass
class Done:
    """What came of an order; `took` and `waits` in seconds, `hits` by what the answers say."""

    took: float = 0.0
    hits: int = 0
    failures: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


class Load:
    """One order under way."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.done = Done()
        self.ends = time.perf_counter() + order.seconds
        self._requests = [request(order.port, order.era, call) for call in order.calls]
        self._put = 0

    @property
    def is_over(self) -> bool:
        """Whether no more calls are put."""
        return self._put == self.order.most or time.perf_counter() >= self.ends

    def next_request(self) -> bytes | None:
        """Return the next request, None at the end."""
        if self.is_over:
            return None
        number, self._put = self._put, self._put + 1
        found = self._requests[number % len(self._requests)]
        if not self.order.instants:
            return found
        at = _FIRST_INSTANT + timedelta(seconds=self.order.instants + number)
        return found.replace(INSTANT.encode(), f"{at:%Y-%m-%dT%H:%M:%SZ}".encode())

    def answered(self, reply: bytes, wait: float) -> None:
        """Take note of one answer."""
        self.done.waits.append(wait)
        self.done.hits += b'"cache":"hit"' in reply
        if not reply.startswith(b"HTTP/1.1 200") or b'"isError":true' in reply:
            self.done.failures.append(reply.decode(errors="replace")[:1_000])


class Client(asyncio.Protocol):
    """One connection, whose calls come one after another."""

    def __init__(self, load: Load) -> None:
        self.lost = asyncio.Event()
        self._load = load
        self._heard = b""
        self._waits = False
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if is_whole(self._heard):
            self._load.answered(self._heard, time.perf_counter() - self._began)
            self._heard, self._waits = b"", False
            if self._load.order.reconnect:
                self._transport.close()
            else:
                self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits:
            self._load.done.failures.append(f"cut off: {exc}")
        self.lost.set()

    def _ask(self) -> None:
        found = self._load.next_request()
        if found is None:
            self._transport.close()
            return
        self._began, self._waits = time.perf_counter(), True
        self._transport.write(found)


def request(port: int, era: str, call: dict[str, Any]) -> bytes:
    """Return the whole POST of a tool call."""
    params, headers = dict(call), [f"MCP-Protocol-Version: {era}"]
    if era == MODERN:
        headers += ["Mcp-Method: tools/call", f"Mcp-Name: {call['name']}"]
        params["_meta"] = {
            f"{_PROTOCOL}/protocolVersion": era,
            f"{_PROTOCOL}/clientCapabilities": {},
            f"{_PROTOCOL}/clientInfo": {"name": "load", "version": "0"},
        }
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    body = json.dumps(message).encode()
    head = [
        "POST /mcp HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        "Accept: application/json, text/event-stream",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def is_whole(reply: bytes) -> bool:
    """Tell whether all of a reply has come."""
    head, end, body = reply.partition(b"\r\n\r\n")
    _, stated, length = head.lower().partition(b"content-length:")
    if stated:
        return len(body) >= int(length.split(b"\r\n", 1)[0])
    return bool(end) and body.endswith(b"0\r\n\r\n")


async def carry_out(order: Order) -> Done:
    """Return what came of an order."""
    load, began = Load(order), time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(order.clients):
            tasks.create_task(_stay(load))
    load.done.took = time.perf_counter() - began
    return load.done


async def _stay(load: Load) -> None:
    """Be one client until no more calls are put."""
    loop = asyncio.get_running_loop()
    while not load.is_over:
        to = ("127.0.0.1", load.order.port)
        _, connection = await loop.create_connection(lambda: Client(load), *to)
        await connection.lost.wait()


def main() -> None:
    for line in sys.stdin:
        done = asyncio.run(carry_out(Order(**json.loads(line))))
        print(json.dumps(vars(done)), flush=True)


if __name__ == "__main__":
    main()
