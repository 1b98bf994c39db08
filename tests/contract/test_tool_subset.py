"""Every schema keeps to what every client takes, and to what upstream publishes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bq_mcp.catalog.parse import read_catalog
from bq_mcp.tools import Inventory, Tool

from ..unit.tools.offered import TOOLS

SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
LIMITS = ("minimum", "maximum", "default")
ROOT = ["type", "properties", "required"]
FACTS = {
    entry["path"]: entry
    for entry in json.loads((Path(__file__).parent / "facts/endpoints.json").read_text("utf-8"))
}
HOSTILE_PARAMETERS: list[object] = [
    {"name": "a", "schema": {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "A"}},
    {"name": "b", "schema": {"$ref": "#/components/schemas/B"}},
    {"name": "c", "type": ["string", "null"], "pattern": "^x$", "format": "date", "nullable": True},
    {"name": "d", "schema": {"type": "array", "items": {"type": "array", "items": {}}}},
    {"name": "e", "schema": {"type": "object", "properties": {"x": {"type": "string"}}}},
    {"name": "f", "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": True, "maximum": 5},
    {"name": "g", "type": "integer", "enum": ["1", 2, None, "x"], "default": "9"},
    {"name": "h", "type": "number", "enum": [0.5, 1, 2], "default": 3, "multipleOf": 0.5},
    {"name": "i", "schema": {"type": "array", "items": {"type": "integer", "enum": [1, 7]}}},
    {"name": "j", "type": "boolean", "enum": [True], "default": "yes"},
    {"name": "k", "type": "string", "minimum": "low", "default": {"a": 1}, "examples": ["x"]},
    {"name": "detail", "type": "string", "description": "x" * 9000},
    {"name": "self", "schema": None},
    {"name": "filter.min", "type": "float", "min": float("nan"), "max": float("inf")},
    {"name": "X-API-Key", "in": "header"},
    {"name": "api_key", "in": "query"},
    {"name": "n\x00ul", "in": "query"},
    "plain",
    7,
]


def hostile() -> list[Tool]:
    entries = [
        {"path": "/v2/x", "parameters": HOSTILE_PARAMETERS},
        {"path": "/v2/x/{y}", "parameters": []},
        {"path": "/v2/x/{y:path}/z", "parameters": {"y": {"enum": ["..", 3]}, "q": "int"}},
        {"path": "/v2/nothing", "parameters": None},
    ]
    catalog = read_catalog({"endpoints": entries}, source="live")
    return list(Inventory(catalog, {}).tools.values())


ALL = [*TOOLS.values(), *hostile()]


def property_faults(schema: dict[str, Any]) -> Iterator[str]:
    if schema["type"] == "array":
        yield from (key for key in schema if key not in ("type", "items", "description"))
        yield from (key for key in schema["items"] if key not in ("type", "enum"))
        schema = schema["items"]
    else:
        known = ("type", "enum", "minimum", "maximum", "default", "description")
        yield from (key for key in schema if key not in known)
    kind = SCALARS.get(schema["type"], ())
    stated = [*schema.get("enum", ()), *(schema[k] for k in ("default",) if k in schema)]
    if not all(isinstance(value, kind) for value in stated):
        yield f"{stated} is not of type {schema['type']}"
    if "enum" in schema and not set(schema["enum"]) >= {schema.get("default", schema["enum"][0])}:
        yield "default outside enum"


def test_the_hostile_catalog_is_offered() -> None:
    assert [tool.name for tool in hostile()] == ["nothing", "x", "x_by_y", "x_z"]


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
def test_schema_keeps_to_the_subset_every_client_takes(tool: Tool) -> None:
    schema = tool.input_schema
    assert [key for key in ROOT if key in schema] == list(schema)
    assert schema["type"] == "object"
    assert schema["properties"] and set(schema.get("required", ())) <= set(schema["properties"])
    for name, shown in schema["properties"].items():
        assert not list(property_faults(shown)), (name, shown)
    assert json.loads(json.dumps(schema, allow_nan=False)) == schema


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
def test_no_key_is_ever_an_argument(tool: Tool) -> None:
    shown = json.dumps(tool.input_schema).lower()
    assert "api-key" not in shown and "api_key" not in shown


@pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
def test_every_word_offered_is_bounded_and_on_one_line(tool: Tool) -> None:
    notes = [shown.get("description", "") for shown in tool.input_schema["properties"].values()]
    assert all(len(note) <= 120 and note.isprintable() for note in notes)
    assert 0 < len(tool.description) <= 300 and tool.description.isprintable()
    assert 0 < len(tool.title) <= 60 and tool.title.isprintable()


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_every_published_parameter_is_offered_with_its_limits(tool: Tool) -> None:
    shown = tool.input_schema["properties"]
    published = {param["name"]: param for param in FACTS[tool.endpoint.path]["params"]}
    assert set(shown) == {*published, tool.endpoint.detail_name}
    required = {name for name, param in published.items() if param["required"]}
    assert set(tool.input_schema.get("required", ())) == required
    for name, param in published.items():
        is_list = param.get("csv", False) or name == "expiries"
        assert shown[name]["type"] == ("array" if is_list else param["type"]), name
        assert picked(shown[name], LIMITS) == picked(param, LIMITS), name
        offered = shown[name].get("items", shown[name]).get("enum", [])
        if name.startswith("expir"):
            assert not offered, name
        elif is_list:
            assert offered, name
        else:
            published_set = param.get("enum", param.get("values", []))
            # Where leaving it out means both, the word for that is offered too.
            assert offered[: len(published_set)] == published_set, name
            assert set(offered) - set(published_set) <= {"both"}, name


def picked(facts: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: facts[key] for key in keys if key in facts}


def test_exclusive_bounds_of_the_fact_sheet_are_checked() -> None:
    checked = 0
    for tool in TOOLS.values():
        for param in FACTS[tool.endpoint.path]["params"]:
            if "exclusiveMinimum" in param:
                known = tool.endpoint.param(param["name"])
                assert known and known.exclusive_minimum == param["exclusiveMinimum"]
                checked += 1
    assert checked == 4
