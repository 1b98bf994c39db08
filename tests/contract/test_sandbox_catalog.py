"""The sandbox declares the endpoints of the fact sheet, and nothing else."""

from functools import cache
from typing import Any

import pytest

from tests.contract.facts import endpoints
from tests.sandbox.asking import ask, sandbox

BOUNDS = ("enum", "minimum", "maximum", "exclusiveMinimum")
DESCRIPTION_LIMIT = 160


@cache
def catalog() -> dict[str, dict[str, Any]]:
    data = ask(sandbox(), "endpoints").json()["data"]
    assert data["count"] == len(data["endpoints"])
    return {row["path"].removeprefix("/v2"): row for row in data["endpoints"]}


@cache
def document() -> dict[str, Any]:
    spec: dict[str, Any] = ask(sandbox(), "openapi.json", key=None).json()
    return spec


@cache
def operations() -> dict[str, dict[str, Any]]:
    return {path: item["get"] for path, item in document()["paths"].items()}


def core(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a schema that is not null."""
    branches: list[dict[str, Any]] = [
        branch for branch in schema.get("anyOf", [schema]) if branch["type"] != "null"
    ]
    assert len(branches) == 1
    return branches[0]


def by_name(parameters: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    named = {entry["name"]: entry for entry in parameters}
    assert len(named) == len(parameters)
    return named


def bounds(source: dict[str, Any]) -> dict[str, Any]:
    return {key: source[key] for key in BOUNDS if key in source}


PARAMS = [
    pytest.param(record["path"], param, id=f"{record['path']}?{param['name']}")
    for record in endpoints()
    for param in record["params"]
]


def test_facts_hold_62_endpoints_with_228_parameters():
    assert len(endpoints()) == 62
    assert len(PARAMS) == 228


def test_catalog_and_document_list_exactly_the_paths_of_the_facts():
    paths = {record["path"] for record in endpoints()}
    assert set(catalog()) == paths
    assert set(operations()) == paths
    assert all(list(item) == ["get"] for item in document()["paths"].values())


@pytest.mark.parametrize("record", endpoints(), ids=lambda record: record["path"])
def test_endpoint_has_exactly_the_parameters_of_the_facts(record):
    names = [param["name"] for param in record["params"]]
    row, operation = catalog()[record["path"]], operations()[record["path"]]
    assert sorted(by_name(row["parameters"])) == sorted(names)
    assert sorted(by_name(operation.get("parameters", []))) == sorted(names)
    assert row["methods"] == ["GET"]
    assert (row["tag"], operation["tags"]) == (record["tag"], record["tags"])


@pytest.mark.parametrize(("path", "param"), PARAMS)
def test_document_declares_a_parameter_as_the_facts_do(path, param):
    declared = by_name(operations()[path]["parameters"])[param["name"]]
    schema = declared["schema"]
    assert (declared["in"], declared["required"]) == (param["in"], param["required"])
    assert ("anyOf" in schema) == param["nullable"]
    assert core(schema)["type"] == param["type"]
    assert bounds(core(schema)) == bounds(param)
    assert ("default" in schema) == ("default" in param)
    assert schema.get("default") == param.get("default")


@pytest.mark.parametrize(("path", "param"), PARAMS)
def test_catalog_shows_a_parameter_as_the_facts_do(path, param):
    shown = by_name(catalog()[path]["parameters"])[param["name"]]
    assert set(shown) - set(BOUNDS) == {
        "name",
        "in",
        "required",
        "type",
        "default",
        "description",
    }
    for key in ("in", "required", "type"):
        assert shown[key] == param[key]
    assert shown["default"] == param.get("default")
    assert bounds(shown) == bounds(param)


@pytest.mark.parametrize(("path", "param"), PARAMS)
def test_description_of_a_parameter_names_the_members_it_takes(path, param):
    text = by_name(catalog()[path]["parameters"])[param["name"]]["description"]
    assert 0 < len(text) <= DESCRIPTION_LIMIT
    assert ("omma-separated" in text) == ("csv" in param)
    for member in [*param.get("csv", ()), *param.get("values", ())]:
        assert member in text


@pytest.mark.parametrize("path", sorted(record["path"] for record in endpoints()))
def test_endpoint_is_described_in_few_words(path):
    row = catalog()[path]
    assert 0 < len(row["summary"]) <= 80
    assert 0 < len(row["description"]) <= DESCRIPTION_LIMIT
    assert (row["summary"], row["description"]) == (
        operations()[path]["summary"],
        operations()[path]["description"],
    )


def test_document_is_openapi_31_of_release_210_under_the_v2_prefix():
    assert document()["openapi"].startswith("3.1.")
    assert document()["info"]["version"] == "2.10"
    assert document()["servers"] == [{"url": "/v2"}]


def test_document_says_that_it_is_simulated():
    assert document()["info"]["x-simulated"] is True
    assert "imulated" in document()["info"]["description"]


def test_every_route_but_health_asks_for_the_key_scheme():
    schemes = document()["components"]["securitySchemes"]
    assert schemes["ApiKeyAuth"]["name"] == "X-API-Key"
    assert schemes["ApiKeyAuth"]["in"] == "header"
    for record in endpoints():
        security = operations()[record["path"]].get("security")
        assert security == ([{"ApiKeyAuth": []}] if record["keyed"] else None)
