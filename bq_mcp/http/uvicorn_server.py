"""Run the application under uvicorn: signals, slow clients, an orderly end."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import h11
import uvicorn
from sse_starlette.sse import AppStatus
from uvicorn.protocols.http.h11_impl import H11Protocol

_HEAD_S = 10.0
# How long open connections are read from once the end has come.
_LAST_S = 0.5
_KEEP_ALIVE_S = 75
_HEAD_BYTES = 32 * 1024


class ImpatientProtocol(H11Protocol):
    """Closes a connection on which the head of a request does not arrive in time."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take in some bytes."""
        super().data_received(data)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        # Between two requests uvicorn's own timer runs.
        if self.conn.their_state is not h11.IDLE or self.timeout_keep_alive_task is not None:
            self._stop_waiting()
        elif self._timer is None:
            self._timer = self.loop.call_later(_HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class UvicornServer(uvicorn.Server):
    """Serves until SIGINT or SIGTERM; calls `end` before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, end: Callable[[], None]) -> None:
        super().__init__(config)
        self._end = end
        # It would cut off all streams at a signal, and with them answers that are under way.
        AppStatus.disable_automatic_graceful_drain()  # type: ignore[no-untyped-call]  # has no types

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, without raising it again once all is closed."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let those who listen go, then wait for the calls under way.

        A proxy that keeps connections open sends on until it is told: what arrives in the next
        moment is answered, with `Connection: close`, and not cut off unread.
        """
        self._end()
        for listening in self.servers:
            listening.close()
        if self.server_state.connections:
            await asyncio.sleep(_LAST_S)
        await super().shutdown(sockets)


def config_of(app: Any, *, patience: float, proxies: tuple[str, ...], most: int) -> uvicorn.Config:
    """Return how uvicorn is to serve `app`.

    `patience` is how many seconds calls may take once the end has come; `proxies` are believed
    about the address of a client; `most` bounds the connections.
    """
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        limit_concurrency=most,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(patience),
        h11_max_incomplete_event_size=_HEAD_BYTES,
    )
