"""`docs/tools.md` is made from the tools in force: when to use each, its arguments, one answer."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from bq_mcp.catalog import bundled_hints
from bq_mcp.composites import bundled_composites
from bq_mcp.tools import Inventory, Tool
from bq_mcp.tools.inventory import CompositeTool
from tests.contract.sandbox_answers import SEEDS, Case, answer, reply
from tests.contract.test_composites import ANCHOR, called, world

from ..unit.tools.offered import INVENTORY, TOOLS
from .snapshots import check

_WHOLE = Inventory(INVENTORY.catalog, bundled_hints(), composites=bundled_composites())
COMPOSITES = [tool for tool in _WHOLE.tools.values() if isinstance(tool, CompositeTool)]
HEAD = """\
# Tools

Made by `tests/snapshot/test_tools_page.py` from the bundled catalog, `prompts/composites.toml`,
`prompts/tools.toml` and the sandbox: all figures are SIMULATED. Every tool also takes `detail`
(brief, standard, full, raw).
"""


def test_the_page_of_tools_is_up_to_date() -> None:
    tools = sorted(TOOLS.values(), key=lambda tool: (tool.hint.toolset, tool.name))
    parts = [HEAD, "\n## brief\n", *("\n".join(_about(tool)) for tool in COMPOSITES)]
    for toolset, members in groupby(tools, key=lambda tool: tool.hint.toolset):
        parts += [f"\n## {toolset}\n", *("\n".join(_about(tool)) for tool in members)]
    check("../../docs/tools.md", "\n".join(parts))


def _about(tool: Tool) -> Iterator[str]:
    yield f"\n### `{tool.name}`: {tool.title}\n\n{tool.description}\n"
    required = tool.input_schema.get("required", ())
    for name, schema in tool.input_schema["properties"].items():
        if name != tool.endpoint.detail_name:
            yield f"- `{name}`{' (required)' * (name in required)}: {_words(schema)}"
    query = {name: _first(tool.input_schema["properties"][name]) for name in required}
    asked = "".join(f" {name}={value}" for name, value in query.items())
    text = _text(tool, query)
    yield f"\n`{tool.name}{asked}`\n\n```text\n{text}\n```"


def _text(tool: Tool, query: Mapping[str, str]) -> str:
    if isinstance(tool, CompositeTool):
        return called(world(SEEDS[0], 1), tool.name, **query).text
    case = Case(tool.endpoint.path, query)
    body = reply(case)
    return answer(case, "standard").text if body["success"] else str(body["error"]["message"])


def _first(schema: Mapping[str, Any]) -> str:
    """Return a value to ask with: the first of a set, two where a list is wanted, an expiry."""
    listed = schema.get("items", schema).get("enum", [ANCHOR])
    return ",".join(listed[:2]) if "items" in schema else listed[0]


def _words(schema: Mapping[str, Any]) -> str:
    """Return what a schema says of an argument in one line."""
    held = schema.get("items", schema)
    ends = [f"{held[end]} {word}" for end, word in _ENDS.items() if end in held]
    said = [
        str(schema.get("type")) + (f" of {held.get('type')}" if held is not schema else ""),
        ", ".join(map(str, held.get("enum", ()))),
        ", ".join(ends),
        f"default {schema['default']}" if "default" in schema else "",
        schema.get("description", ""),
    ]
    return "; ".join(filter(None, said))


_ENDS = {"minimum": "or more", "maximum": "or less"}
