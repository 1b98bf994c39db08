"""OpenAPI 3.0 and 3.1: references, unions and path-level parameters."""

from typing import Any

import pytest

from bq_mcp.catalog.model import Endpoint, Param

from .reading import read

SYMBOLS = ("BTCUSDT", "ETHUSDT")
COMPONENTS: dict[str, Any] = {
    "schemas": {
        "Symbol": {"type": "string", "enum": list(SYMBOLS), "description": "A market."},
        "Alias": {"$ref": "#/components/schemas/Symbol"},
        "a/b~c": {"type": "integer", "maximum": 9},
        "Loop": {"$ref": "#/components/schemas/Loop"},
        "Tree": {"anyOf": [{"$ref": "#/components/schemas/Tree"}] * 60},
        "Many": {"anyOf": [{"$ref": "#/components/schemas/Some"}] * 60},
        "Some": {"anyOf": [{"$ref": "#/components/schemas/Few"}] * 60},
        "Few": {"oneOf": [{"enum": [f"v{i}" for i in range(190)]}] * 60},
        "Mixed": {"enum": ["gamma", 1, None]},
    },
    "parameters": {"Sym": {"name": "symbol", "in": "query", "schema": {"type": "string"}}},
}


def document(*parameters: object, path: str = "/x", **item: object) -> dict[str, object]:
    """Return a document of one operation with these parameters."""
    operation = {"summary": "Short", "tags": ["GEX"], "parameters": list(parameters)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "T", "version": "2.10"},
        "servers": [{"url": "https://evil.example"}],
        "paths": {path: {"get": operation, **item}},
        "components": COMPONENTS,
    }


def param(schema: object, **facts: object) -> Param:
    """Return the only parameter of a document that gives it this schema."""
    raw = {"name": "p", "in": "query", "schema": schema, **facts}
    (read_back,) = read(document(raw)).endpoints[0].params
    return read_back


def ref(name: str) -> dict[str, str]:
    """Return a reference to a component schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def test_an_operation_becomes_an_endpoint() -> None:
    catalog = read(document({"name": "limit", "in": "query", "schema": {"type": "integer"}}))
    assert catalog.version == "2.10"
    assert catalog.endpoints == (
        Endpoint("/x", tag="GEX", summary="Short", params=(Param("limit", type="integer"),)),
    )


@pytest.mark.parametrize(
    "schema",
    [
        ref("Symbol"),
        ref("Alias"),
        {"allOf": [ref("Symbol")]},
        {"anyOf": [ref("Symbol"), {"type": "null"}]},
        {"oneOf": [{"type": "null"}, {"allOf": [ref("Alias")]}]},
        {"type": ["string", "null"], "enum": ["BTCUSDT", "ETHUSDT", None]},
        {"anyOf": [{"const": "BTCUSDT"}, {"const": "ETHUSDT"}]},
        {"type": "string", "nullable": True, "enum": list(SYMBOLS)},
    ],
)
def test_an_enum_is_found_behind_references_and_nullable_unions(schema: object) -> None:
    assert param(schema).enum == SYMBOLS
    assert param(schema).type == "string"


def test_what_stands_beside_a_reference_wins_over_it() -> None:
    schema = {**ref("Symbol"), "default": "ETHUSDT", "description": "Which one."}
    read_back = param(schema)
    assert (read_back.enum, read_back.default) == (SYMBOLS, "ETHUSDT")
    assert read_back.description == "Which one."


def test_the_description_of_the_parameter_wins_over_its_schema() -> None:
    assert param(ref("Symbol"), description="Mine.").description == "Mine."
    assert param(ref("Symbol")).description == "A market."


def test_an_array_by_reference_is_a_list() -> None:
    read_back = param({"type": "array", "items": ref("Symbol")}, explode=False)
    assert read_back == Param("p", type="array", item_enum=SYMBOLS)
    nullable = param({"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]})
    assert (nullable.type, nullable.item_type, nullable.explode) == ("array", "integer", True)


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"anyOf": [{"type": "integer"}, {"type": "number"}, {"type": "null"}]}, "number"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "string"),
        ({"anyOf": [ref("Symbol"), {"type": "string"}]}, "string"),
        ({"anyOf": [{"type": "integer"}, {}]}, "string"),
        ({"anyOf": [{"type": "integer"}, {"$ref": "https://evil.example/s.json"}]}, "string"),
    ],
)
def test_a_union_is_read_as_its_loosest_form(schema: object, kind: str) -> None:
    read_back = param(schema)
    assert (read_back.type, read_back.enum) == (kind, ())


def test_bounds_in_a_nullable_union_are_kept() -> None:
    schema = {
        "anyOf": [{"type": "integer", "minimum": 1, "exclusiveMaximum": 10}, {"type": "null"}]
    }
    read_back = param(schema)
    assert (read_back.minimum, read_back.exclusive_maximum) == (1, 10)


def test_escaped_reference_steps_are_resolved() -> None:
    assert param(ref("a~1b~0c")).maximum == 9


@pytest.mark.parametrize(
    "schema",
    [
        ref("Loop"),
        ref("Tree"),
        ref("Absent"),
        {"$ref": "https://evil.example/schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "#/components/schemas/Symbol/enum/0"},
        {"$ref": "#/" + "x/" * 100_000},
        {"$ref": 5},
        {"anyOf": "x", "allOf": 5, "items": []},
        {"anyOf": [5, None]},
        5,
        None,
        [],
    ],
)
def test_a_reference_that_leads_nowhere_leaves_an_open_text(schema: object) -> None:
    assert param(schema).enum == ()


def test_references_that_multiply_are_followed_once() -> None:
    assert param(ref("Many")).enum == ()
    assert param(ref("Mixed")).enum == ("gamma", "1")


def test_path_level_parameters_are_merged_and_the_operation_wins() -> None:
    body = document(
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        path="/x/{greek}",
        parameters=[
            {"name": "greek", "in": "path", "required": True, "schema": {"enum": ["gamma"]}},
            {"name": "limit", "in": "query", "schema": {"type": "string"}},
            {"$ref": "#/components/parameters/Sym"},
            {"$ref": "#/components/parameters/Absent"},
        ],
    )
    catalog = read(body)
    assert [(p.name, p.type) for p in catalog.endpoints[0].params] == [
        ("greek", "string"),
        ("limit", "integer"),
        ("symbol", "string"),
    ]
    assert catalog.warnings == ("/x/{greek}: dropped a parameter that is no object",)


def test_a_path_item_by_reference_is_resolved() -> None:
    body = document()
    body["x-items"] = {"levels": {"get": {"summary": "Levels"}}}
    body["paths"] = {"/gex/levels": {"$ref": "#/x-items/levels"}}
    assert read(body).endpoints == (Endpoint("/gex/levels", summary="Levels"),)


def test_other_verbs_and_broken_items_are_left_out() -> None:
    body = document()
    body["paths"] = {
        "/x": {"get": {}},
        "/post": {"post": {"parameters": []}},
        "/five": 5,
        "/bad": {"get": "x"},
        "/null": None,
        "/odd": {"get": {"parameters": {"a": 1}}},
    }
    catalog = read(body)
    assert [endpoint.path for endpoint in catalog.endpoints] == ["/odd", "/x"]
    assert len(catalog.warnings) == 3


def test_servers_and_security_do_not_reach_the_endpoint() -> None:
    header = {"name": "X-API-Key", "in": "header", "required": True, "schema": {"type": "string"}}
    catalog = read(document(header))
    assert catalog.endpoints[0].params == ()
    assert "evil" not in repr(catalog)
