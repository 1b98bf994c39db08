"""`bq-mcp try`: a desk's questions, asked of a real server process through a real client."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

import typer

from ..views import estimate
from .console import require_sandbox, run
from .exits import fail


@dataclass(frozen=True, slots=True)
class Step:
    """A question as a person puts it, and the tool call that answers it."""

    question: str
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


STEPS = (
    Step("Where is the BTC gamma flip, and how old is the number?", "gex_levels"),
    Step("Just the ETH levels, in one breath.", "gex_levels", {"symbol": "eth", "detail": "brief"}),
    Step(
        "Under the textbook signs, what are the BTC walls, max pain and one-day range?",
        "gex_levels",
        {"positioning": "std", "include": "max_pain,expected_move,zones,ranked"},
    ),
    Step(
        "What does Deribit alone say about BTC?",
        "gex_levels",
        {"symbol": "BTC-USD", "exchanges": ["deribit"]},
    ),
    Step(
        "Put all four markets side by side.",
        "multi_gex_levels",
        {"symbols": ["btc", "eth", "sol", "hype"]},
    ),
    Step("Which BTC expiries are listed?", "expiries", {"symbol": "BTCUSDT"}),
    Step("And for HYPE?", "expiries", {"symbol": "hype"}),
    Step("Is the data service healthy right now?", "status"),
    Step("What is covered at the moment?", "symbols"),
    Step("What changed in the API lately?", "changelog"),
    Step("Which endpoints are there?", "endpoints", {"detail": "brief"}),
    Step("Levels for Dogecoin?", "gex_levels", {"symbl": "DOGE"}),
)


def tour() -> None:
    """Start the server on the sandbox as a child process, ask, and print what came back."""
    require_sandbox()
    if not run(_tour):
        fail("an answer was missing or did not say that it is simulated")


async def _tour() -> bool:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    command = StdioServerParameters(
        command=sys.executable, args=["-m", "bq_mcp", "serve", "--sandbox"]
    )
    started = time.perf_counter()
    async with Client(command) as client:
        listed = await client.list_tools()
        typer.echo(f"{len(listed.tools)} tools listed {_ms(started)} ms after the start")
        typer.echo("Everything below is SIMULATED by the sandbox; none of it is market data.")
        good = [await _ask(client, step) for step in STEPS]
    return all(good)


async def _ask(client: Any, step: Step) -> bool:
    asked = time.perf_counter()
    result = await client.call_tool(step.tool, step.arguments)
    took = _ms(asked)
    text = "\n".join(block.text for block in result.content if block.type == "text")
    given = " ".join(f"{name}={value}" for name, value in step.arguments.items())
    typer.echo(f"\n? {step.question}")
    typer.echo(f"> {' '.join([step.tool, given]).rstrip()}")
    typer.echo(text)
    typer.echo(f"[about {estimate(text)} tokens, {took} ms]")
    return "SIMULATED" in text


def _ms(since: float) -> int:
    return round((time.perf_counter() - since) * 1000)
