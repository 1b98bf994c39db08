"""Answers to payloads of no known shape keep their facts, their budgets, and the truth."""

import bpe_openai
import pytest

from tests.contract.unseen.asking import BUDGETS, answer
from tests.contract.unseen.facts import wanted
from tests.contract.unseen.report import PATHS, line, report, share, verdicts
from tests.contract.unseen.worlds import cases

AT_STANDARD, LEADS_AT_BRIEF, AT_BRIEF, AT_WORST = 0.85, 0.80, 0.55, 0.40
_encoding = bpe_openai.get_encoding("o200k_base")


def test_every_endpoint_with_facts_has_payloads() -> None:
    assert set(PATHS) == set(wanted())
    assert all(len(cases(path)) >= 4 for path in PATHS)


def test_answers_keep_their_facts() -> None:
    found = [verdict for path in PATHS for verdict in verdicts(path)]
    held = (
        share(found, "standard") >= AT_STANDARD
        and share(found, "brief", leads=True) >= LEADS_AT_BRIEF
        and share(found, "brief") >= AT_BRIEF
    )
    assert held, "\n".join(report(PATHS))


@pytest.mark.parametrize("path", PATHS)
def test_no_endpoint_is_left_behind(path: str) -> None:
    found = verdicts(path)
    parts = (share(found, "standard"), share(found, "brief", leads=True), share(found, "brief"))
    assert min(parts) >= AT_WORST, line(path, found)


@pytest.mark.parametrize("path", PATHS)
def test_no_answer_is_wrong(path: str) -> None:
    wrong = [
        f"{verdict.case} {verdict.detail} {fault}"
        for verdict in verdicts(path)
        for fault in verdict.wrong
    ]
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("path", PATHS)
def test_answers_keep_their_budgets(path: str) -> None:
    texts = [(verdict.detail, verdict.text) for verdict in verdicts(path)]
    texts += [
        ("full", answer(case.path, case.query, case.body, "full")) for case in cases(path)[::2]
    ]
    for size, text in texts:
        assert len(_encoding.encode(text)) <= BUDGETS[size], f"{size}\n{text}"
