"""Every figure in an answer is one of the payload, or computed from such by a named function."""

from typing import Any

import pytest

from bq_mcp.views.rendering import GENERIC
from tests.contract.sandbox_answers import SEEDS, answer, reply
from tests.contract.test_view_facts import DETAILS
from tests.contract.view_facts import ViewFacts, all_facts
from tests.contract.view_numbers import Ledger, strangers, unfounded


@pytest.mark.parametrize("view", all_facts(), ids=lambda view: view.path)
def test_every_figure_has_a_source(view: ViewFacts) -> None:
    ledger = Ledger()
    environment = ledger.environment()
    found = []
    for case in view.cases(SEEDS[:2]):
        body = reply(case)
        if not body["success"]:
            continue
        for detail in DETAILS:
            ledger.entries.clear()
            given = answer(case, detail, environment=environment)
            name = str(given.meta["view"])
            assert name != GENERIC, f"{case}\n{given.text}"
            sources = [body["data"], body["meta"], dict(case.query)]
            found += [f"{case} {item}" for item in strangers(given.text, sources, ledger, name)]
            found += [f"{case} {item}" for item in unfounded(ledger, sources, name)]
    assert not found, "\n".join(found[:20])


def test_an_invented_figure_is_found() -> None:
    ledger, served = Ledger(), {"hvl": 67_000, "spot": 67_214.0, "expiry": "27MAR26"}
    away: Any = ledger.environment().globals["distance_pct"]
    assert away(67_000, 67_214.0) is not None
    honest = "head\nflip 67,000 (-0.3%) 27MAR26"
    assert strangers(honest, served, ledger, "gex/levels") == []
    for invented in ("66,000", "+0.3%", "1.8%", "$67.1k", "28MAR26", "2026-01-01", "3,214"):
        assert strangers(f"head\nflip {invented}", served, ledger, "gex/levels"), invented


def test_a_figure_computed_from_nowhere_is_found() -> None:
    ledger = Ledger()
    total: Any = ledger.environment().globals["total"]
    assert total(iter([1.5, 2.5])) == 4
    assert unfounded(ledger, {"a": 1.5, "b": 2.5}, "gex/levels") == []
    assert unfounded(ledger, {"a": 1.5}, "gex/levels")
