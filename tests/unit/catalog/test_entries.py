"""Catalogs of many layouts read as the same catalog."""

from typing import Any

import pytest

from bq_mcp.catalog.model import Endpoint, Param
from bq_mcp.errors import CatalogError

from .reading import read

SYMBOL = {"name": "symbol", "in": "query", "type": "string", "enum": ["BTCUSDT"]}
LEVELS: dict[str, Any] = {"path": "/v2/gex/levels", "methods": ["GET"], "parameters": [SYMBOL]}
SKEW: dict[str, Any] = {"path": "/v2/options/iv/skew", "methods": ["GET"], "parameters": [SYMBOL]}
INNER = {"method": "GET", "params": [SYMBOL]}

LAYOUTS: dict[str, object] = {
    "list": [LEVELS, SKEW],
    "endpoints": {"endpoints": [LEVELS, SKEW], "count": 2},
    "routes": {"routes": [LEVELS, SKEW]},
    "data": {"data": [LEVELS, SKEW]},
    "data.endpoints": {"success": True, "data": {"endpoints": [LEVELS, SKEW]}},
    "data.routes.items": {"data": {"routes": {"items": [LEVELS, SKEW]}}},
    "keyed by path": {"/gex/levels": INNER, "/options/iv/skew": INNER},
    "keyed by path, parameters only": {"/gex/levels": [SYMBOL], "/options/iv/skew": [SYMBOL]},
    "keyed by path without slash": {"gex/levels": INNER, "v2/options/iv/skew": INNER},
    "keyed by verb and path": {"GET /v2/gex/levels": INNER, "GET /options/iv/skew": INNER},
    "keyed by name": {"gex_levels": LEVELS, "skew": SKEW},
    "keyed under endpoints": {"endpoints": {"/gex/levels": INNER, "/options/iv/skew": INNER}},
    "verb in the path": [{"path": "GET /gex/levels", "params": [SYMBOL]}, SKEW],
    "path items": {
        "paths": {
            "/gex/levels": {"get": {"parameters": [SYMBOL]}, "post": {"parameters": []}},
            "/options/iv/skew": {"GET": {}, "parameters": [SYMBOL]},
        }
    },
    "methods as a map": [
        {"path": "/gex/levels", "methods": {"GET": {"params": [SYMBOL]}, "POST": {}}},
        SKEW,
    ],
    "a title, an address and links beside": {
        "name": "BackQuant",
        "url": "https://api.backquant.com/v2",
        "parameters": {"shared": []},
        "links": {"docs": {"url": "/guide"}},
        "endpoints": [LEVELS, SKEW],
    },
    "openapi": {
        "openapi": "3.1.0",
        "paths": {
            "/v2/gex/levels": {"get": {"parameters": [SYMBOL]}},
            "/v2/options/iv/skew": {"get": {"parameters": [SYMBOL]}},
        },
    },
    "other keys": [
        {"route": "/gex/levels", "verb": "get", "query_params": [SYMBOL], "endpoint": "get_levels"},
        {
            "url": "https://x.example/v2/options/iv/skew",
            "uri": "/options/iv/skew",
            "args": [SYMBOL],
        },
    ],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_gives_the_same_endpoints(layout: object) -> None:
    symbol = Param("symbol", enum=("BTCUSDT",))
    catalog = read(layout)
    assert [(e.path, e.params) for e in catalog.endpoints] == [
        ("/gex/levels", (symbol,)),
        ("/options/iv/skew", (symbol,)),
    ]
    assert catalog.warnings == ()


@pytest.mark.parametrize(
    "grouped",
    [
        {"GEX": [LEVELS], "Options": [SKEW]},
        {"groups": [{"name": "GEX", "endpoints": [LEVELS]}, {"tag": "Options", "routes": [SKEW]}]},
        {"tags": {"GEX": {"/gex/levels": INNER}, "Options": {"/options/iv/skew": INNER}}},
        [{"tag": "GEX", **LEVELS}, {"tags": ["Options", "IV"], **SKEW}],
        {"GEX": [LEVELS], "other": [{"group": "Options", **SKEW}]},
    ],
)
def test_the_group_an_entry_stands_in_is_its_tag(grouped: object) -> None:
    assert [endpoint.tag for endpoint in read(grouped).endpoints] == ["GEX", "Options"]


def test_a_name_used_as_a_key_is_no_tag() -> None:
    assert [endpoint.tag for endpoint in read({"gex_levels": LEVELS}).endpoints] == [""]


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "/x", "method": "POST"},
        {"path": "/x", "method": "post", "methods": None},
        {"path": "/x", "methods": ["POST", "DELETE"]},
        {"path": "/x", "methods": []},
        {"path": "/x", "methods": {"POST": {}}},
        {"path": "/x", "methods": 5},
        {"path": "/x", "methods": [None]},
        {"path": "POST /x"},
        {"path": "/x", "post": {"parameters": []}},
        {"path": "/x", "type": "APIWebSocketRoute"},
        {"path": "/x", "protocol": "websocket"},
        {"path": "/ws/options"},
        {"path": "/v2/openapi.json"},
        {"path": "/docs"},
    ],
)
def test_what_cannot_be_asked_with_get_is_no_endpoint(entry: object) -> None:
    assert [endpoint.path for endpoint in read([entry, LEVELS]).endpoints] == ["/gex/levels"]


@pytest.mark.parametrize(
    "methods", ["GET", "get", "GET, HEAD", "{'GET'}", ["HEAD", "get"], None, ["GET,POST"]]
)
def test_every_spelling_of_get_is_read(methods: object) -> None:
    assert read([{"path": "/x", "methods": methods}]).endpoints == (Endpoint("/x"),)


def test_an_operation_cannot_move_its_entry_to_another_path() -> None:
    keyed = {"/gex/levels": {"get": {"path": "//evil.example", "url": "https://evil.example"}}}
    assert [endpoint.path for endpoint in read(keyed).endpoints] == ["/gex/levels"]
    inner = {"/gex/levels": {"path": "//evil.example", "method": "GET"}}
    assert [endpoint.path for endpoint in read(inner).endpoints] == ["/gex/levels"]


@pytest.mark.parametrize("broken", [5, None, "GET /x", True, 1.5])
def test_an_entry_that_is_no_object_is_dropped_with_a_warning(broken: object) -> None:
    catalog = read({"endpoints": [LEVELS, broken]})
    assert [endpoint.path for endpoint in catalog.endpoints] == ["/gex/levels"]
    (warning,) = catalog.warnings
    assert "no object" in warning


def test_an_entry_without_a_path_is_dropped_with_a_warning() -> None:
    catalog = read([LEVELS, {"methods": ["GET"], "parameters": []}, {"path": 5, "method": "GET"}])
    assert [endpoint.path for endpoint in catalog.endpoints] == ["/gex/levels"]
    assert len(catalog.warnings) == 2


@pytest.mark.parametrize(
    "body",
    [
        None,
        5,
        "text",
        True,
        [],
        {},
        [[]],
        {"endpoints": "none"},
        {"data": None},
        ["/gex/levels"],
    ],
)
def test_a_body_without_entries_is_no_catalog(body: object) -> None:
    with pytest.raises(CatalogError):
        read(body)


def test_a_deep_body_is_not_followed_for_ever() -> None:
    body: Any = [LEVELS]
    for _ in range(500):
        body = {"data": body}
    with pytest.raises(CatalogError):
        read(body)
