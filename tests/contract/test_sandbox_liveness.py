"""What the sandbox says is live answers, and what it says is cold does not."""

from functools import cache

import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES
from tests.sandbox.asking import ask, sandbox

ROUTE_OF_CATEGORY = {
    "gex": "gex/levels",
    "options": "options/iv/term-structure",
    "chain": "options/chain",
    "liquidation": "liquidation/heatmap",
}


@cache
def service() -> FastAPI:
    return sandbox()


@pytest.mark.parametrize("category", ROUTE_OF_CATEGORY)
def test_category_is_live_exactly_when_its_route_has_data(category):
    app = service()
    has_data = ask(app, ROUTE_OF_CATEGORY[category]).status_code == 200
    cells = ask(app, "status").json()["data"]["symbols"]
    rows = ask(app, "symbols").json()["data"]["symbols"]
    assert [cells[symbol][category]["status"] != "unavailable" for symbol in SYMBOLS] == (
        [has_data] * len(SYMBOLS)
    )
    assert [category in row["categories_live"] for row in rows] == [has_data] * len(SYMBOLS)


def test_trade_feeds_are_on_exactly_when_the_tape_has_prints():
    app = service()
    has_prints = ask(app, "tape").status_code == 200
    venues = ask(app, "status").json()["data"]["venues"]
    assert {venues[venue]["tape"] for venue in VENUES} == {"on" if has_prints else "off"}
