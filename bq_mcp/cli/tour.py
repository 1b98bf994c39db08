"""`bq-mcp try`: a desk's questions, asked of a real server process through a real client."""

import sys
import time
from dataclasses import dataclass, field
from typing import Any

from ..views.fit.size import estimate
from .console import require_sandbox, run
from .exits import fail, say


@dataclass(frozen=True, slots=True)
class Step:
    """A question as a person puts it, and the tool call that answers it."""

    question: str
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


STEPS = (
    Step("Where is the BTC gamma flip, and how old is the number?", "gex_levels"),
    Step("Is dealer gamma positive around spot?", "gex_strike_profile", {"spot_window_pct": 10}),
    Step("Just the ETH levels, in one breath.", "gex_levels", {"symbol": "eth", "detail": "brief"}),
    Step("All four markets side by side?", "multi_gex_levels", {"symbols": "btc,eth,sol,hype"}),
    Step("Which expiry carries what on BTC?", "options_expiry_summary"),
    Step("What rolls off at the next big expiry?", "options_opex", {"types": "monthly,quarterly"}),
    Step("Where is max pain on ETH?", "gex_max_pain", {"symbol": "ETH-USD"}),
    Step(
        "How is the BTC vol curve shaped, and what changed in a week?",
        "options_iv_term_structure",
        {"historical_compare_days": "7"},
    ),
    Step("Are puts or calls dearer?", "options_iv_skew"),
    Step(
        "What range is priced for the coming weeks?",
        "options_probability_density",
        {"dte_max": 40, "confidence_band": 0.68},
    ),
    Step(
        "Show the near-the-money contracts of the next three days.",
        "options_chain",
        {"dte_max": 3, "moneyness_min": 0.95, "moneyness_max": 1.05},
    ),
    Step("Where would gamma sit as the day goes on?", "options_greeks_trace", {"greek": "gamma"}),
    Step("Is that range wide for one day?", "options_expected_move", {"detail": "brief"}),
    Step("Is volatility rich against what was realised?", "options_iv_iv_rv", {"detail": "brief"}),
    Step("What are dealers hedging this morning?", "gex_dealer_flow", {"detail": "brief"}),
    Step("Who bought what in the last day?", "tape_stats", {"detail": "brief"}),
    Step("The largest trades?", "tape_whale", {"detail": "brief"}),
    Step("What did price do overnight?", "market_candles", {"hours": 24, "detail": "brief"}),
    Step("Are longs paying?", "market_funding", {"hours": 72, "detail": "brief"}),
    Step("Where would liquidations cluster?", "liquidation_distribution", {"detail": "brief"}),
    Step("Did the funds take money in?", "etf_flows", {"symbol": "btc", "detail": "brief"}),
    Step("Which HYPE expiries are listed?", "expiries", {"symbol": "hype"}),
    Step("Is all of this fresh?", "status", {"detail": "brief"}),
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
        say(f"{len(listed.tools)} tools listed {_ms(started)} ms after the start")
        say("Everything below is SIMULATED by the sandbox; it is not market data.")
        good = [await _ask(client, step) for step in STEPS]
    return all(good)


async def _ask(client: Any, step: Step) -> bool:
    asked = time.perf_counter()
    result = await client.call_tool(step.tool, step.arguments)
    took = _ms(asked)
    text = "\n".join(block.text for block in result.content if block.type == "text")
    given = " ".join(f"{name}={value}" for name, value in step.arguments.items())
    say(f"\n? {step.question}")
    say(f"> {' '.join([step.tool, given]).rstrip()}")
    say(text)
    say(f"[about {estimate(text)} tokens, {took} ms]")
    return "SIMULATED" in text


def _ms(since: float) -> int:
    return round((time.perf_counter() - since) * 1000)
