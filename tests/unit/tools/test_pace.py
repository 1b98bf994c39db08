"""How often the data behind a call changes, from hint and arguments."""

from datetime import timedelta

import pytest

from bq_mcp.catalog import Hint
from bq_mcp.client import Lifetime
from bq_mcp.tools.pace import lifetime_of

from ...support import NOW
from .offered import TOOLS, tool


def pace(name: str, **asked: object) -> Lifetime:
    return lifetime_of(TOOLS[name], asked, NOW)


@pytest.mark.parametrize(
    ("name", "lifetime"),
    [
        ("gex_levels", Lifetime("refreshed", 30.0)),
        ("options_chain", Lifetime("refreshed", 30.0)),
        ("liquidation_heatmap", Lifetime("refreshed", 300.0)),
        ("gex_history", Lifetime("appended", 30.0)),
        ("options_vrp", Lifetime("slow")),
        ("etf_flows", Lifetime("slow")),
        ("endpoints", Lifetime("static")),
        ("health", Lifetime("static", 30.0)),
    ],
)
def test_a_tool_has_the_pace_of_its_hint(name: str, lifetime: Lifetime) -> None:
    assert pace(name) == lifetime


def test_each_tool_of_the_catalog_has_some_pace() -> None:
    kinds = {name: lifetime_of(found, {}, NOW).kind for name, found in TOOLS.items()}
    assert set(kinds.values()) == {"refreshed", "appended", "slow", "static"}


def test_an_endpoint_nobody_has_seen_is_taken_as_refreshed_at_a_pace_to_be_learned() -> None:
    assert lifetime_of(tool(), {}, NOW) == Lifetime("refreshed", None)


def test_a_hint_goes_before_the_note_of_an_endpoint() -> None:
    words = "Some new map. Refreshes every 5 minutes."
    hinted = tool(description=words, hint=Hint(cadence_seconds=90.0, age_rule="live"))
    assert lifetime_of(hinted, {}, NOW) == Lifetime("refreshed", 90.0)


def test_the_note_of_an_endpoint_nobody_has_seen_gives_its_pace() -> None:
    noted = tool(description="Some new map. Refreshes every 5 minutes.")
    assert lifetime_of(noted, {}, NOW) == Lifetime("refreshed", 300.0)


@pytest.mark.parametrize("words", ["Updated every day.", "Refreshed every 12 hours."])
def test_what_is_replaced_in_hours_is_kept_as_daily_rows_are(words: str) -> None:
    assert lifetime_of(tool(description=words), {}, NOW) == Lifetime("slow")


@pytest.mark.parametrize("name", ["as_of", "before"])
@pytest.mark.parametrize("value", ["2026-05-01T00:00:00Z", "2026-11-20T14:20:00+00:00"])
def test_an_answer_of_the_past_never_changes(name: str, value: str) -> None:
    assert pace("gex_levels", **{name: value}) == Lifetime("pinned")


@pytest.mark.parametrize(
    "value", ["2026-11-20T14:30:00Z", "2026-11-21T00:00:00Z", "a cursor", "", None, 5]
)
def test_a_moment_whose_snapshot_may_still_come_is_not_the_past(value: object) -> None:
    found = pace("gex_levels", as_of=value)
    settled = isinstance(value, int)
    assert found == (Lifetime("pinned") if settled else Lifetime("refreshed", 30.0))


def test_the_past_begins_ten_minutes_ago() -> None:
    just = (NOW - timedelta(minutes=10)).isoformat()
    before = (NOW - timedelta(minutes=10, seconds=1)).isoformat()
    assert pace("gex_levels", as_of=just).kind == "refreshed"
    assert pace("gex_levels", as_of=before).kind == "pinned"
