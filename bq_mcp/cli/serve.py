"""`bq-mcp serve`."""

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp.server import Server

    from ..compose import Service


def serve(*, sandbox: bool, protocol: str) -> None:
    """Serve one client over standard input and output until its input ends."""
    # Importing the SDK allocates a few hundred thousand objects that all stay: collecting among
    # them costs a fifth of the start-up time.
    gc.disable()
    from ..server import serve_stdio
    from .console import open_service, run

    server = make_server(open_service(sandbox=sandbox))
    gc.freeze()
    gc.enable()
    run(serve_stdio, server, protocol)


def make_server(service: "Service") -> "Server[Any]":
    """Return the MCP server over a service."""
    from .. import __version__
    from ..server import build_server
    from ..views import render_instructions

    return build_server(
        service.toolbox,
        version=__version__,
        instructions=render_instructions,
        resources=service,
        warm=service.transport.warm,
    )
