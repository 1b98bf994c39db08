"""A provenance field that is dropped, null or of another type never makes an answer false."""

import re
from functools import cache
from typing import Any

import pytest

from bq_mcp.catalog import bundled_hints
from bq_mcp.views import Detail
from bq_mcp.views.pages import PAGES
from tests.contract.sandbox_answers import SEEDS, Case, answer, reply
from tests.contract.view_facts import ViewFacts, typed_facts

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full", "raw")
ABSENT = object()
FIELDS = (
    "spot_price",
    "symbol",
    "computed_at",
    "freshness_seconds",
    "timestamp",
    "source",
    "extra",
    "request_id",
    "version",
)
FORBIDDEN = re.compile(r"\b(none|null|nan|undefined)\b", re.IGNORECASE)
EVERY_VIEW = pytest.mark.parametrize("view", typed_facts(), ids=lambda view: view.path)


def case_of(view: ViewFacts) -> Case:
    """Return the question of a view with the shortest answered reply."""
    return _shortest()[view.path]


@cache
def _shortest() -> dict[str, Case]:
    return {
        view.path: min(
            (case for case in view.cases(SEEDS[:1]) if reply(case)["success"]),
            key=lambda case: len(str(reply(case))),
        )
        for view in typed_facts()
    }


def body_with(case: Case, **changed: Any) -> dict[str, Any]:
    """Return the reply to a case with another `meta`."""
    body = dict(reply(case))
    meta = {**body["meta"], **changed}
    body["meta"] = {key: value for key, value in meta.items() if value is not ABSENT}
    return body


@EVERY_VIEW
@pytest.mark.parametrize("value", [ABSENT, "odd", 7, [1, None]])
def test_any_provenance_leaves_an_answer(view: ViewFacts, value: Any) -> None:
    case = case_of(view)
    for field in FIELDS:
        body = body_with(case, **{field: value})
        for detail in ("brief", "standard"):
            given = answer(case, detail, body)
            fallen = ("plain", "forms") if view.path in PAGES else ("plain",)
            assert given.meta["view"] not in fallen, f"{field}\n{given.text}"
            found = FORBIDDEN.findall(re.sub(r'"[^"\n]*"', "", given.text))
            assert not found, f"{field} {found}\n{given.text}"


@EVERY_VIEW
def test_without_an_instant_nothing_is_called_fresh(view: ViewFacts) -> None:
    case = case_of(view)
    body = body_with(case, computed_at=None, freshness_seconds=None)
    static = bundled_hints()[view.path].age_rule == "static"
    for detail in DETAILS:
        line = answer(case, detail, body).text.split("\n")[0]
        assert "static" in line if static else "age unknown" in line, line
        if "oldest row" not in line:
            assert "fresh" not in line


@EVERY_VIEW
def test_without_a_provenance_block_an_answer_claims_none(view: ViewFacts) -> None:
    case = case_of(view)
    body = {"success": True, "data": reply(case)["data"], "meta": {}}
    for detail in DETAILS:
        line = answer(case, detail, body).text.split("\n")[0]
        assert "SIMULATED" not in line and "venues" not in line
        assert "spot " not in line or "spot" in str(list(reply(case)["data"]))


@pytest.mark.parametrize("path", ["/gex/levels", "/gex/strike-profile", "/gex/max-pain"])
def test_without_a_spot_no_distance_is_told(path: str) -> None:
    view = next(view for view in typed_facts() if view.path == path)
    for case in view.cases(SEEDS[:1]):
        if not reply(case)["success"]:
            continue
        for detail in DETAILS[:3]:
            text = answer(case, detail, body_with(case, spot_price=None)).text
            assert not re.search(r"[-+<>]\d+\.\d%|(above|below) it", text), f"{case}\n{text}"
