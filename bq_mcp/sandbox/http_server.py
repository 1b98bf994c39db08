"""The sandbox as an HTTP server on this machine."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.connection import attach_connection
from bq_mcp.sandbox.faults import NO_FAULTS, Schedule
from bq_mcp.sandbox.wall_clock import WallClock

if TYPE_CHECKING:
    from bq_mcp.sandbox.market import Scenario


def run(
    host: str,
    port: int,
    *,
    seed: int,
    clock: WallClock,
    plan: str,
    faults: Schedule = NO_FAULTS,
    scenario: "Scenario | None" = None,
    shapes: int = 1,
) -> None:
    """Serve until SIGINT or SIGTERM, then return; port 0 takes a free one.

    The address goes to stderr, where nothing is parsed as protocol. Call it from the main thread.

    Raises: OSError when the address cannot be bound, ValueError for an unknown plan or a fault
    that cannot happen on it.
    """
    app = create_app(
        seed=seed, clock=clock, plan=plan, faults=faults, scenario=scenario, shapes=shapes
    )
    with closing(_listen(host, port)) as listener:
        server = _SandboxServer(app, listener)
        sys.stderr.write(
            f"bq-mcp sandbox: simulated market at {server.base_url}/v2 "
            f"(seed {seed}, scenario {scenario.name if scenario else 'mixed'}, "
            f"plan {plan}, faults {len(faults.faults)})\n"
        )
        sys.stderr.flush()
        # uvicorn shuts down on a signal, then raises it again under the handler it found.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            server.run(sockets=server.opening)


@contextmanager
def serving(app: FastAPI, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve `app` from a thread on a free port; yield its base URL, without the /v2.

    Where a `refused` fault is open already, nobody listens there yet.
    """
    with closing(_listen(host, 0)) as listener:
        server = _SandboxServer(app, listener)
        thread = Thread(target=server.run, kwargs={"sockets": server.opening}, daemon=True)
        thread.start()
        try:
            # Connectable without waiting: the backlog holds callers until the loop accepts them.
            yield server.base_url
        finally:
            server.should_exit = True
            thread.join()


class _SandboxServer(uvicorn.Server):
    """uvicorn that stops listening while the schedule refuses connections."""

    def __init__(self, app: FastAPI, listener: socket.socket) -> None:
        super().__init__(_config(app))
        self._refuses = app.state.refuses_connections
        self._host, self._port = listener.getsockname()[:2]
        self.opening = [listener]
        if self._refuses():
            listener.close()
            self.opening = []

    @property
    def base_url(self) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def on_tick(self, counter: int) -> bool:
        """Follow the schedule, some ten times a second."""
        if self._refuses() and self.servers:
            for server in self.servers:
                server.close()
            self.servers = []
        elif not self._refuses() and not self.servers:
            await self.startup(sockets=[_listen(self._host, self._port)])
        return await super().on_tick(counter)


class _ConnectionProtocol(H11Protocol):
    """HTTP/1.1 whose application can reach the connection under a request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._application: ASGIApp = self.app
        self.app = self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        attach_connection(self.transport, scope)
        await self._application(scope, receive, send)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio leaves Nagle's algorithm on and each reply waits 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_ConnectionProtocol,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        # The wall clock would contradict the clock the sandbox tells.
        date_header=False,
    )
