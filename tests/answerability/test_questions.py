"""Questions of a desk are settled by few calls, in every world."""

from collections import Counter
from statistics import median

import pytest

from bq_mcp.composites import bundled_composites
from tests.answerability.desk import unsettled
from tests.answerability.reading import of_every_market, questions
from tests.contract.sandbox_answers import SEEDS, offered


def test_the_calls_of_each_question_settle_it() -> None:
    found = list(unsettled(questions(), SEEDS[0]))
    assert not found, f"{len(found)} unsettled\n" + "\n\n".join(found)


@pytest.mark.sweep
@pytest.mark.parametrize("seed", SEEDS)
def test_they_settle_it_for_every_market(seed: int) -> None:
    found = list(unsettled(of_every_market(), seed))
    assert not found, f"{len(found)} unsettled\n" + "\n\n".join(found)


def test_there_are_enough_questions_and_few_calls() -> None:
    calls = [len(asked.calls) for asked in questions()]
    assert len(calls) >= 85
    assert median(calls) == 1
    assert max(calls) <= 3


def test_each_question_has_two_wordings_and_a_truth() -> None:
    texts = Counter(text.lower() for asked in questions() for text in (asked.ask, asked.again))
    assert set(texts.values()) == {1}
    assert all(asked.truths for asked in questions())


def test_every_tool_is_right_for_a_question() -> None:
    assert {
        tool for asked in questions() for tool in asked.right
    } == offered().tools.keys() | bundled_composites().keys()
    assert all(call.tool in asked.right for asked in questions() for call in asked.calls)
