"""`docs/choices.md` is made from the tools in force: what listing each choice of them costs."""

import json
from collections.abc import Iterable

import bpe_openai
import pytest

from bq_mcp.cli.inspect import choices, listing
from bq_mcp.composites import bundled_composites
from bq_mcp.tools import Offered
from tests.answerability.reading import questions

from ..unit.tools.test_toolbox import toolbox
from .snapshots import check

LIMITS = {"all": 12_500, "core": 3_800, "search": 450}
# Of the questions in `tests/answerability`, those that the core has a right tool for.
SETTLED = 0.75
TOOLBOX = toolbox(composites=bundled_composites())
EVERY = TOOLBOX.inventory.every
HEAD = """\
# What listing the tools costs

Made by `tests/snapshot/test_choices_page.py`: o200k tokens of names, descriptions and schemas, as
JSON without blanks.

| choice | tools | tokens |
|---|---|---|
"""
_encoding = bpe_openai.get_encoding("o200k_base")


def tokens(tools: Iterable[Offered]) -> int:
    lines = (json.dumps(listing(tool), ensure_ascii=False, separators=(",", ":")) for tool in tools)
    return sum(len(_encoding.encode(line)) for line in lines)


def test_the_page_of_choices_is_up_to_date() -> None:
    rows = [
        f"| `{words}` | {len(tools)} | {tokens(tools):,} |\n" for words, tools in choices(TOOLBOX)
    ]
    check("../../docs/choices.md", HEAD + "".join(rows))


@pytest.mark.parametrize("name", LIMITS)
def test_a_choice_costs_no_more_than_it_may(name: str) -> None:
    (tools,) = (tools for words, tools in choices(TOOLBOX) if name == words.split()[-1])
    assert tokens(tools) <= LIMITS[name]


def test_the_core_has_a_right_tool_for_most_questions() -> None:
    core = {tool.name for tool in dict(choices(TOOLBOX))["--toolsets core"]}
    settled = [
        question
        for question in questions()
        if core & {*question.right} or core >= {call.tool for call in question.calls}
    ]
    assert len(settled) >= SETTLED * len(questions())
