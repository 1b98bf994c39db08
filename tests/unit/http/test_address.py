"""The socket that the server listens on."""

import asyncio
import socket

import pytest

from bq_mcp.errors import ConfigError
from bq_mcp.http import Address


def test_an_address_that_is_taken_is_told_once() -> None:
    with Address("127.0.0.1", 0).listen() as listening:
        port = listening.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"^cannot listen on 127.0.0.1:{port}: [a-z ]+$"):
            Address("127.0.0.1", port).listen()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.anyio
async def test_answers_are_sent_without_waiting_for_an_acknowledgement(host: str) -> None:
    accepted: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    listening = Address(host, 0).listen()
    port = listening.getsockname()[1]
    async with await asyncio.start_server(lambda _, writer: accepted.put(writer), sock=listening):
        _, caller = await asyncio.open_connection(host, port)
        served = await accepted.get()
        found = served.get_extra_info("socket")
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        caller.close()
        served.close()
