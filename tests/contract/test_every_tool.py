"""Every tool answers on the sandbox, for every symbol it takes, at every size, in both shapes."""

import re
from collections.abc import Iterator
from itertools import product
from typing import get_args

import pytest

from bq_mcp.tools import Tool
from bq_mcp.views.facts.freshness import Verdict
from bq_mcp.views.pages import PAGES
from bq_mcp.views.scene import BUDGETS
from tests.contract.sandbox_answers import SEEDS, Case, answer, offered, questions, reply
from tests.contract.test_view_budgets import DETAILS, FORBIDDEN, tokens

# A date and how old it is: a verdict, or why there is none.
DATED = re.compile(r"\d{4}-\d\d-\d\d")
JUDGED = re.compile("|".join([*get_args(Verdict), "data age unknown", "interval not stated"]))


def faults(case: Case) -> Iterator[str]:
    """Yield what is wrong with the answers to one question."""
    body = reply(case)
    if not body["success"]:
        if body["error"]["code"] != "NOT_FOUND":
            yield f"{case}: {body['error']}"
        return
    for detail in DETAILS:
        given = answer(case, detail)
        first, words = given.text.split("\n")[0], re.sub(r'"[^"\n]*"', "", given.text)
        wrong = {
            "too long": tokens(given.text) > BUDGETS[detail],
            "fell back": given.meta["view"] == "plain"
            or (given.meta["view"] == "forms" and case.path in PAGES),
            "holds no value": detail != "raw" and FORBIDDEN.search(words),
            "is not dated": not (DATED.search(first) and JUDGED.search(first)),
        }
        for fault, found in wrong.items():
            if found:
                yield f"{case} {detail} {fault}\n{given.text}"


@pytest.mark.parametrize(
    ("seeds", "shapes"),
    [(SEEDS[:1], (1,)), pytest.param(SEEDS, (1, 2), marks=pytest.mark.sweep)],
    ids=["some", "all"],
)
@pytest.mark.parametrize("tool", offered().tools.values(), ids=offered().tools)
def test_every_tool_answers(tool: Tool, seeds: tuple[int, ...], shapes: tuple[int, ...]) -> None:
    asked = [
        Case(tool.endpoint.path, query, seed, shape)
        for query, seed, shape in product(questions(tool), seeds, shapes)
    ]
    found = [fault for case in asked for fault in faults(case)]
    assert not found, f"{len(found)}\n" + "\n\n".join(found[:5])
    assert any(reply(case)["success"] for case in asked)
