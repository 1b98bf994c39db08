"""Whatever a catalog says, the reader does not crash, and what it accepts is safe."""

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bq_mcp.catalog.diff import diff_catalogs
from bq_mcp.catalog.entries import PARAM_KEYS, PATH_KEYS
from bq_mcp.catalog.model import Catalog, Param
from bq_mcp.catalog.parse import read_catalog
from bq_mcp.catalog.stored import dump_catalog
from bq_mcp.decoding import decode_json
from bq_mcp.envelope import read_envelope
from bq_mcp.errors import ApiError, CatalogError, MalformedReplyError

SAFE_PATH = re.compile(r"(/([A-Za-z0-9._~\-]+|\{[A-Za-z_][A-Za-z0-9_]*\}))+")
PARAM_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
LARGEST = 10**15

NASTY = st.sampled_from(
    [
        "/v2/gex/levels",
        "/x/{greek}",
        "/x/:id",
        "/x/{api_key}",
        "//evil.example",
        "https://evil.example",
        "/../x",
        "/%2e%2e/x",
        "\\\\x",
        "a@b",
        "\x00\u202e\ud800",
        "X-API-Key",
        "Host",
        "header",
        "path",
        "query",
        "GET",
        "GET /y",
        "POST",
        "Optional[List[Literal['a', 'b']]]",
        "int | None",
        "array",
        "integer",
        "(a+)+$",
        "a{99999999999}",
        "#/components/schemas/A",
        "bq_live_0123456789abcdef",
        "x" * 1_000,
    ]
)
KEYS = st.sampled_from(
    [
        *PATH_KEYS,
        *PARAM_KEYS,
        *("endpoints", "routes", "data", "items", "paths", "openapi", "info", "components"),
        *("methods", "method", "get", "post", "name", "alias", "in", "location", "schema", "$ref"),
        *("type", "enum", "choices", "default", "minimum", "maximum", "ge", "lt", "bounds"),
        *("anyOf", "allOf", "oneOf", "properties", "required", "optional", "pattern", "format"),
        *("summary", "description", "tag", "tags", "version", "simulated", "explode", "const"),
        *("/v2/gex/levels", "/x/{greek}", "schemas", "A", "parameters", "greek", "id"),
    ]
)
NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30), st.floats(), st.sampled_from([0, 1, -1, 0.5, 10**400])
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, NASTY, st.text(max_size=12))
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(KEYS, st.text(max_size=6)), inner, max_size=6),
    ),
    max_leaves=40,
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(NASTY, st.sampled_from(["symbol", "greek", "id", "limit"]), SCALARS),
        "in": st.one_of(st.sampled_from(["query", "path", "header", "cookie"]), SCALARS),
        "type": st.one_of(st.sampled_from(["string", "integer", "number", "array"]), JSON),
        "schema": JSON,
        "enum": st.one_of(st.lists(SCALARS, max_size=5), JSON),
        "items": JSON,
        "default": SCALARS,
        "minimum": SCALARS,
        "maximum": SCALARS,
        "exclusiveMinimum": SCALARS,
        "pattern": SCALARS,
        "format": SCALARS,
        "required": SCALARS,
        "description": SCALARS,
        "explode": SCALARS,
    },
)
ENTRIES = st.fixed_dictionaries(
    {"path": NASTY},
    optional={
        "methods": st.one_of(st.just(["GET"]), JSON),
        "parameters": st.one_of(st.lists(PARAMS, max_size=5), JSON),
        "params": JSON,
        "summary": SCALARS,
        "description": SCALARS,
        "tag": SCALARS,
    },
)
CATALOGS = st.one_of(
    JSON,
    st.lists(st.one_of(ENTRIES, JSON), max_size=5),
    st.fixed_dictionaries({"endpoints": st.lists(ENTRIES, max_size=5)}),
    st.fixed_dictionaries(
        {
            "openapi": st.just("3.1.0"),
            "paths": st.dictionaries(NASTY, st.fixed_dictionaries({"get": ENTRIES}), max_size=4),
            "components": st.fixed_dictionaries(
                {"schemas": st.dictionaries(KEYS, JSON, max_size=3)}
            ),
        }
    ),
)


def accepted(body: object) -> Catalog | None:
    """Return the catalog in `body`, None where the reader says there is none."""
    try:
        return read_catalog(body, source="live")
    except CatalogError:
        return None


def assert_plain(text: str, limit: int) -> None:
    assert len(text) <= limit
    assert text.isprintable()
    # The prefix alone is no key; Hypothesis finds it in our sources and tries it.
    assert not re.search(r"bq_live_[A-Za-z0-9_-]", text)


