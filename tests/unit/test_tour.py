"""The questions of `bq-mcp try`."""

from bq_mcp.cli.tour import STEPS
from tests.unit.tools.offered import TOOLS


def test_the_tour_asks_each_group_of_tools() -> None:
    toolsets = {tool.hint.toolset for tool in TOOLS.values()}
    assert {TOOLS[step.tool].hint.toolset for step in STEPS} == toolsets
