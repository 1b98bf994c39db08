"""What each tool shows a client, under review in `tools/`."""

import json

import pytest

from bq_mcp.tools import Tool

from ..unit.tools.offered import TOOLS
from .snapshots import check, check_no_others


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_tool_is_offered_as_reviewed(tool: Tool) -> None:
    shown = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "input_schema": tool.input_schema,
    }
    check(f"tools/{tool.name}.json", json.dumps(shown, indent=1, ensure_ascii=False) + "\n")


def test_no_snapshot_outlives_its_tool() -> None:
    check_no_others("tools", [f"{name}.json" for name in TOOLS])
