"""What composites ask, and how they stand in the list of tools."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bq_mcp.catalog import SNAPSHOT, Catalog, Endpoint, bundled_hints, load_catalog
from bq_mcp.composites import bundled_composites
from bq_mcp.composites.answer import words
from bq_mcp.tools import Inventory
from bq_mcp.views.words.environment import service
from bq_mcp.words import prompts_root

from ..test_tool_words import AVOIDED, NOTE_WORDS, WHEN_TOKENS, tokens
from ..views.words.test_words import AVOID, words_of

CATALOG = load_catalog(SNAPSHOT, "snapshot")
PATHS = set(CATALOG.by_path())
COMPOSITES = bundled_composites()
TEMPLATES = sorted((prompts_root() / "composites").glob("*.jinja"))
NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)


def inventory(catalog: Catalog = CATALOG) -> Inventory:
    return Inventory(catalog, bundled_hints(), composites=COMPOSITES)


@pytest.mark.parametrize("name", COMPOSITES)
def test_each_names_parts_and_next_calls_there_are_in_words_that_promise_nothing(name: str) -> None:
    composite = COMPOSITES[name]
    assert {part.path for part in composite.parts} <= PATHS
    assert set(composite.next) <= PATHS | set(COMPOSITES) - {name}
    assert tokens(composite.when) <= WHEN_TOKENS
    assert "request" in composite.when
    notes = [param.note for param in composite.params.values()]
    assert all(len(note.split()) <= NOTE_WORDS for note in notes)
    assert not AVOIDED.search(" ".join([composite.title, composite.when, *notes]))


def test_a_question_is_put_for_each_symbol_and_only_for_its_measure() -> None:
    composite = COMPOSITES["compare_symbols"]
    full = composite.filled({"symbols": "ETHUSDT,BTCUSDT", "measure": "gex"}, NOON)
    asks = list(composite.questions(full))
    assert [ask.label for ask in asks] == [
        "ETHUSDT levels",
        "BTCUSDT levels",
        "ETHUSDT strikes",
        "BTCUSDT strikes",
    ]
    assert asks[0].query == {"symbol": "ETHUSDT", "include": "expected_move"}
    assert composite.filled({"symbols": "BTCUSDT"}, NOON)["measure"] == "levels"


@pytest.mark.parametrize(("hour", "token"), [(7, "10SEP26"), (8, "11SEP26"), (23, "11SEP26")])
def test_0dte_is_the_expiry_of_the_session_under_way(hour: int, token: str) -> None:
    now = NOON.replace(hour=hour)
    assert COMPOSITES["expiry_brief"].filled({"expiry": "0dte"}, now)["expiry"] == token


def test_an_argument_that_was_not_given_is_not_sent() -> None:
    asks = list(COMPOSITES["market_brief"].questions({}))
    assert [dict(ask.query) for ask in asks] == [{"include": "expected_move"}, {}, {}]


def test_symbols_are_those_of_the_catalog_in_force() -> None:
    properties = inventory().tools["market_brief"].input_schema["properties"]
    param = CATALOG.by_path()["/gex/levels"].param("symbol")
    assert param is not None
    assert properties["symbol"]["enum"] == list(param.enum)


def test_an_endpoint_of_the_same_name_gets_another_one() -> None:
    grown = Catalog((*CATALOG.endpoints, Endpoint("/market/brief")), "live")
    found = inventory(grown)
    assert found.tools["market_brief"].title == COMPOSITES["market_brief"].title
    assert found.names["/market/brief"].startswith("market_brief_")


def test_one_is_offered_where_any_of_its_parts_is() -> None:
    known = CATALOG.by_path()
    assert "expiry_brief" in inventory(Catalog((known["/gex/strike-profile"],), "live")).tools
    assert set(inventory(Catalog((Endpoint("/vol/cone"),), "live")).tools) == {"vol_cone"}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_compiles_and_is_small_and_promises_nothing(template: Path) -> None:
    words(service()).get_template(f"composites/{template.name}")
    lines = template.read_text("utf-8").split("\n")
    assert lines[0].startswith("{#-")
    assert len(lines) <= 81 and max(map(len, lines)) <= 120
    assert not AVOID.findall(words_of(template))
