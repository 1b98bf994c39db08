"""What a whole catalog becomes, and what a hostile one cannot do."""

import pytest

from bq_mcp.catalog.parse import MAX_ENDPOINTS, read_catalog
from bq_mcp.errors import CatalogError

from .reading import read, read_one

LEVELS = {"path": "/gex/levels"}


def test_endpoints_come_in_path_order() -> None:
    catalog = read([{"path": "/b"}, {"path": "/c"}, {"path": "/a"}])
    assert [endpoint.path for endpoint in catalog.endpoints] == ["/a", "/b", "/c"]
    assert list(catalog.by_path()) == ["/a", "/b", "/c"]


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "/../x",
        "/%2e%2e/x",
        "/a\\b",
        "/a@b",
        "",
        "/\x00",
    ],
)
def test_an_unsafe_path_loses_only_its_own_entry(path: str) -> None:
    catalog = read([{"path": path, "method": "GET"}, LEVELS])
    assert [endpoint.path for endpoint in catalog.endpoints] == ["/gex/levels"]
    assert len(catalog.warnings) == 1


def test_the_first_of_two_entries_of_one_path_is_used() -> None:
    catalog = read(
        [{**LEVELS, "summary": "first"}, {"path": "/v2/gex/levels/", "summary": "second"}]
    )
    assert [endpoint.summary for endpoint in catalog.endpoints] == ["first"]
    assert catalog.warnings == ("/gex/levels: listed twice, the first entry is used",)


def test_texts_are_bounded_clean_and_taken_from_the_first_that_says_something() -> None:
    endpoint = read_one(
        {
            "path": "/x",
            "tag": "G\x00EX\u202e" + "x" * 100,
            "summary": "",
            "title": "Levels\n\x1b[31m" + "y" * 1_000,
            "doc": "d\u200boc " * 1_000,
        }
    )
    assert endpoint.tag.startswith("GEXxxx")
    assert endpoint.summary.startswith("Levels [31my")
    assert endpoint.description.startswith("doc doc")
    assert len(endpoint.tag) <= 40
    assert len(endpoint.summary) <= 200
    assert len(endpoint.description) <= 600


@pytest.mark.parametrize("wrong", [5, None, ["x"], {"a": 1}, True])
def test_texts_of_the_wrong_type_are_missing(wrong: object) -> None:
    entry = {"path": "/x", "tag": wrong, "summary": wrong, "description": wrong}
    endpoint = read_one(entry)
    assert endpoint.summary == endpoint.description == ""


def test_warnings_are_few_short_and_printable() -> None:
    junk = "\x1b[31m\u202e\n" + "x" * 100_000
    entries = [
        junk,
        {"path": junk},
        {"path": "/a", "parameters": [{"name": junk}, 5]},
        {"path": "https://" + junk},
        *({"path": f"//{i}"} for i in range(5_000)),
        LEVELS,
    ]
    warnings = read(entries).warnings
    assert len(warnings) <= 51
    assert warnings[-1].endswith("more warnings")
    assert all(warning.isprintable() and len(warning) < 320 for warning in warnings)


def test_no_key_is_stored_or_logged() -> None:
    key = "bq_live_0123456789abcdefghijklmnopqrstuv"
    catalog = read([{**LEVELS, "summary": f"use {key}"}, {"path": f"/x y/{key}"}])
    assert key not in repr(catalog)


def test_thousands_of_entries_are_cut_with_a_warning() -> None:
    catalog = read([{"path": f"/x/{i}"} for i in range(MAX_ENDPOINTS + 500)])
    assert len(catalog.endpoints) == MAX_ENDPOINTS
    assert catalog.warnings == (f"only the first {MAX_ENDPOINTS} endpoints are read",)


def test_version_and_simulation_are_read_from_the_document() -> None:
    assert read({"version": "2.10", "endpoints": [LEVELS]}).version == "2.10"
    assert read({"version": 2.1, "endpoints": [LEVELS]}).version is None
    assert read({"simulated": True, "endpoints": [LEVELS]}).simulated
    assert not read({"simulated": "no", "endpoints": [LEVELS]}).simulated
    document = {"info": {"version": "2.10", "x-simulated": True}, "paths": {"/x": {"get": {}}}}
    assert read(document).version == "2.10"
    assert read(document).simulated
    assert read_catalog([LEVELS], source="live", simulated=True).simulated


def test_a_catalog_of_nothing_but_broken_entries_is_none() -> None:
    with pytest.raises(CatalogError, match="no usable endpoint"):
        read([{"path": "https://evil.example"}, 5, {"method": "GET"}])
