"""The offered list."""

from bq_mcp.catalog import Catalog, Endpoint, Param, bundled_hints
from bq_mcp.tools import Inventory
from bq_mcp.tools.inventory import LISTING_LIMIT

from ...support import kept_logs
from .offered import INVENTORY, NOW, TOOLS


def test_tools_are_listed_by_name_once_for_each_endpoint() -> None:
    assert list(TOOLS) == sorted(TOOLS)
    assert {found.endpoint.path for found in TOOLS.values()} == set(INVENTORY.names)
    assert all(name == found.name for name, found in TOOLS.items())


def test_every_bundled_tool_has_a_hint_and_words() -> None:
    for found in TOOLS.values():
        assert found.hint.when and found.title == found.hint.title


def test_an_endpoint_without_a_hint_is_offered_too() -> None:
    found = Inventory(Catalog((Endpoint("/vol/cone", summary="Vol cone"),), "live"), {})
    assert found.tools["vol_cone"].title == "Vol cone"
    assert found.tools["vol_cone"].checker.prepare({}, NOW).path == "/vol/cone"


def test_the_closest_tool_is_found_whatever_the_case() -> None:
    assert INVENTORY.closest("GEX_LEVEL") == "gex_levels"
    assert INVENTORY.closest("bq_gex_levels") == "gex_levels"


def test_nothing_is_close_to_nonsense() -> None:
    assert INVENTORY.closest("zzzzzzzz") is None
    assert INVENTORY.closest("") is None


def test_a_list_too_long_to_show_keeps_the_known_tools_and_as_many_more_as_fit() -> None:
    params = tuple(Param(f"p{n:02}" + "x" * 37) for n in range(64))
    many = [Endpoint(f"/a/{n}", params=params) for n in range(900)]
    known = INVENTORY.catalog.endpoints
    with kept_logs() as logs:
        grown = Inventory(Catalog((*many, *known), "live"), bundled_hints())
    assert set(INVENTORY.tools) < set(grown.tools)
    assert sum(len(found.listed) for found in grown.tools.values()) <= LISTING_LIMIT
    assert set(grown.names.values()) == set(grown.tools)
    assert logs[0]["left_out"] == 962 - len(grown.tools)
