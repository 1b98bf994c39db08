"""`bq-mcp serve --http` in a child process, and requests to it byte by byte."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any

from ..e2e.http_server import Running, http_server

MODERN = "2026-07-28"
PROMISE_S = 20.0
# Callers bring BackQuant keys of their own.
OWN_KEYS = {"HTTP_PASS_THROUGH": "true"}
_PREFIX = "io.modelcontextprotocol"


@dataclass(frozen=True)
class Reply:
    """What came back; `status` 0 stands for a connection that was closed without a word."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def message(self) -> dict[str, Any]:
        """The JSON-RPC message in the body."""
        return dict(json.loads(self.body))

    @property
    def text(self) -> str:
        """The text of the answer to a tool call."""
        return str(self.message["result"]["content"][0]["text"])

    @property
    def whole(self) -> str:
        """All that came back, as one text."""
        return f"{self.status} {dict(self.headers)}\n{self.body.decode('utf-8', 'replace')}"


@dataclass(frozen=True)
class Door:
    """A server over HTTP on this machine."""

    running: Running

    @property
    def port(self) -> int:
        return int(self.running.url.rpartition(":")[2])

    @property
    def said(self) -> str:
        """What the server wrote on standard error so far; all of it once it has ended."""
        return "".join(self.running.said)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PROMISE_S)

    def send(self, octets: bytes) -> Reply:
        """Return the reply to bytes on a connection of their own."""
        with self.connect() as connection:
            with suppress(ConnectionError):
                connection.sendall(octets)
            return read_reply(connection)

    def ask(
        self,
        body: object = None,
        *headers: tuple[str, str],
        path: str = "/mcp",
        method: str = "POST",
        host: str | None = None,
    ) -> Reply:
        """Return the reply to a request; `headers` replace those that are usual."""
        return self.send(request(body, *headers, path=path, method=method, host=host or self.host))

    def call(self, tool: str, arguments: Mapping[str, object], *headers: tuple[str, str]) -> Reply:
        """Return the reply to the call of a tool, in the newest revision."""
        return self.ask(*call(tool, arguments, *headers))


def request(
    body: object,
    *headers: tuple[str, str],
    host: str,
    path: str = "/mcp",
    method: str = "POST",
) -> bytes:
    """Return a request; bodies that are no bytes are written as JSON."""
    octets = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = {name.lower() for name, _ in headers}
    usual = (
        ("Host", host),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
        ("Content-Length", str(len(octets))),
    )
    lines = [f"{name}: {value}" for name, value in usual if name.lower() not in given]
    lines += [f"{name}: {value}" for name, value in headers]
    head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])
    return head.encode("latin-1", "replace") + octets


def message(method: str, **params: object) -> dict[str, object]:
    """Return a request of the newest revision."""
    meta = {f"{_PREFIX}/protocolVersion": MODERN, f"{_PREFIX}/clientCapabilities": {}}
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}


def call(tool: str, arguments: Mapping[str, object], *headers: tuple[str, str]) -> tuple[Any, ...]:
    """Return the body and the headers of the call of a tool, in the newest revision."""
    body = message("tools/call", name=tool, arguments=arguments)
    ours = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool))
    given = {name.lower() for name, _ in headers}
    return body, *(pair for pair in ours if pair[0].lower() not in given), *headers


def token_of(name: str) -> str:
    """Return a token as `bq-mcp token new` makes them."""
    return f"bqm_{name}".ljust(20, "Z") + "q7" * 14


def token_line(name: str, *options: str) -> str:
    """Return the line that lets in whoever has the token of this name."""
    return " ".join([name, f"sha256:{sha256(token_of(name).encode()).hexdigest()}", *options])


def bearer(credential: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {credential}"


def read_reply(connection: socket.socket) -> Reply:
    """Return the next reply on a connection."""
    response = HTTPResponse(connection)
    try:
        response.begin()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, headers, response.read())
    except (HTTPException, ConnectionError):
        return Reply(0, {}, b"")


@contextmanager
def serving(
    *options: str, folder: Path, address: str = "127.0.0.1:0", **settings: str
) -> Iterator[Door]:
    """Serve on a free port of this machine; `settings` are named without their prefix."""
    env = {f"BACKQUANT_{name}": value for name, value in settings.items()}
    with http_server(*options, folder=folder, address=address, **env) as running:
        yield Door(running)
        assert running.stop() == 0
