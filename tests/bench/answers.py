"""Answers of every kind, to measure on: each view's own questions, each tool's, unseen payloads."""

from collections.abc import Iterator
from itertools import product

from bq_mcp.views import Detail
from tests.contract.sandbox_answers import SEEDS, Case, answer, offered, questions, reply
from tests.contract.unseen import asking
from tests.contract.unseen.report import PATHS
from tests.contract.unseen.worlds import cases
from tests.contract.view_facts import all_facts

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")


def answers() -> Iterator[str]:
    """Yield the text of each answer."""
    for view in all_facts():
        for case in view.cases(SEEDS[:2]):
            if reply(case)["success"]:
                yield from (answer(case, detail).text for detail in DETAILS)
    for tool in offered().tools.values():
        for query, seed, shapes in product(questions(tool), SEEDS, (1, 2)):
            case = Case(tool.endpoint.path, query, seed, shapes)
            if reply(case)["success"]:
                yield from (answer(case, detail).text for detail in DETAILS)
    for path in PATHS:
        for made in cases(path):
            yield from (asking.answer(path, made.query, made.body, detail) for detail in DETAILS)
