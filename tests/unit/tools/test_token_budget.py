"""What listing the tools costs a model."""

import json

from bpe_openai import get_encoding

from bq_mcp.tools import Tool

from .offered import TOOLS

LIST_BUDGET = 12_000
TOOL_BUDGET = 500


def cost(tool: Tool) -> int:
    shown = {"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}
    text = json.dumps(shown, separators=(",", ":"), ensure_ascii=False)
    return len(get_encoding("o200k_base").encode(text))


def test_listing_all_tools_stays_within_its_budget() -> None:
    costs = {name: cost(tool) for name, tool in TOOLS.items()}
    dearest = sorted(costs.items(), key=lambda item: -item[1])[:5]
    assert sum(costs.values()) <= LIST_BUDGET, (sum(costs.values()), dearest)
    assert dearest[0][1] <= TOOL_BUDGET, dearest
