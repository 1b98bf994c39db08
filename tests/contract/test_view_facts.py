"""Each answer settles the questions it must: label and figure stand on one line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bq_mcp.views import Detail
from bq_mcp.views.pages import PAGES
from tests.contract.sandbox_answers import SEEDS, Case, answer, reply
from tests.contract.view_facts import Fact, ViewFacts, all_facts, evaluate, settles

# A published shape is the same in both.
SHAPES = (1, 2)
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")


# Of answers made from forms the default run asks one world, the sweep all of them.
WORLDS = pytest.mark.parametrize(
    "seeds", [SEEDS[:1], pytest.param(SEEDS, marks=pytest.mark.sweep)], ids=["some", "all"]
)


def cases(view: ViewFacts, seeds: tuple[int, ...]) -> Iterator[Case]:
    """Yield the questions of a view in some worlds; those of a page in all of them."""
    yield from view.cases(SEEDS if view.path in PAGES else seeds)


def posed(view: ViewFacts, case: Case) -> Iterator[tuple[Fact, Any]]:
    """Yield the facts a reply can be asked for, with their truth by the first shape."""
    body = reply(case)
    for fact in view.facts:
        if evaluate(fact.when, body, case.query):
            yield fact, evaluate(fact.truth, body, case.query)


@WORLDS
@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_answers_settle_their_questions(view: ViewFacts, seeds: tuple[int, ...]) -> None:
    unsettled = []
    for case in cases(view, seeds):
        if not reply(case)["success"]:
            continue
        told = {
            (shapes, detail): answer(replace(case, shapes=shapes), detail).text
            for shapes in SHAPES
            for detail in DETAILS
        }
        for fact, truth in posed(view, case):
            unsettled += [
                f"{case} {detail}: {fact.question} {fact.label} {truth}\n{text}"
                for (_, detail), text in told.items()
                if detail in fact.details and not settles(fact, truth, text)
            ]
    assert not unsettled, f"{len(unsettled)} unsettled\n" + "\n\n".join(unsettled[:5])


@WORLDS
@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_answers_fall_into_no_trap(view: ViewFacts, seeds: tuple[int, ...]) -> None:
    for case in cases(view, seeds) if view.traps else ():
        body = reply(case)
        if not body["success"]:
            continue
        set_ = [trap.words for trap in view.traps if evaluate(trap.when, body, case.query)]
        for detail in DETAILS:
            text = answer(case, detail).text
            assert not [words for words in set_ if words in text], f"{case} {detail}\n{text}"


@WORLDS
@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_every_fact_is_posed_and_has_a_truth(view: ViewFacts, seeds: tuple[int, ...]) -> None:
    answered = [case for case in cases(view, seeds) if reply(case)["success"]]
    found = {
        fact.question
        for case in answered
        for fact, truth in posed(view, case)
        if truth is not None or fact.missing
    }
    written = {fact.question for fact in view.facts}
    assert found == written if seeds == SEEDS or view.path in PAGES else found <= written


@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_a_view_has_enough_facts(view: ViewFacts) -> None:
    assert sum("standard" in fact.details for fact in view.facts) >= 4
    assert sum("brief" in fact.details for fact in view.facts) >= 2


def test_a_wrong_figure_settles_nothing() -> None:
    fact = Fact("net?", "net", "", "usd", ["standard"])
    assert settles(fact, -1_234_000.0, "net -$1.23m per 1% move")
    assert not settles(fact, -1_234_000.0, "net +$1.23m per 1% move")
    assert not settles(fact, -1_234_000.0, "net -$1.24m per 1% move")
    assert not settles(fact, -1_234_000.0, "gross -$1.23m\nnet n/a")
    assert not settles(Fact("share?", "share", "", "pct", ["brief"]), 0.004, "share 0.0%")
