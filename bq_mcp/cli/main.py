"""All commands and their options; what they do is imported when one is run."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from .. import __version__
from ..api_key import is_harmless
from ..errors import ConfigError
from ..logs import redact_stderr
from ..text import MASK
from .exits import UsageFault, fail, say, write_utf8

app = typer.Typer(
    name="bq-mcp",
    help="BackQuant options and gamma data for language-model agents, over MCP.\n\n"
    "The key is read from BACKQUANT_API_KEY; --sandbox needs none and answers simulated data.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
catalog_app = typer.Typer(help="Show, compare or store the endpoint catalog.", no_args_is_help=True)
app.add_typer(catalog_app, name="catalog")
token_app = typer.Typer(help="Make bearer tokens for the server over HTTP.", no_args_is_help=True)
app.add_typer(token_app, name="token")

SandboxFlag = Annotated[
    bool, typer.Option("--sandbox", help="Use the simulated market in this process; no key.")
]
ToolsetsOption = Annotated[
    str | None, typer.Option(metavar="NAMES", help="Offer these toolsets, as core,vol.")
]
ToolsOption = Annotated[
    str | None, typer.Option(metavar="NAMES", help="Offer these tools, beside the toolsets.")
]
ExcludeOption = Annotated[
    str | None, typer.Option(metavar="NAMES", help="Never offer these tools.")
]
ModeOption = Annotated[
    Literal["tools", "search"] | None,
    typer.Option(help="Offer the tools themselves, or three that find and call them."),
]
HTTP_ADDRESS = "127.0.0.1:8766"
# Stated again: their owners would make each command start later.
PlanName = Literal["starter", "standard", "pro", "enterprise", "evaluation"]
DetailName = Literal["brief", "standard", "full", "raw"]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        say(__version__)
        raise typer.Exit


@app.command()
def serve(
    sandbox: SandboxFlag = False,
    toolsets: ToolsetsOption = None,
    tools: ToolsOption = None,
    exclude_tools: ExcludeOption = None,
    mode: ModeOption = None,
    http: Annotated[
        str | None,
        typer.Option(
            metavar="[HOST:PORT]",
            help=f"Serve over HTTP, at {HTTP_ADDRESS} by itself. docs/deploy.md has its settings.",
        ),
    ] = None,
    metrics: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Over HTTP: serve metrics there.")
    ] = None,
) -> None:
    """Serve MCP over standard input and output, or over HTTP."""
    from .serve import serve as run
    from .serve import serve_over_http

    chosen = {"toolsets": toolsets, "tools": tools, "exclude_tools": exclude_tools, "mode": mode}
    if http is None:
        if metrics:
            raise UsageFault("--metrics goes with --http")
        run(sandbox=sandbox, **chosen)
    else:
        serve_over_http(http, sandbox=sandbox, metrics=metrics, **chosen)


@app.command("try")
def try_() -> None:
    """Ask the sandbox a desk's questions through a real MCP client, and print the answers."""
    from .tour import tour

    tour()


@app.command()
def tools(
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False,
    sandbox: SandboxFlag = False,
    toolsets: ToolsetsOption = None,
    tools: ToolsOption = None,
    exclude_tools: ExcludeOption = None,
    mode: ModeOption = None,
) -> None:
    """List the tools on offer and the other choices, with what each costs in tokens."""
    from .inspect import list_tools

    list_tools(
        as_json=as_json,
        sandbox=sandbox,
        toolsets=toolsets,
        tools=tools,
        exclude_tools=exclude_tools,
        mode=mode,
    )


@app.command()
def call(
    tool: Annotated[str, typer.Argument(help="Name of the tool, as gex_levels.")],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="As symbol=BTCUSDT.")
    ] = None,
    detail: Annotated[DetailName | None, typer.Option(help="How much to answer.")] = None,
    sandbox: SandboxFlag = False,
) -> None:
    """Call one tool and print its answer; exit 1 if the answer is an error."""
    from .inspect import call_tool

    call_tool(tool, arguments or [], detail=detail, sandbox=sandbox)


