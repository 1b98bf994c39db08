"""What is said about two catalogs that differ."""

from bq_mcp.catalog.diff import diff_catalogs
from bq_mcp.catalog.model import Catalog, Endpoint, Param, Source


def catalog(*endpoints: Endpoint, source: Source = "live") -> Catalog:
    return Catalog(endpoints=endpoints, source=source)


def test_equal_catalogs_of_different_sources_do_not_differ() -> None:
    assert not diff_catalogs(catalog(Endpoint("/a")), catalog(Endpoint("/a"), source="disk"))


def test_added_removed_and_changed_paths_are_named() -> None:
    old = catalog(Endpoint("/a"), Endpoint("/b", params=(Param("x"), Param("gone"))))
    new = catalog(
        Endpoint("/b", summary="New", params=(Param("x", default="1"), Param("y"))), Endpoint("/c")
    )
    found = diff_catalogs(old, new)
    assert found
    assert (found.added, found.removed) == (("/c",), ("/a",))
    assert found.changed == (("/b", ("summary", "+y", "-gone", "x: default")),)


def test_the_order_of_parameters_alone_is_no_change() -> None:
    old = catalog(Endpoint("/a", params=(Param("x"), Param("y"))))
    new = catalog(Endpoint("/a", params=(Param("y"), Param("x"))))
    assert not diff_catalogs(old, new)
