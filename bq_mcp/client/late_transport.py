"""Put off importing the HTTP library until it is needed: the client waits for the list of tools."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from .model import RawReply, Request

if TYPE_CHECKING:
    from .transport import HttpTransport


class LateTransport:
    """A transport that is made at the first request; use as an async context manager.

    `make` runs in a worker thread, because it imports the HTTP library.
    """

    def __init__(self, make: "Callable[[], HttpTransport]") -> None:
        self._make = make
        self._made: HttpTransport | None = None
        self._making = anyio.Lock()

    async def __aenter__(self) -> "LateTransport":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self._made is not None:
            await self._made.__aexit__(*exc_info)

    async def send(self, request: Request) -> RawReply:
        """Return the reply to `request`, as the transport itself does."""
        return await (self._made or await self._first()).send(request)

    async def warm(self) -> None:
        """Make it, and open its connection pool, ahead of the first request."""
        await (self._made or await self._first()).warm()

    async def _first(self) -> "HttpTransport":
        async with self._making:
            if self._made is None:
                self._made = await anyio.to_thread.run_sync(self._make)
            return self._made
