"""Each composite settles its questions from the payloads of its parts, within budget and requests.

The truths stand in `composites.toml`.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi import FastAPI

from bq_mcp.views import Answer
from bq_mcp.views.scene import BUDGETS
from tests.contract.sandbox_answers import SEEDS, SYMBOLS
from tests.contract.test_view_budgets import DETAILS, FORBIDDEN, tokens
from tests.contract.view_facts import Fact, evaluate, settles
from tests.fault.scene import Scene
from tests.sandbox.asking import HandClock, ask, sandbox

MEASURES = {"levels": 1, "gex": 5, "vol": 4, "skew": 4, "oi": 4}
SCREEN = 450
ANCHOR = "25SEP26"
PATHS = {
    "levels": ("gex/levels", {"include": "expected_move"}),
    "strikes": ("gex/strike-profile", {}),
    "expiries": ("options/expiry-summary", {}),
}
WORLDS = pytest.mark.parametrize(
    ("seed", "shapes"),
    [
        (SEEDS[0], 1),
        *(pytest.param(seed, 2, marks=pytest.mark.sweep) for seed in SEEDS),
        *(pytest.param(seed, 1, marks=pytest.mark.sweep) for seed in SEEDS[1:]),
    ],
)


@cache
def world(seed: int, shapes: int) -> FastAPI:
    return sandbox(HandClock(), seed=seed, plan="enterprise", shapes=shapes)


def called(app: FastAPI, tool: str, **arguments: str) -> Answer:
    """Return the answer to a call with nothing in the store."""

    async def call() -> Answer:
        async with Scene().asking(app) as asked:
            return await asked.toolbox.call(tool, arguments)

    return anyio.run(call)


def body(app: FastAPI, path: str, query: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = ask(app, path, **query).json()
    return found


def payloads(app: FastAPI, symbol: str) -> dict[str, Any]:
    """Return what the parts of a market say, as one body; its spot is that of all of them."""
    parts = {n: body(app, path, {"symbol": symbol, **more}) for n, (path, more) in PATHS.items()}
    meta = parts["levels"]["meta"]
    data = {name: part["data"] for name, part in parts.items()}
    data["levels"]["spot"] = meta["spot_price"]
    return {"data": data, "meta": meta}


def facts(tool: str) -> Iterator[Fact]:
    listed = tomllib.loads(Path(__file__).with_name("composites.toml").read_text("utf-8"))
    for entry in listed[tool]:
        yield Fact(details=["standard"], **entry)


def unsettled(tool: str, said: Mapping[str, Any], query: Mapping[str, str], text: str) -> list[str]:
    """Return the questions that an answer does not settle."""
    return [
        f"{fact.question} {fact.label} {truth}\n{text}"
        for fact in facts(tool)
        if evaluate(fact.when, said, query)
        and not settles(fact, truth := evaluate(fact.truth, said, query), text)
    ]


@WORLDS
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_market_is_settled_in_three_requests(symbol: str, seed: int, shapes: int) -> None:
    app = world(seed, shapes)
    answer = called(app, "market_brief", symbol=symbol)
    assert unsettled("market_brief", payloads(app, symbol), {}, answer.text) == []
    assert answer.meta["spent"] == {"requests": 3, "units": 3}
    assert tokens(answer.text) <= SCREEN


@WORLDS
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_an_expiry_is_settled_in_three_requests(symbol: str, seed: int, shapes: int) -> None:
    app, asked = world(seed, shapes), {"symbol": symbol, "expiry": ANCHOR}
    answer = called(app, "expiry_brief", **asked)
    said = payloads(app, symbol)
    said["data"]["strikes"] = body(app, "gex/strike-profile", asked)["data"]
    said["data"]["density"] = body(app, "options/probability/density", asked)["data"]
    assert unsettled("expiry_brief", said, asked, answer.text) == []
    assert answer.meta["spent"] == {"requests": 3, "units": 3}
    assert tokens(answer.text) <= SCREEN


@WORLDS
@pytest.mark.parametrize("measure", MEASURES)
def test_symbols_are_settled_side_by_side(measure: str, seed: int, shapes: int) -> None:
    app = world(seed, shapes)
    answer = called(app, "compare_symbols", symbols="all", measure=measure)
    said = {symbol: payloads(app, symbol) for symbol in SYMBOLS}
    posed = [fact for fact in facts("compare_symbols") if fact.question.startswith(measure)]
    for fact in posed:
        for symbol, of in said.items():
            if evaluate(fact.when, of, {}):
                truth = evaluate(fact.truth, of, {})
                line = next(x for x in answer.text.split("\n") if x.startswith(f"- {symbol}"))
                own = Fact(**{**vars(fact), "label": fact.label.replace("{symbol}", symbol)})
                assert settles(own, truth, line), f"{fact.question} {truth}\n{answer.text}"
    assert posed
    assert answer.meta["spent"] == {"requests": MEASURES[measure], "units": MEASURES[measure]}
    assert tokens(answer.text) <= SCREEN
    assert ("two models" in answer.text) == (measure in ("levels", "gex"))


@WORLDS
def test_every_size_keeps_its_budget_and_holds_no_value_that_is_none(
    seed: int, shapes: int
) -> None:
    app, found = world(seed, shapes), []
    calls: list[tuple[str, dict[str, str]]] = [("market_brief", {"symbol": "SOL"})]
    calls += [("expiry_brief", {"expiry": day}) for day in ("0dte", "26MAR27", "27SEP26")]
    calls += [("compare_symbols", {"symbols": "all", "measure": name}) for name in MEASURES]
    for tool, asked in calls:
        for detail in DETAILS:
            answer = called(app, tool, **asked, detail=detail)
            spent, view = tokens(answer.text), answer.meta["view"]
            if spent > BUDGETS[detail] or view not in ("raw", f"composites/{tool}"):
                found.append(f"{tool} {asked} {detail}: {spent} {view}\n{answer.text}")
            if detail != "raw" and FORBIDDEN.search(answer.text):
                found.append(f"{tool} {asked} {detail}\n{answer.text}")
    assert found == []
