"""Every figure in an answer is one of the payload, or computed from such by a named function."""

import pytest

from bq_mcp.views.arithmetic import distance_pct, total
from bq_mcp.views.pages import PAGES
from bq_mcp.views.read.values import derive
from tests.contract.sandbox_answers import SEEDS, answer, made, reply
from tests.contract.test_view_facts import DETAILS
from tests.contract.unseen.report import PATHS
from tests.contract.view_facts import ViewFacts, all_facts
from tests.contract.view_numbers import strangers, unfounded

# The figures of the other answers are checked against payloads nobody wrote code for.
TYPED = [view for view in all_facts() if view.path not in PATHS]


@pytest.mark.parametrize(
    "seeds", [SEEDS[:1], pytest.param(SEEDS[1:2], marks=pytest.mark.sweep)], ids=["one", "other"]
)
@pytest.mark.parametrize("view", TYPED, ids=lambda view: view.path)
def test_every_figure_has_a_source(view: ViewFacts, seeds: tuple[int, ...]) -> None:
    found = []
    for case in view.cases(seeds):
        body = reply(case)
        if not body["success"]:
            continue
        for detail in DETAILS:
            given, handed = answer(case, detail), made(case, detail)
            fallen = ("forms", "plain") if view.path in PAGES else ("plain",)
            assert given.meta["view"] not in fallen, f"{case}\n{given.text}"
            sources = [body["data"], body["meta"], dict(case.query)]
            found += [f"{case} {item}" for item in strangers(given.text, sources, handed)]
            found += [f"{case} {item}" for item in unfounded(handed, sources)]
    assert not found, "\n".join(found[:20])


def test_an_invented_figure_is_found() -> None:
    served = {"hvl": 67_000, "spot": 67_214.0, "expiry": "27MAR26"}
    handed = {"away": derive(distance_pct, 67_000, 67_214.0)}
    assert handed["away"] is not None
    honest = "head\nflip 67,000 (-0.3%) 27MAR26"
    assert strangers(honest, served, handed) == []
    for invented in ("66,000", "+0.3%", "1.8%", "$67.1k", "28MAR26", "2026-01-01", "3,214"):
        assert strangers(f"head\nflip {invented}", served, handed), invented


def test_a_figure_computed_from_nowhere_is_found() -> None:
    handed = {"sum": derive(total, [1.75, 2.75])}
    assert unfounded(handed, {"a": 1.75, "b": 2.75}) == []
    assert unfounded(handed, {"a": 1.75})
    assert unfounded({"sum": 4.125}, {"a": 1.75, "b": 2.75})