def assert_safe(param: Param, path: str) -> None:
    assert PARAM_NAME.fullmatch(param.name)
    assert param.location in ("query", "path")
    assert "apikey" not in re.sub("[^a-z]", "", param.name.lower())
    assert_plain(param.description, 400)
    assert (param.location == "path") == (f"{{{param.name}}}" in path)
    for member in (*param.enum, *param.item_enum, *filter(None, [param.default])):
        assert_plain(str(member), 64)
        if param.location == "path":
            assert re.fullmatch(r"[A-Za-z0-9_.\-]+", str(member))
            assert str(member).strip(".")
    bounds = (param.minimum, param.maximum, param.exclusive_minimum, param.exclusive_maximum)
    for bound in bounds:
        assert bound is None or -LARGEST <= bound <= LARGEST
    if param.minimum is not None and param.maximum is not None:
        assert param.minimum <= param.maximum
    if param.pattern is not None:
        re.compile(param.pattern)


@settings(max_examples=300)
@given(CATALOGS)
def test_whatever_is_accepted_is_safe(body: object) -> None:
    catalog = accepted(body)
    if catalog is None:
        return
    paths = [endpoint.path for endpoint in catalog.endpoints]
    assert paths == sorted(set(paths))
    for warning in catalog.warnings:
        assert_plain(warning, 320)
    for endpoint in catalog.endpoints:
        assert SAFE_PATH.fullmatch(endpoint.path)
        assert ".." not in endpoint.path
        assert_plain(endpoint.tag, 40)
        assert_plain(endpoint.summary, 200)
        assert_plain(endpoint.description, 600)
        names = [param.name for param in endpoint.params]
        assert len(set(names)) == len(names)
        assert set(re.findall(r"\{(\w+)\}", endpoint.path)) <= set(names)
        for param in endpoint.params:
            assert_safe(param, endpoint.path)


@settings(max_examples=200)
@given(CATALOGS)
def test_whatever_is_accepted_is_stored_without_a_difference(body: object) -> None:
    catalog = accepted(body)
    if catalog is None or not catalog.endpoints:
        return
    again = read_catalog(json.loads(dump_catalog(catalog)), source="disk")
    assert again.endpoints == catalog.endpoints
    assert not diff_catalogs(catalog, again)
    assert again.warnings == ()


@settings(max_examples=200)
@given(CATALOGS)
def test_a_broken_neighbour_costs_nobody_else(body: object) -> None:
    good = {"path": "/a/good/one", "parameters": [{"name": "symbol", "enum": ["BTCUSDT"]}]}
    catalog = read_catalog([good, body], source="live")
    assert catalog.by_path()["/a/good/one"].params == (Param("symbol", enum=("BTCUSDT",)),)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=60), JSON.map(lambda body: repr(body).encode())))
def test_any_bytes_are_json_or_malformed(body: bytes) -> None:
    try:
        decode_json(body)
    except MalformedReplyError as error:
        assert_plain(error.message, 100)


META = st.dictionaries(
    st.sampled_from(
        [
            *("version", "timestamp", "request_id", "symbol", "spot_price", "computed_at"),
            *("freshness_seconds", "source", "exchanges_filtered", "extra"),
        ]
    ),
    st.one_of(JSON, st.datetimes().map(str), st.just("0001-01-01T00:00:00Z")),
)
REPLIES = st.one_of(
    JSON,
    st.dictionaries(
        st.sampled_from(["success", "data", "error", "meta", "detail"]), st.one_of(JSON, META)
    ),
)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "x-quota-remaining", "x-request-id"]), st.text(max_size=12)
)


@settings(max_examples=300)
@given(REPLIES, st.sampled_from([200, 204, 400, 401, 404, 422, 429, 500, 503, 599]), HEADERS)
def test_any_reply_is_an_envelope_or_a_refusal(
    body: object, status: int, headers: dict[str, str]
) -> None:
    try:
        envelope = read_envelope(body, status=status, headers=headers)
    except ApiError as error:
        assert_plain(error.message, 300)
        assert_plain(error.request_id or "", 64)
        wait = error.retry_after
        assert wait is None or (isinstance(wait, float) and wait >= 0)
        return
    assert status < 400
    age = envelope.meta.freshness_seconds
    assert age is None or age == age
    assert all(assert_name(name) for name in envelope.meta.source)


def assert_name(name: str) -> bool:
    assert_plain(name, 64)
    return True
