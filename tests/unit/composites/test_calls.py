"""Calls of composites: a part that fails, all that fail, arguments, the store, cancellation."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import anyio
import pytest

from bq_mcp.composites import bundled_composites
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.faults import Fault, Schedule
from bq_mcp.tools import Selection
from bq_mcp.views import Answer

from ...fault.scene import Scene
from ...support import Upstream, bench, envelope

LEVELS = {"all_expiry": {"hvl": 67_000.0}, "positioning": "flow"}
STRIKES = {"strikes": [66_000.0, 68_000.0], "net_gex": [-2e6, 5e6], "positioning": "flow"}


def asked(replies: Mapping[str, object], tool: str = "market_brief", **arguments: object) -> Answer:
    """Return the answer to a call where upstream has only some replies."""
    upstream = Upstream({f"/v2{path}": reply for path, reply in replies.items()})

    async def call() -> Answer:
        async with bench(upstream, composites=bundled_composites()) as parts:
            return await parts.toolbox.call(tool, arguments)

    return anyio.run(call)


def reply(data: object, **meta: Any) -> dict[str, object]:
    return envelope(data, symbol="BTCUSDT", **meta)


def test_a_part_that_failed_is_named_with_its_tool_and_the_rest_answered() -> None:
    answer = asked({"/gex/levels": reply(LEVELS, spot_price=70_000.0)})
    assert "flip (HVL) 67,000 (-4.3%), spot above it" in answer.text
    assert "n/a: net GEX, PCR (gex_strike_profile), IV, skew, next anchor" in answer.text
    assert "no data (404), not zero" in answer.text
    assert "agrees" not in answer.text
    assert not answer.is_error
    assert answer.meta["failed"] == {"strikes": "no_data", "expiries": "no_data"}


def test_where_all_parts_fail_the_answer_is_that_of_a_single_tool() -> None:
    answer = asked({})
    assert answer.text.startswith("market_brief: no data for this combination")
    assert answer.meta["error"] == "no_data" and not answer.is_error
    with_fault = asked({"/gex/strike-profile": b"{"})
    assert with_fault.is_error and with_fault.meta["error"] == "malformed"


def test_parts_of_two_times_spots_and_models_are_told_apart() -> None:
    answer = asked(
        {
            "/gex/levels": reply(LEVELS, spot_price=70_000.0),
            "/gex/strike-profile": reply(
                {**STRIKES, "positioning": "std"},
                spot_price=70_200.0,
                computed_at="2026-11-20T14:30:00Z",
            ),
        }
    )
    first, *rest = answer.text.split("\n")
    assert "2026-11-20 14:30:00Z, 2m old, late" in first
    assert first.endswith("mixed positioning")
    assert "spots 0.286% apart: levels 70,000, strikes 70,200" in answer.text
    assert "positioning: levels flow, strikes std" in rest
    assert "ages: levels 12s old, fresh; strikes 2m old, late" in rest
    assert "not compared" in answer.text
    assert answer.meta["verdict"] == "late"
    assert answer.meta["computed_at"] == "2026-11-20T14:30:00Z"


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("market_brief", {"symbol": "DOGE"}, "allowed: BTCUSDT"),
        ("market_brief", {"symbols": "BTC"}, "no such argument; closest: symbol"),
        ("compare_symbols", {}, "argument symbols: required"),
        ("compare_symbols", {"symbols": "btc", "measure": "iv"}, "allowed: levels, gex, vol"),
        ("expiry_brief", {"expiry": "01JAN20"}, "expired on 2020-01-01"),
        ("expiry_brief", {"expiry": "soon"}, "names no day"),
    ],
)
def test_arguments_are_checked_as_those_of_any_tool(
    tool: str, arguments: dict[str, object], said: str
) -> None:
    answer = asked({}, tool, **arguments)
    assert answer.is_error and said in answer.text
    assert f"{tool}: no request was sent" in answer.text


def test_a_composite_works_where_the_tools_of_its_parts_are_hidden() -> None:
    upstream = Upstream({"/v2/gex/levels": reply(LEVELS, spot_price=70_000.0)})

    async def call() -> Answer:
        alone = Selection(tools=("market_brief",))
        async with bench(upstream, composites=bundled_composites(), selection=alone) as parts:
            return await parts.toolbox.call("market_brief", {"symbol": "btc"})

    answer = anyio.run(call)
    assert "flip (HVL) 67,000" in answer.text
    assert "gex_strike_profile" not in answer.text


def test_an_older_answer_marks_the_whole_and_names_its_part() -> None:
    async def call() -> Answer:
        scene = Scene()
        fault = Fault("http_503", "/gex/strike-profile", since=scene.hand() + timedelta(seconds=60))
        app = create_app(clock=scene.hand, faults=Schedule(fault))
        async with scene.asking(app) as asked:
            await asked.toolbox.call("market_brief", {})
            scene.hand.advance(seconds=70)
            return await asked.toolbox.call("market_brief", {})

    answer = anyio.run(call)
    assert answer.text.startswith("SIMULATED STALE BTCUSDT market brief")
    assert "strikes 87s old, late (older answer)" in answer.text
    assert answer.meta["stale_because"] == "upstream_unavailable"


def test_a_cancelled_call_cancels_its_parts() -> None:
    begun: list[str] = []
    ended: list[str] = []

    async def call() -> None:
        asked, both = Upstream(), anyio.Event()

        async def never() -> None:
            begun.append("part")
            if len(begun) == 2:
                both.set()
            try:
                await anyio.sleep_forever()
            finally:
                ended.append("part")

        asked.replies.update({"/v2/gex/strike-profile": never, "/v2/gex/levels": never})
        parts = bench(asked, composites=bundled_composites())
        async with parts, anyio.create_task_group() as tasks:
            tasks.start_soon(parts.toolbox.call, "market_brief", {})
            with anyio.fail_after(5):
                await both.wait()
            tasks.cancel_scope.cancel()

    anyio.run(call)
    assert len(ended) == 2


def test_caveats_of_all_parts_are_told_but_for_the_split_by_venue_that_none_shows() -> None:
    notes = {"by_venue_note": "not split here", "quotes_note": "no quotes"}
    answer = asked(
        {
            "/gex/levels": reply(LEVELS, spot_price=70_000.0, extra={"missing": ["zones"]}),
            "/gex/strike-profile": reply(STRIKES, spot_price=70_000.0, extra=notes),
        }
    )
    assert "caveat: missing symbols: zones" in answer.text
    assert 'upstream notes: quotes_note "no quotes"' in answer.text
    assert "not split here" not in answer.text
