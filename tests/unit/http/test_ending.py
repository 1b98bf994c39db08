"""What is on its way when the server ends."""

import socket
from typing import Any

import anyio
import pytest
from anyio import to_thread

from bq_mcp.http.address import Address
from bq_mcp.http.serve import build
from bq_mcp.http.settings import HttpSettings
from bq_mcp.http.uvicorn_server import UvicornServer, config_of
from bq_mcp.settings import Settings

from ...support import still_clock

pytestmark = pytest.mark.anyio
ASK = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def replies(client: socket.socket) -> bytes:
    """Return all that is said until the connection is closed in order."""
    said = b""
    while more := client.recv(4096):
        said += more
    return said


async def test_what_was_sent_before_the_end_was_known_is_answered_and_the_connection_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The catalog is not asked for: this machine has no upstream.
    monkeypatch.setattr("bq_mcp.http.app.HttpApp._keep_catalog", _nothing)
    address = Address("127.0.0.1", 0)
    app = build(Settings(), HttpSettings(), address, still_clock(), sandbox=None).app
    with address.listen() as listening:
        client = socket.create_connection(listening.getsockname())
        client.settimeout(20)

        def end() -> None:
            app.end()
            client.sendall(ASK)

        server = UvicornServer(config_of(app, patience=20, proxies=(), most=9), end)
        async with app, anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listening])
            await to_thread.run_sync(client.sendall, ASK)
            first = await to_thread.run_sync(client.recv, 4096)
            server.should_exit = True
            last = await to_thread.run_sync(replies, client)
    client.close()
    assert b" 503 " in first and b"connection: close" not in first
    assert b" 503 " in last and b"connection: close" in last and last.endswith(b"ending\n")


async def _nothing(app: Any) -> None:
    """Do nothing."""
