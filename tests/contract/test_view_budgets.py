"""Every answer of a hand-made view keeps its budget, counted by a real tokenizer."""

import re
from collections.abc import Iterator
from random import Random

import bpe_openai
import pytest

from bq_mcp.views import Detail
from bq_mcp.views.pages import PAGES
from bq_mcp.views.scene import BUDGETS
from tests.contract.extremes import extremes
from tests.contract.sandbox_answers import SEEDS, Case, answer, made, put, reply
from tests.contract.unseen.report import PATHS
from tests.contract.view_facts import ViewFacts, all_facts
from tests.contract.view_numbers import strangers, unfounded

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full", "raw")
FORBIDDEN = re.compile(r"\b(none|null|nan|undefined)\b", re.IGNORECASE)
_encoding = bpe_openai.get_encoding("o200k_base")


def tokens(text: str) -> int:
    return len(_encoding.encode(text))


# Those of forms are counted by `test_every_tool.py` in the default run.
@pytest.mark.parametrize(
    "view",
    [
        pytest.param(view, id=view.path, marks=[] if view.path in PAGES else pytest.mark.sweep)
        for view in all_facts()
    ],
)
def test_every_answer_keeps_its_budget(view: ViewFacts) -> None:
    over = []
    for case in view.cases(SEEDS[:1]):
        body = dict(reply(case))
        if not body["success"]:
            continue
        for detail in DETAILS:
            spent = tokens(answer(case, detail, body).text)
            if spent > BUDGETS[detail]:
                over.append(f"{case} {detail}: {spent} tokens")
    assert not over, "\n".join(over)


def faults(case: Case) -> Iterator[str]:
    """Yield what is wrong with the answers to one question."""
    body = put(case)
    if not body["success"]:
        return
    for detail in DETAILS:
        given = answer(case, detail, body)
        wrong = []
        if (spent := tokens(given.text)) > BUDGETS[detail]:
            wrong.append(f"{spent} tokens")
        if detail != "raw":
            view = str(given.meta["view"])
            sources = [body["data"], body["meta"], dict(case.query)]
            wrong += FORBIDDEN.findall(re.sub(r'"[^"\n]*"', "", given.text))
            if view == "plain" or (view == "forms" and case.path in PAGES):
                wrong.append(view)
            handed = made(case, detail, body)
            # The figures of the others are checked against payloads nobody wrote code for.
            if case.path not in PATHS:
                wrong += strangers(given.text, sources, handed)
                wrong += unfounded(handed, sources)
        if wrong:
            yield f"{case} {detail}: {wrong[:4]}\n{given.text}"


# The default run asks one question of each view, the sweep up to a hundred.
@pytest.mark.parametrize(
    "most",
    [pytest.param(1, id="one"), pytest.param(100, id="many", marks=pytest.mark.sweep)],
)
@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_answers_hold_at_the_ends_of_every_parameter(view: ViewFacts, most: int) -> None:
    asked = list(extremes(view.path, SEEDS[1]))
    chosen = Random(view.path).sample(asked, min(most, len(asked)))
    found = [fault for case in chosen for fault in faults(case)]
    assert not found, f"{len(found)}\n" + "\n\n".join(found[:6])
