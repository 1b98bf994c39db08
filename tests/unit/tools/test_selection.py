"""Which tools are offered: toolsets, names, exclusions."""

from typing import Any

import pytest

from bq_mcp.catalog import SNAPSHOT, Catalog, Endpoint, bundled_hints, load_catalog
from bq_mcp.errors import ConfigError
from bq_mcp.tools import Inventory, Selection

from .offered import TOOLS

MEMBERS = {name: tool.toolsets for name, tool in TOOLS.items()}


def offered(**chosen: Any) -> set[str]:
    selection = Selection(**chosen)
    return {name for name, toolsets in MEMBERS.items() if selection.takes(name, toolsets)}


def test_toolsets_and_tools_add_up_and_exclusion_wins() -> None:
    assert offered() == set(TOOLS)
    etf = {"etf_flows", "etf_premium", "etf_aum"}
    assert offered(toolsets=("etf",)) == etf
    assert offered(toolsets=("etf",), tools=("meta",)) == etf | {"meta"}
    assert offered(toolsets=("etf",), exclude=("etf_aum",)) == etf - {"etf_aum"}
    assert offered(tools=("meta", "etf_aum"), exclude=("meta",)) == {"etf_aum"}
    assert offered(exclude=("meta",)) == set(TOOLS) - {"meta"}


def test_a_narrower_selection_never_offers_what_the_wider_does_not() -> None:
    allowed = Selection(toolsets=("etf", "vol"), exclude=("etf_aum",))
    assert offered(toolsets=("etf", "flow"), within=allowed) == {"etf_flows", "etf_premium"}
    assert offered(tools=("etf_aum", "meta"), within=allowed) == set()
    assert offered(within=allowed) == offered(toolsets=("etf", "vol"), exclude=("etf_aum",))


def test_a_wrong_choice_is_refused_and_an_unknown_tool_is_told() -> None:
    with pytest.raises(ConfigError, match="'vola', closest: vol; there are core, "):
        Selection(toolsets=("vola",)).check(MEMBERS)
    with pytest.raises(ConfigError, match="none is left to offer"):
        Selection(tools=("meta",), exclude=("meta",)).check(MEMBERS)
    unknown = Selection(tools=("meta", "vol_cone"), exclude=("gone",)).check(MEMBERS)
    assert unknown == ("vol_cone", "gone")


def test_a_new_endpoint_is_in_a_toolset_of_its_own() -> None:
    known = load_catalog(SNAPSHOT, "snapshot").endpoints
    grown = Catalog((*known, Endpoint("/vol/cone")), "live")
    assert "vol_cone" in Inventory(grown, bundled_hints()).tools
    assert list(Inventory(grown, bundled_hints(), Selection(("new",))).tools) == ["vol_cone"]
    assert "vol_cone" not in Inventory(grown, bundled_hints(), Selection(("vol",))).tools


def test_what_is_hidden_is_not_named_as_a_next_step() -> None:
    inventory = Inventory(
        load_catalog(SNAPSHOT, "snapshot"), bundled_hints(), Selection(("levels",))
    )
    assert "/gex/strike-profile" not in inventory.names
    assert "gex_strike_profile" in inventory.every
    told = inventory.tools["gex_levels"].description
    assert told.endswith("Start here for GEX. Several symbols: multi_gex_levels.")
