"""`bq-mcp serve`."""

import gc
import sys
from typing import TYPE_CHECKING

from ..logs import hear_libraries
from .exits import UsageFault, say

if TYPE_CHECKING:
    from ..compose import Service
    from ..server import ToolServer

# Kept replies are hundreds of thousands of objects, and no garbage. Looking through them as often
# as by default takes a tenth of the time of a miss, and all others wait for a tenth of a second.
_GARBAGE = (10_000, 20, 20)


def serve(*, sandbox: bool, **options: str | None) -> None:
    """Serve one client over standard input and output until its input ends.

    Raises:
        UsageFault: one of the two is closed.
    """
    if sys.stdin is None or sys.stdout is None:
        raise UsageFault("serve speaks over standard input and output, and one of them is closed")
    if sys.stdin.isatty():
        say(
            "bq-mcp serve waits here for an MCP client, which starts it by itself (see the README)."
            " To try it by hand: bq-mcp try, or bq-mcp call gex_levels --sandbox. Ctrl+C ends it.",
            err=True,
        )
    # Importing the SDK allocates a few hundred thousand objects that all stay: collecting among
    # them costs a fifth of the start-up time.
    gc.disable()
    from ..server import serve_stdio
    from .console import open_service, run

    service = open_service(sandbox=sandbox, **options)
    hear_libraries()
    server = make_server(service)
    gc.freeze()
    gc.enable()
    run(serve_stdio, server, patience=service.settings.longest_answer_seconds)


def serve_over_http(
    address: str, *, sandbox: bool, metrics: str | None, **options: str | None
) -> None:
    """Serve any number of clients over HTTP until a signal ends it."""
    gc.disable()
    from ..compose import real_clock
    from ..http import Address, load_http_settings, serve_http
    from ..settings import load_settings
    from .console import chosen, in_process, run, set_up_logs

    settings = load_settings(**chosen(options))
    http = load_http_settings(**chosen({"metrics": metrics}))
    set_up_logs(settings)
    hear_libraries()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    gc.enable()
    run(
        serve_http,
        settings,
        http,
        Address.read(address),
        real_clock(),
        sandbox=in_process() if sandbox else None,
        tell=lambda line: say(line, err=True),
    )


def make_server(service: "Service") -> "ToolServer":
    """Return the MCP server over a service."""
    from .. import __version__
    from ..server import build_server, instructions_for

    return build_server(
        service.offer,
        version=__version__,
        instructions=instructions_for(service.offer),
        parts=service,
        client=service.client,
        clock=service.clock,
        warm=service.line.transport.warm,
    )
