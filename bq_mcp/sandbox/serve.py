"""The sandbox as an HTTP server on this machine."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread

import uvicorn
from fastapi import FastAPI

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.clock import Clock


def run(host: str, port: int, *, seed: int, clock: Clock, plan: str) -> None:
    """Serve until SIGINT or SIGTERM, then return; port 0 takes a free one.

    The address goes to stderr, where nothing is parsed as protocol. Call it from the main thread.

    Raises: OSError when the address cannot be bound, ValueError for an unknown plan.
    """
    app = create_app(seed=seed, clock=clock, plan=plan)
    with closing(_listen(host, port)) as listener:
        sys.stderr.write(
            f"bq-mcp sandbox: simulated market at {_base_url(listener)}/v2 "
            f"(seed {seed}, plan {plan})\n"
        )
        sys.stderr.flush()
        # uvicorn shuts down on a signal, then raises it again under the handler it found.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            _server(app).run(sockets=[listener])


@contextmanager
def serving(app: FastAPI, host: str = "127.0.0.1") -> Iterator[str]:
    """Serve `app` from a thread on a free port; yield its base URL, without the /v2."""
    server = _server(app)
    with closing(_listen(host, 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            # Already connectable: the backlog holds callers until the loop accepts them.
            yield _base_url(listener)
        finally:
            server.should_exit = True
            thread.join()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _base_url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _server(app: FastAPI) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=False,
            # The wall clock would contradict the clock the sandbox tells.
            date_header=False,
        )
    )
