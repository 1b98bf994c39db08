"""The server as a client of either era sees it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import mcp.types as types
import pytest
from mcp import Client
from mcp.server.subscriptions import InMemorySubscriptionBus, SubscriptionBus
from mcp.shared.exceptions import MCPError

from bq_mcp.server import build_server
from bq_mcp.server.results import META_KEY
from bq_mcp.views import render_instructions

from ..spans import kept_spans
from ..support import Bench, Upstream, bench, envelope, kept_logs

pytestmark = pytest.mark.anyio
LEVELS = {
    "all_expiry": {"hvl": 67000, "call_resistance": 70000, "put_support": 64000},
    "odte": {"hvl": 67500, "call_resistance": 68000, "put_support": 66500},
    "positioning": "flow",
}
NEW_CATALOG = envelope(
    {
        "endpoints": [
            {"path": "/v2/gex/levels", "methods": ["GET"], "parameters": []},
            {"path": "/v2/vol/cone", "methods": ["GET"], "summary": "Vol cone", "parameters": []},
        ]
    }
)


Warm = Callable[[], Awaitable[None]]


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def connected(
    parts: Bench,
    mode: str,
    *,
    warm: Warm | None = None,
    notices: SubscriptionBus | None = None,
    **options: Any,
) -> AsyncIterator[Client]:
    server = build_server(
        parts.toolbox,
        version="0",
        instructions=render_instructions,
        parts=parts,
        client=parts.client,
        clock=parts.clock,
        warm=warm or parts.transport.warm,
        notices=notices,
    )
    async with Client(server, mode=mode, **options) as client:
        yield client


def text_of(result: types.CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, types.TextContent))


async def test_every_endpoint_is_listed_once_in_a_stable_order(mode: str, tmp_path: Path) -> None:
    async with connected(bench(Upstream(), folder=tmp_path), mode) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        again = await client.list_tools(cache_mode="bypass")
    assert len(names) == 62
    assert names == sorted(set(names)) == [tool.name for tool in again.tools]


async def test_tools_are_marked_read_only_and_titled(mode: str, tmp_path: Path) -> None:
    async with connected(bench(Upstream(), folder=tmp_path), mode) as client:
        tools = (await client.list_tools()).tools
    assert all(tool.title and tool.description and not tool.output_schema for tool in tools)
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)


async def test_a_call_answers_in_text_with_its_twin_in_meta(mode: str, tmp_path: Path) -> None:
    upstream = Upstream({"/v2/gex/levels": envelope(LEVELS, symbol="BTCUSDT", spot_price=67214.0)})
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        result = await client.call_tool("gex_levels", {"symbol": "btc"})
    assert not result.is_error and result.structured_content is None
    assert "67,000" in text_of(result) and "12s old" in text_of(result)
    assert "/v2/gex/levels?symbol=BTCUSDT" in upstream.asked
    assert result.meta is not None
    twin = result.meta[META_KEY]
    assert twin["age_seconds"] == 12 and twin["verdict"] == "fresh" and "simulated" not in twin


async def test_a_wrong_argument_is_an_error_result_without_a_request(
    mode: str, tmp_path: Path
) -> None:
    upstream = Upstream()
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        result = await client.call_tool("gex_levels", {"symbl": "ETHUSDT"})
    assert result.is_error
    assert "symbl" in text_of(result) and "symbol" in text_of(result)
    assert not [path for path in upstream.asked if "gex/levels" in path]


async def test_an_unknown_tool_is_a_protocol_error_with_the_closest_name(
    mode: str, tmp_path: Path
) -> None:
    async with connected(bench(Upstream(), folder=tmp_path), mode) as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("gex_level", {})
    assert caught.value.code == types.INVALID_PARAMS
    assert "gex_levels" in str(caught.value)


async def test_without_a_key_it_lists_and_a_call_says_how_to_get_one(
    mode: str, tmp_path: Path
) -> None:
    upstream = Upstream()
    async with connected(bench(upstream, folder=tmp_path, key=None), mode) as client:
        assert len((await client.list_tools()).tools) == 62
        result = await client.call_tool("gex_levels", {})
    assert result.is_error
    assert "BACKQUANT_API_KEY" in text_of(result) and "--sandbox" in text_of(result)
    assert not [path for path in upstream.asked if "gex/levels" in path]


async def test_the_first_list_waits_for_a_live_catalog(mode: str, tmp_path: Path) -> None:
    upstream = Upstream({"/v2/endpoints": NEW_CATALOG})
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        listed = await client.list_tools()
    assert [tool.name for tool in listed.tools] == ["gex_levels", "vol_cone"]


async def test_a_list_may_be_kept_only_once_a_live_catalog_was_read(tmp_path: Path) -> None:
    upstream = Upstream()
    parts = bench(upstream, folder=tmp_path)
    async with connected(parts, "auto") as client:
        before = await client.list_tools()
        upstream.replies["/v2/endpoints"] = NEW_CATALOG
        await parts.toolbox.keeper.refresh()
        after = await client.list_tools(cache_mode="bypass")
    assert (before.ttl_ms, after.ttl_ms) == (0, 300_000)


async def test_nothing_that_fails_in_the_background_ends_the_server(
    mode: str, tmp_path: Path
) -> None:
    failed: list[str] = []

    async def warm() -> None:
        failed.append("warm")
        raise RuntimeError("no pool")

    async def crash() -> object:
        failed.append("catalog")
        raise ArithmeticError("inside the transport")

    upstream = Upstream({"/v2/endpoints": crash, "/v2/gex/levels": envelope(LEVELS)})
    parts = bench(upstream, folder=tmp_path)

    async def listener() -> None:
        failed.append("listener")
        raise RuntimeError("a listener that fails")

    with kept_logs() as logs, parts.toolbox.telling(listener):
        async with connected(parts, mode, warm=warm) as client:
            assert len((await client.list_tools()).tools) == 62
            upstream.replies["/v2/endpoints"] = NEW_CATALOG
            await parts.toolbox.keeper.refresh()
            assert len((await client.list_tools(cache_mode="bypass")).tools) == 2
            assert not (await client.call_tool("gex_levels", {})).is_error
    assert {"warm", "catalog", "listener"} <= set(failed)
    assert "connection not prepared" in [log["event"] for log in logs]


async def test_a_tool_nobody_has_seen_answers_with_its_figures(mode: str, tmp_path: Path) -> None:
    cone = {"window": [7, 30], "low_iv": [41.5, 38.25], "high_iv": [77.1, 69.9]}
    upstream = Upstream({"/v2/endpoints": NEW_CATALOG, "/v2/vol/cone": envelope(cone)})
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        await client.list_tools()
        text = text_of(await client.call_tool("vol_cone", {}))
    assert "41.5" in text and "69.9" in text and "low_iv" in text


async def test_a_handler_that_fails_tells_neither_client_nor_span_what_it_said(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = bench(Upstream(), folder=tmp_path)

    async def broken() -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(parts.toolbox, "offered", broken)
    spans = kept_spans()
    with kept_logs():
        async with connected(parts, mode) as client:
            with pytest.raises(MCPError) as caught:
                await client.list_tools()
    assert (caught.value.code, str(caught.value)) == (types.INTERNAL_ERROR, "Internal server error")
    said = "\n".join(spans.said)
    assert "'error.type' 'RuntimeError'" in said
    assert "secret detail" not in said


async def test_each_request_is_a_span_that_names_its_tool_and_its_kind_of_failure(
    mode: str, tmp_path: Path
) -> None:
    upstream = Upstream({"/v2/gex/levels": envelope(LEVELS)})
    spans = kept_spans()
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        await client.call_tool("gex_levels", {})
        await client.call_tool("expiries", {"symbol": "BTC"})
    ours = [line for line in spans.said if "'span' 'tools/call " in line]
    assert [line.split("'")[3] for line in ours] == ["tools/call gex_levels", "tools/call expiries"]
    assert "'span' 'GET /gex/levels'" in "\n".join(spans.said)
    assert "'attribute' 'error.type' 'no_data'" in spans.said


async def test_a_changed_catalog_is_announced(mode: str, tmp_path: Path) -> None:
    upstream = Upstream()
    parts = bench(upstream, folder=tmp_path)
    announced = anyio.Event()

    async def on_message(message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            announced.set()

    async with connected(parts, mode, message_handler=on_message) as client:
        assert len((await client.list_tools()).tools) == 62
        async with anyio.create_task_group() as tasks:
            if mode == "auto":
                tasks.start_soon(_listen, client, announced)
                await anyio.wait_all_tasks_blocked()
            upstream.replies["/v2/endpoints"] = NEW_CATALOG
            assert await parts.toolbox.keeper.refresh()
            with anyio.fail_after(5):
                await announced.wait()
            tasks.cancel_scope.cancel()
        listed = await client.list_tools(cache_mode="bypass")
    assert len(listed.tools) == 2


async def test_servers_that_share_their_notices_tell_the_listeners_of_each(tmp_path: Path) -> None:
    upstream, announced, notices = Upstream(), anyio.Event(), InMemorySubscriptionBus()
    here, there = bench(upstream, folder=tmp_path / "here"), bench(Upstream())
    async with connected(here, "auto", notices=notices) as one:
        await one.list_tools()
        async with (
            connected(there, "auto", notices=notices) as other,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(_listen, other, announced)
            await anyio.wait_all_tasks_blocked()
            upstream.replies["/v2/endpoints"] = NEW_CATALOG
            assert await here.toolbox.keeper.refresh()
            with anyio.fail_after(5):
                await announced.wait()
            tasks.cancel_scope.cancel()


async def test_a_change_is_told_once_however_often_the_tools_were_listed(tmp_path: Path) -> None:
    upstream = Upstream()
    parts = bench(upstream, folder=tmp_path)
    told: list[object] = []

    async def on_message(message: object) -> None:
        if isinstance(message, types.ToolListChangedNotification):
            told.append(message)

    async with connected(parts, "legacy", message_handler=on_message) as client:
        for _ in range(3):
            await client.list_tools(cache_mode="bypass")
        upstream.replies["/v2/endpoints"] = NEW_CATALOG
        assert await parts.toolbox.keeper.refresh()
        await anyio.wait_all_tasks_blocked()
    assert len(told) == 1


async def test_a_tool_that_vanished_answers_with_the_nearest_one(mode: str, tmp_path: Path) -> None:
    upstream = Upstream()
    parts = bench(upstream, folder=tmp_path)
    async with connected(parts, mode) as client:
        await client.list_tools()
        upstream.replies["/v2/endpoints"] = NEW_CATALOG
        await parts.toolbox.keeper.refresh()
        result = await client.call_tool("gex_history", {})
    assert result.is_error
    assert "gex_history" in text_of(result) and "gex_levels" in text_of(result)


async def _listen(client: Client, announced: anyio.Event) -> None:
    async with client.listen(tools_list_changed=True) as events:
        async for _ in events:
            announced.set()


async def test_a_call_that_was_cancelled_is_answered_from_its_request_when_repeated(
    mode: str, tmp_path: Path
) -> None:
    entered, answer = anyio.Event(), anyio.Event()

    async def slow() -> object:
        entered.set()
        await answer.wait()
        return envelope(LEVELS, symbol="BTCUSDT")

    upstream = Upstream({"/v2/gex/levels": slow})
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "gex_levels", {})
            with anyio.fail_after(5):
                await entered.wait()
            tasks.cancel_scope.cancel()
        answer.set()
        assert "67,000" in text_of(await client.call_tool("gex_levels", {}))
        assert upstream.asked.count("/v2/gex/levels") == 1


async def test_a_fault_of_ours_is_an_answer_without_details(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = bench(Upstream(), folder=tmp_path)

    async def broken(name: str, arguments: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(parts.toolbox, "call", broken)
    async with connected(parts, mode) as client:
        result = await client.call_tool("gex_levels", {})
    assert result.is_error
    assert "gex_levels" in text_of(result) and "secret detail" not in text_of(result)
