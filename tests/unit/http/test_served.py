"""What is told of each request, as a client's calls make it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp.server.context import ServerMiddleware
from mcp.shared.exceptions import MCPError

from bq_mcp.access import Caller
from bq_mcp.composites import bundled_composites
from bq_mcp.http.admission import Admission, LocalCalls
from bq_mcp.http.served import Served, Watching
from bq_mcp.server import build_server, instructions_for
from bq_mcp.tools import SearchMode

from ...support import Bench, Upstream, bench, envelope, kept_logs

pytestmark = pytest.mark.anyio
LEVELS = "/v2/gex/levels"
REPLIES: dict[str, object] = {
    LEVELS: envelope({"all_expiry": {"hvl": 67000, "call_resistance": 70000}})
}


@asynccontextmanager
async def watched(
    parts: Bench,
    told: list[Served],
    *within: ServerMiddleware[Any],
    search: bool = False,
    mode: str = "auto",
) -> AsyncIterator[Client]:
    """Give a client of a watched server, with more middleware `within`."""
    offer = SearchMode(parts.toolbox) if search else parts.toolbox
    server = build_server(
        offer,
        version="0",
        instructions=instructions_for(offer),
        parts=parts,
        client=parts.client,
        clock=parts.clock,
        warm=parts.transport.warm,
    )
    watching = Watching(lambda _: "desk", lambda: parts.toolbox.inventory, [told.append], monotonic)
    server.middleware.extend([watching, *within])
    async with Client(server, mode=mode) as client:
        yield client


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_call_is_told_with_its_end_and_what_it_took(mode: str) -> None:
    told: list[Served] = []
    async with watched(bench(Upstream(REPLIES)), told, mode=mode) as client:
        await client.call_tool("gex_levels", {"symbol": "BTC"})
        await client.call_tool("gex_levels", {"symbol": "BTC"})
    first, second = (one for one in told if one.tool)
    assert (first.who, first.method, first.tool) == ("desk", "tools/call", "gex_levels")
    assert (first.outcome, first.cache, first.requests) == ("ok", "miss", 1)
    assert (second.outcome, second.cache, second.requests) == ("ok", "hit", 0)
    assert first.age_seconds is not None and first.age_seconds >= 12
    assert first.arguments == {"symbol": "BTC"} and first.is_offered and first.seconds > 0


async def test_each_end_of_a_call_has_its_word() -> None:
    told: list[Served] = []
    async with watched(bench(Upstream({"/v2/gex/expiry-profile": b"<html>"})), told) as client:
        await client.call_tool("gex_levels", {"symbol": "BTC"})
        await client.call_tool("gex_levels", {"symbol": "no such"})
        await client.call_tool("gex_expiry_profile", {"symbol": "BTC"})
        for name in ("no_such_tool", "\n" * 9_000):
            with pytest.raises(MCPError):
                await client.call_tool(name)
    calls = [(one.tool, one.outcome) for one in told if one.method == "tools/call"]
    assert calls == [
        ("gex_levels", "no_data"),
        ("gex_levels", "argument"),
        ("gex_expiry_profile", "malformed"),
        ("no_such_tool", "unknown_tool"),
        ("", "unknown_tool"),
    ]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_what_is_refused_because_too_much_is_under_way_is_busy(mode: str) -> None:
    told: list[Served] = []
    calls = LocalCalls(lambda: 0.0)
    nothing = Admission(lambda _: Caller("desk"), calls, most=0, most_each=0)
    async with watched(bench(Upstream(REPLIES)), told, nothing, mode=mode) as client:
        assert (await client.call_tool("gex_levels", {})).is_error
        with pytest.raises(MCPError):
            await client.read_resource("bq://levels/BTCUSDT")
    assert [one.outcome for one in told if one.tool] == ["busy", "busy"]


async def test_a_composite_that_lacks_a_part_is_partial() -> None:
    told: list[Served] = []
    parts = bench(Upstream(REPLIES), composites=bundled_composites())
    async with watched(parts, told) as client:
        await client.call_tool("market_brief", {"symbol": "BTC"})
    assert [one.outcome for one in told if one.tool] == ["partial"]


async def test_of_search_mode_the_tool_within_is_told() -> None:
    told: list[Served] = []
    async with watched(bench(Upstream(REPLIES)), told, search=True) as client:
        await client.call_tool("find_tools", {"query": "gamma flip"})
        asked = {"tool": "bq__gex_levels", "arguments": '{"symbol": "BTC"}'}
        await client.call_tool("call_tool", asked)
        await client.call_tool("call_tool", {"tool": "made_up"})
    calls = [(one.tool, one.via, one.is_offered, one.outcome) for one in told if one.tool]
    assert calls == [
        ("find_tools", "", True, "ok"),
        ("gex_levels", "call_tool", True, "ok"),
        ("made_up", "call_tool", False, "argument"),
    ]


async def test_a_resource_that_is_read_is_told_by_its_kind() -> None:
    told: list[Served] = []
    async with watched(bench(Upstream(REPLIES)), told) as client:
        await client.read_resource("bq://levels/BTCUSDT")
        with pytest.raises(MCPError):
            await client.read_resource("bq://nowhere/x")
        with pytest.raises(MCPError):
            await client.read_resource("file:///etc/passwd")
        await client.list_tools()
    read = [(one.tool, one.is_offered, one.outcome) for one in told if one.tool]
    assert read == [
        ("bq://levels", True, "ok"),
        ("bq://", False, "invalid_params"),
        ("bq://", False, "invalid_params"),
    ]
    first = next(one for one in told if one.tool)
    assert first.requests == 1 and first.age_seconds is not None
    assert ("tools/list", "ok") in {(one.method, one.outcome) for one in told}


async def test_a_call_whose_client_left_is_cancelled() -> None:
    asked = anyio.Event()

    async def never() -> None:
        asked.set()
        await anyio.sleep_forever()

    told: list[Served] = []
    async with (
        watched(bench(Upstream({LEVELS: never})), told, mode="legacy") as client,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(client.call_tool, "gex_levels", {"symbol": "BTC"})
        await asked.wait()
        tasks.cancel_scope.cancel()
    assert [one.outcome for one in told if one.tool] == ["cancelled"]


async def test_a_listener_that_fails_costs_no_answer() -> None:
    class Failing(list[Served]):
        def append(self, one: Served) -> None:
            raise RuntimeError(one.tool)

    with kept_logs() as events:
        async with watched(bench(Upstream(REPLIES)), Failing()) as client:
            result = await client.call_tool("gex_levels", {"symbol": "BTC"})
    assert not result.is_error
    assert "request not recorded" in {event["event"] for event in events}
