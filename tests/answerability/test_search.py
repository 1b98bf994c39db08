"""A search finds a tool that answers among its first three."""

from collections.abc import Iterable

import anyio
import pytest

from bq_mcp.composites import bundled_composites
from bq_mcp.tools import SearchMode
from tests.unit.tools.test_toolbox import toolbox

from .reading import Question, questions

FIRST = 3
SHARE = 0.95


def missed(asked: Iterable[tuple[str, Question]]) -> list[str]:
    """Return the wordings for which no right tool is among the first."""
    mode = SearchMode(toolbox(composites=bundled_composites()))

    async def look() -> list[str]:
        lost = []
        for words, question in asked:
            text = (await mode.call("find_tools", {"query": words})).text
            names = [line.split("(")[0] for line in text.splitlines()[1 : FIRST + 1]]
            if not set(names) & set(question.right):
                lost.append(f"{words}: {names}, not {question.right}")
        return lost

    return anyio.run(look)


@pytest.mark.parametrize("wording", ["ask", "again"])
def test_a_right_tool_is_among_the_first_three(wording: str) -> None:
    lost = missed((getattr(question, wording), question) for question in questions())
    assert len(lost) <= (1 - SHARE) * len(questions()), "\n".join(lost)