@catalog_app.command("show")
def catalog_show(sandbox: SandboxFlag = False) -> None:
    """Print the catalog in force as JSON."""
    from .catalogs import show

    show(sandbox=sandbox)


@catalog_app.command("diff")
def catalog_diff() -> None:
    """Compare upstream's catalog with the last copy and the snapshot; exit 1 if they differ."""
    from .catalogs import diff

    diff()


@catalog_app.command("snapshot")
def catalog_snapshot(
    out: Annotated[
        str | None, typer.Option(help="File to write; the bundled one if left out.")
    ] = None,
) -> None:
    """Write the sandbox's catalog as the bundled snapshot."""
    from .catalogs import write_snapshot

    write_snapshot(out)


@token_app.callback()
def _token_commands() -> None:
    """Make bearer tokens for the server over HTTP."""


@token_app.command("new")
def token_new(
    name: Annotated[str, typer.Argument(help="Whom it is for; logs show it.")],
    expires: Annotated[
        str | None, typer.Option(metavar="DAY", help="Last day, as 2027-01-31, or days, as 90.")
    ] = None,
    toolsets: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Only these toolsets, as vol,flow.")
    ] = None,
    calls: Annotated[int | None, typer.Option(min=1, help="Most calls a minute.")] = None,
    file: Annotated[
        Path | None, typer.Option(help="Add the line to this file, made where there is none.")
    ] = None,
) -> None:
    """Print a new token once, and the line for the server's file with its hash."""
    from .token import new_token

    new_token(name, expires=expires, toolsets=toolsets, calls=calls, file=file)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port on loopback.")] = 8765,
    seed: Annotated[int, typer.Option(help="Seed of the simulated market.")] = 10,
    clock: Annotated[
        str | None,
        typer.Option(metavar="ISO", help="Start the clock here, as 2026-11-20T14:30:00Z."),
    ] = None,
    plan: Annotated[PlanName, typer.Option(help="Burst, quota and history of every key.")] = "pro",
    scenario: Annotated[
        str,
        typer.Option(metavar="NAME[@ISO]", help="What goes on, as docs/sandbox.md says."),
    ] = "mixed",
    faults: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Schedule of faults, as docs/sandbox.md says."),
    ] = None,
    shapes: Annotated[
        int, typer.Option(min=1, max=2, help="How answers look whose shape is not published.")
    ] = 1,
) -> None:
    """Serve the sandbox API over HTTP on loopback."""
    from .sandbox import run_sandbox

    run_sandbox(
        port=port,
        seed=seed,
        clock=clock,
        plan=plan,
        scenario=scenario,
        faults=faults,
        shapes=shapes,
    )


@app.command()
def doctor(sandbox: SandboxFlag = False) -> None:
    """Check settings, key, reachability, plan and clock; exit 1 if something is wrong."""
    from .doctor import examine

    examine(sandbox=sandbox)


def _with_address(arguments: list[str]) -> list[str]:
    """Return the arguments with an address behind an `--http` that stands alone."""
    filled = []
    for place, word in enumerate(arguments):
        following = arguments[place + 1 : place + 2]
        is_alone = word == "--http" and (not following or following[0].startswith("-"))
        filled.append(f"--http={HTTP_ADDRESS}" if is_alone else word)
    return filled


def main() -> None:
    """Run the command line; a wrong setting or argument is one line and exit code 2."""
    write_utf8()
    redact_stderr()
    # Before any setting is read: what is wrong with a command line repeats parts of it.
    for name, value in os.environ.items():
        if name.upper() == "BACKQUANT_API_KEY" and not is_harmless(value.strip()):
            MASK.add(value.strip())
    try:
        app(_with_address(sys.argv[1:]))
    except (ConfigError, UsageFault) as exc:
        fail(str(exc), code=2)
    except BrokenPipeError:
        # The reader of our output left, as `| head` does.
        sys.stderr.close()
        sys.exit(1)
