"""Every answer of a hand-made view keeps its budget, counted by a real tokenizer."""

import bpe_openai
import pytest

from bq_mcp.views import Detail
from bq_mcp.views.rendering import BUDGETS
from tests.contract.sandbox_answers import SEEDS, answer, reply
from tests.contract.view_facts import ViewFacts, all_facts

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full", "raw")
_encoding = bpe_openai.get_encoding("o200k_base")


@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_every_answer_keeps_its_budget(view: ViewFacts) -> None:
    over = []
    for case in view.cases(SEEDS[:1]):
        body = dict(reply(case))
        if not body["success"]:
            continue
        for detail in DETAILS:
            spent = len(_encoding.encode(answer(case, detail, body).text))
            if spent > BUDGETS[detail]:
                over.append(f"{case} {detail}: {spent} tokens")
    assert not over, "\n".join(over)
