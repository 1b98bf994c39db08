"""The connection under a request, for a fault that breaks it."""

import socket
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from starlette.types import Receive, Scope

_EXTENSION = "bq_mcp.connection"
_LINGER = struct.Struct("hh" if sys.platform == "win32" else "ii")


class Connection:
    """A TCP connection that can be ended without the reply being complete."""

    def __init__(self, transport: "asyncio.Transport") -> None:
        self._transport = transport

    def reset(self) -> None:
        """Drop what is not sent yet and answer the peer with a TCP reset."""
        raw = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER.pack(1, 0))
        self._transport.abort()

    def close(self) -> None:
        """Send what was written, then close."""
        self._transport.close()


def attach_connection(transport: "asyncio.Transport", scope: "Scope") -> None:
    """Hang the connection on the request's scope, where `connection_of` finds it."""
    scope.setdefault("extensions", {})[_EXTENSION] = Connection(transport)


def connection_of(scope: "Scope") -> Connection | None:
    """Return the connection of a request, or None where it came over no socket."""
    connection: Connection | None = scope.get("extensions", {}).get(_EXTENSION)
    return connection


async def until_gone(receive: "Receive") -> None:
    """Return when the peer has left or the connection is closed."""
    while (await receive())["type"] != "http.disconnect":
        pass
