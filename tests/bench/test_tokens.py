"""What listing and answering cost in tokens, by a real tokenizer, beside upstream's own JSON."""

import json
from datetime import UTC, datetime

import anyio
import bpe_openai
import pytest

from bq_mcp.compose import InProcess, bundled_snapshot, compose
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.settings import load_settings
from bq_mcp.tools import Toolbox

NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)
QUESTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("gex_levels", {}),
    ("gex_strike_profile", {}),
    ("gex_max_pain", {}),
    ("multi_gex_levels", {"symbols": "BTC,ETH,SOL,HYPE"}),
    ("options_expiry_summary", {}),
    ("options_opex", {}),
    ("options_chain", {}),
    ("options_iv_term_structure", {"historical_compare_days": 30}),
    ("options_iv_skew", {}),
    ("options_probability_density", {"confidence_band": 0.68}),
    ("options_greeks_trace", {"greek": "gamma"}),
    ("expiries", {}),
    ("status", {}),
    ("symbols", {}),
    ("meta", {}),
    ("endpoints", {}),
    ("changelog", {}),
    ("health", {}),
)
DETAILS = ("brief", "standard", "full", "raw")
pytestmark = pytest.mark.bench
_encoding = bpe_openai.get_encoding("o200k_base")


def tokens(text: str) -> int:
    return len(_encoding.encode(text))


def test_tokens_to_list_and_to_answer() -> None:
    anyio.run(_report)


async def _report() -> None:
    async def load() -> object:
        return create_app(clock=lambda: NOW, plan="enterprise")

    service = compose(load_settings(), sandbox=InProcess(load, SANDBOX_KEY))
    async with service:
        toolbox = service.toolbox
        listed = [
            {"name": t.name, "description": t.description, "inputSchema": t.input_schema}
            for t in toolbox.inventory.tools.values()
        ]
        compact = sum(tokens(json.dumps(tool, separators=(",", ":"))) for tool in listed)
        print(f"\nlist of {len(bundled_snapshot().endpoints)} tools: {compact:,} tokens")
        print(f"{'tool':28}" + "".join(f"{name:>10}" for name in (*DETAILS, "upstream")))
        for tool, arguments in QUESTIONS:
            costs = [await _cost(toolbox, tool, arguments, detail) for detail in DETAILS]
            call = toolbox.inventory.tools[tool].checker.prepare(arguments, NOW)
            reply = await service.client.get(call.path, call.pairs)
            costs.append(tokens(json.dumps(reply.envelope.data, separators=(",", ":"))))
            print(f"{tool:28}" + "".join(f"{cost:>10,}" for cost in costs))


async def _cost(toolbox: Toolbox, tool: str, arguments: dict[str, object], detail: str) -> int:
    return tokens((await toolbox.call(tool, {**arguments, "detail": detail})).text)
