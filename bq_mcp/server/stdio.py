"""Serve one client over standard input and output."""

import os
import signal
from typing import Any, Literal

import anyio
from mcp.server import Server
from mcp.server.runner import serve_loop
from mcp.server.stdio import stdio_server

ProtocolEra = Literal["auto", "legacy"]


async def serve_stdio(server: Server[Any], protocol: ProtocolEra = "auto") -> None:
    """Serve until the input ends or a signal arrives.

    `legacy` answers the handshake revisions only, for hosts that probe with `server/discover` and
    then send `initialize` on the same pipe.
    """
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_leave_on_signal)
        async with stdio_server() as (read, write):
            options = server.create_initialization_options()
            if protocol == "legacy":
                async with server.lifespan(server) as state:
                    await serve_loop(
                        server, read, write, lifespan_state=state, init_options=options
                    )
            else:
                await server.run(read, write, options)
        tasks.cancel_scope.cancel()


async def _leave_on_signal() -> None:
    try:
        with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
            async for _ in signals:
                # A worker thread is blocked reading standard input and cannot be cancelled:
                # an orderly shutdown would wait for a line that never comes. Nothing is held
                # that the system does not release.
                os._exit(0)
    except NotImplementedError:
        # No signal receivers on this platform's event loop; the default handlers stay.
        return
