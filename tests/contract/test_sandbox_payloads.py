"""What the sandbox answers has the fields the fact sheet knows, and no others."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from fastapi import FastAPI

from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES
from tests.contract.facts import endpoint
from tests.unit.sandbox.asking import ask, sandbox

MAP_KEYS = {
    "SYMBOL": set(SYMBOLS),
    "VENUE": set(VENUES),
    "CATEGORY": {"gex", "options", "chain", "liquidation"},
}
EVERY_SECTION = "spot,candles,zones,max_pain,expected_move,ranked"
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
ANSWERS = [
    ("/status", "status", {}),
    ("/changelog", "changelog", {}),
    ("/gex/levels", "gex/levels", {"include": EVERY_SECTION}),
    ("/gex/levels", "gex/levels", {"include": EVERY_SECTION, "symbol": "HYPEUSDT"}),
    ("/gex/levels", "gex/levels", {"positioning": "std"}),
    (
        "/multi/gex/levels",
        "multi/gex/levels",
        {"symbols": ",".join(SYMBOLS), "include": "ranked,max_pain,expected_move,zones"},
    ),
]
# Keys the sources leave open: zones are objects whose keys are not published.
OPEN_FIELDS = {"gamma_flip_zones", "results.{SYMBOL}.gamma_flip_zones"}


@cache
def service() -> FastAPI:
    return sandbox()


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every field below `value` with its path in the notation of the facts."""
    if isinstance(value, dict):
        for key, item in value.items():
            name = next((f"{{{kind}}}" for kind, keys in MAP_KEYS.items() if key in keys), key)
            # `chain` is a category and also a field of a venue.
            if name == "{CATEGORY}" and not path.startswith(("symbols.", "thresholds")):
                name = key
            below = f"{path}.{name}" if path else name
            yield below, item
            if below not in OPEN_FIELDS:
                yield from leaves(item, below)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item, f"{path}[]")


def fits(value: Any, kind: str) -> bool:
    if value is None:
        return kind.endswith("|null")
    base = kind.removesuffix("|null").split("<")[0]
    accepted = JSON_TYPES[base]
    return isinstance(value, accepted) and (bool in accepted or not isinstance(value, bool))


def documented(fields: dict[str, str]) -> set[str]:
    """Return the fields and every parent of theirs."""
    paths = set()
    for field in fields:
        parts = field.split(".")
        paths |= {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return paths | {path.removesuffix("[]") for path in paths}


@pytest.mark.parametrize(("path", "route", "query"), ANSWERS)
def test_answer_has_only_documented_fields_of_the_documented_type(path, route, query):
    facts = endpoint(path)["fields"]
    data = ask(service(), route, **query).json()["data"]
    known = documented(facts)
    for field, value in leaves(data):
        assert field in known, field
        # A cold category has no age to show; the sources print warm ones only.
        is_cold_cell = value is None and field == "symbols.{SYMBOL}.{CATEGORY}.freshness_seconds"
        if field in facts and not is_cold_cell:
            assert fits(value, facts[field]), (field, value)


@pytest.mark.parametrize(("path", "route", "query"), ANSWERS)
def test_answer_has_every_required_top_level_field(path, route, query):
    required = {field for field in endpoint(path)["required_fields"] if "." not in field}
    assert required <= set(ask(service(), route, **query).json()["data"])


def test_every_documented_field_of_the_levels_can_be_had():
    facts = endpoint("/gex/levels")["fields"]
    data = ask(service(), "gex/levels", include=EVERY_SECTION).json()["data"]
    assert set(facts) <= {field for field, _ in leaves(data)}
