"""Whether upstream answered lately, whoever asked."""

from collections.abc import Callable
from math import inf

from ..client import RawReply, Request, Send
from ..errors import TransportError

# After that somebody has to ask again to find out.
_LATELY_S = 30.0


class Reach:
    """Watches what is sent upstream; `monotonic` gives seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failed = -inf

    @property
    def is_lost(self) -> bool:
        """Whether the last request failed a moment ago without a reply."""
        return self._monotonic() - self._failed < _LATELY_S

    def watching(self, send: Send) -> Send:
        """Return `send`, watched."""

        async def watched(request: Request) -> RawReply:
            try:
                reply = await send(request)
            except TransportError:
                self._failed = self._monotonic()
                raise
            self._failed = -inf
            return reply

        return watched
