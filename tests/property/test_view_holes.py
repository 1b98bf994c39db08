"""A field that is dropped, null or of another type never breaks an answer nor makes it false."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from bq_mcp.views import Detail
from tests.contract.sandbox_answers import SEEDS, Case, answer, made, reply
from tests.contract.view_facts import ViewFacts, typed_facts
from tests.contract.view_numbers import strangers, unfounded

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")
FORBIDDEN = re.compile(r"\b(none|null|nan|undefined)\b", re.IGNORECASE)
SYMBOLS = ("BTCUSDT", "SOLUSDT")
ABSENT = object()
CAVEATS = {
    "history_clamp": {"requested": 365, "allowed": 30, "unit": "days", "enforced": True},
    "unavailable_sections": {"sections": ["candles"], "reason": "as_of"},
}
Path = tuple[str, ...]
# The default run looks at one question a view; the sweep at all of them takes minutes.
AMOUNT = pytest.mark.parametrize(
    "most", [pytest.param(1, id="one"), pytest.param(None, id="all", marks=pytest.mark.sweep)]
)


def cases(view: ViewFacts, most: int | None = None) -> list[Case]:
    """Return the questions whose replies get holes: one world, two markets, every query.

    Of `most` questions those with the shortest replies, for they have every field as well.
    """
    asked = view.cases(SEEDS[:1])
    found = [case for case in asked if case.query.get("symbol", SYMBOLS[0]) in SYMBOLS]
    if most is None:
        return found
    served = [case for case in found if reply(case)["success"]]
    return sorted(served, key=lambda case: len(str(reply(case))))[:most]


def with_caveats(case: Case) -> dict[str, Any]:
    """Return a copy of the reply to a case that states some limits of its own."""
    body = deepcopy(dict(reply(case)))
    body["meta"]["extra"] = {**(body["meta"]["extra"] or {}), **CAVEATS}
    return body


def places(node: Any, path: Path = ()) -> Iterator[Path]:
    """Yield every field below `node` once; `[]` stands for all items of a list."""
    seen: set[Path] = set()
    for found in _walk(node, path):
        if found not in seen:
            seen.add(found)
            yield found


def _walk(node: Any, path: Path) -> Iterator[Path]:
    if isinstance(node, dict):
        for key, item in node.items():
            yield (*path, key)
            yield from _walk(item, (*path, key))
    elif isinstance(node, list):
        for item in node[:3]:
            yield from _walk(item, (*path, "[]"))


def put(node: Any, path: Path, value: Any) -> None:
    """Set the field at `path` to `value`, or take it out, in every item of lists on the way."""
    name, *rest = path
    if name == "[]":
        for item in node if isinstance(node, list) else ():
            put(item, tuple(rest), value)
    elif isinstance(node, dict) and rest:
        put(node.get(name), tuple(rest), value)
    elif isinstance(node, dict) and value is ABSENT:
        node.pop(name, None)
    elif isinstance(node, dict):
        node[name] = value


def without(node: Any, field: str) -> Any:
    """Return `node` without the fields of one name, at any depth."""
    if isinstance(node, dict):
        return {key: without(item, field) for key, item in node.items() if key != field}
    return [without(item, field) for item in node] if isinstance(node, list) else node


def holed(body: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return a copy of a reply whose payload has another value at one place."""
    copy = {**body, "data": deepcopy(body["data"])}
    put(copy["data"], path, value)
    return copy


def told(detail: Detail) -> tuple[str, str]:
    """Return the words that show that both caveats are there; brief may have their kinds only."""
    return "clamp", "" if detail == "brief" else "candles"


def faults(
    asked: list[Case],
    values: list[Any],
    details: tuple[Detail, ...],
    keep: Callable[[Any], bool],
) -> Iterator[str]:
    """Yield what is wrong with the answers to replies with one hole each."""
    for case in asked:
        if not reply(case)["success"]:
            continue
        body = with_caveats(case)
        for path in places(body["data"]):
            for value in values:
                hole = holed(body, path, value)
                for detail in details:
                    given = answer(case, detail, hole)
                    name = str(given.meta["view"])
                    sources = [hole["data"], hole["meta"], dict(case.query)]
                    wrong = [
                        *FORBIDDEN.findall(re.sub(r'"[^"\n]*"', "", given.text)),
                        *(word for word in told(detail) if word not in given.text),
                        *(["no figures"] if "\n" not in given.text or name == "plain" else []),
                    ]
                    if keep(value):
                        handed = made(case, detail, hole)
                        wrong += strangers(given.text, sources, handed)
                        wrong += unfounded(handed, sources)
                    if wrong:
                        yield f"{case} {detail} {'.'.join(path)} {value}: {wrong}\n{given.text}"


@AMOUNT
@pytest.mark.parametrize("view", typed_facts(), ids=lambda view: view.path)
def test_missing_fields_leave_a_true_answer(view: ViewFacts, most: int | None) -> None:
    found = list(faults(cases(view, most), [ABSENT, None], DETAILS, lambda value: True))
    assert not found, f"{len(found)}\n" + "\n\n".join(found[:4])


@AMOUNT
@pytest.mark.parametrize("view", typed_facts(), ids=lambda view: view.path)
def test_fields_of_another_type_leave_an_answer(view: ViewFacts, most: int | None) -> None:
    odd = ["odd", True, [], {}, [[1, None], "x"], -1e300]
    found = list(faults(cases(view, most), odd, ("standard",), lambda value: False))
    assert not found, f"{len(found)}\n" + "\n\n".join(found[:4])


@pytest.mark.parametrize("view", typed_facts(), ids=lambda view: view.path)
def test_no_claim_without_its_field(view: ViewFacts) -> None:
    for case in cases(view):
        body = with_caveats(case)
        for claim in view.claims:
            hole = {**body, "data": without(body["data"], claim.field)}
            for detail in DETAILS:
                text = answer(case, detail, hole).text
                assert claim.words not in text, f"{case} {detail} {claim.field}\n{text}"
