"""The HTTP server as clients of both eras, browsers and load balancers meet it."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.to_thread
import httpx
import pytest
from mcp import Client, types

from .http_server import Running, http_server
from .upstream import KEY

pytestmark = pytest.mark.anyio
ERAS = ("auto", "legacy")
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("cache")
    with http_server("--sandbox", "--exclude-tools", "options_iv_skew", folder=folder) as running:
        yield running


@pytest.fixture(params=ERAS)
def mode(request: pytest.FixtureRequest) -> Any:
    return request.param


@asynccontextmanager
async def silent_upstream() -> AsyncIterator[str]:
    """Serve an address that takes requests and never answers."""

    async def take(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await anyio.sleep_forever()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, take)
        yield f"http://127.0.0.1:{listener.extra(anyio.abc.SocketAttribute.local_port)}"
        tasks.cancel_scope.cancel()


async def names(url: str, mode: Any = "auto") -> list[str]:
    async with Client(url, mode=mode) as client:
        return [tool.name for tool in (await client.list_tools()).tools]


async def test_both_eras_list_and_call(server: Running, mode: Any) -> None:
    async with Client(server.mcp, mode=mode) as client:
        listed = await client.list_tools()
        result = await client.call_tool("gex_levels", {"symbol": "btc"})
        capabilities = client.server_capabilities
    assert len(listed.tools) == 64
    assert isinstance(result.content[0], types.TextContent)
    assert result.content[0].text.startswith("SIMULATED BTCUSDT")
    assert capabilities is not None and capabilities.tools is not None
    assert capabilities.resources is not None
    # Only where listening can deliver it.
    assert bool(capabilities.tools.list_changed) is (mode == "auto")
    assert bool(capabilities.resources.subscribe) is (mode == "auto")


async def test_a_path_narrows_what_the_operator_offers(server: Running, mode: Any) -> None:
    vol = await names(f"{server.mcp}/x/vol", mode)
    assert "options_iv_smile" in vol
    assert not {"gex_levels", "options_iv_skew"} & set(vol)
    both = await names(f"{server.mcp}/x/vol,etf", mode)
    assert both == await names(f"{server.mcp}/x/etf,vol", mode) == sorted(both)
    assert set(vol) < set(both)
    search = ["find_tools", "describe_tool", "call_tool"]
    assert await names(f"{server.mcp}/search/x/vol", mode) == search
    async with Client(f"{server.mcp}/search/x/vol", mode=mode) as client:
        result = await client.call_tool("call_tool", {"tool": "gex_levels"})
    assert result.is_error and "left out" not in str(result.content[0])


async def test_progress_is_told_and_a_lost_upstream_is_seen_by_the_balancer(
    tmp_path: Path,
) -> None:
    heard: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        heard.append(progress)

    settings = {"BACKQUANT_API_KEY": KEY, "BACKQUANT_DEADLINE_SECONDS": "1.3"}
    async with silent_upstream() as base_url:
        with http_server(folder=tmp_path, BACKQUANT_BASE_URL=base_url, **settings) as at:
            for mode in ERAS:
                async with Client(at.mcp, mode=mode) as client:
                    result = await client.call_tool("gex_levels", {}, progress_callback=hear)
                assert result.is_error and "no reply in time" in str(result.content[0])
            ready = await anyio.to_thread.run_sync(httpx.get, f"{at.url}/readyz")
    assert heard == [1, 1]
    assert (ready.status_code, ready.text) == (503, "no catalog yet\n")


async def test_what_is_no_call_is_refused_with_a_reason(server: Running) -> None:
    async with httpx.AsyncClient() as http:

        async def told(method: str, path: str, **more: Any) -> tuple[int, str]:
            reply = await http.request(method, server.url + path, **more)
            return reply.status_code, reply.text

        assert await told("GET", "/healthz", headers={"Host": "any.example"}) == (200, "ok\n")
        assert await told("GET", "/readyz") == (200, "ready\n")
        assert (await told("GET", "/mcp"))[0] == 405
        assert (await told("DELETE", "/mcp"))[0] == 405
        assert (await told("GET", "/"))[0] == 404
        status, text = await told("POST", "/mcp/x/volx", headers=JSON, json=LIST)
        assert status == 404 and "closest: vol" in text
        status, text = await told("GET", "/sse")
        assert status == 404 and "/mcp/x/TOOLSETS" in text
        rebound = {**JSON, "Host": "rebound.example"}
        assert (await told("POST", "/mcp", headers=rebound, json=LIST))[0] == 421
        page = {**JSON, "Origin": "https://page.example"}
        assert (await told("POST", "/mcp", headers=page, json=LIST))[0] == 403


UNREADABLE: tuple[tuple[dict[str, str], object, int, str], ...] = (
    ({"Content-Type": "text/plain"}, LIST, 415, "send Content-Type: application/json"),
    ({"Accept": "application/json"}, LIST, 406, "send Accept: application/json, text/event-stream"),
    ({}, [LIST], 400, "a message is one JSON object; batches are not taken"),
    ({}, {"jsonrpc": "2.0", "id": 1}, 400, "method: Field required"),
    ({}, {**LIST, "id": 1.5}, 400, "tools/list without an id that is text or an integer"),
)


async def test_what_is_no_message_is_refused_in_one_line_in_either_era(server: Running) -> None:
    async with httpx.AsyncClient() as http:
        for more, body, status, words in UNREADABLE:
            for era in ("2026-07-28", "2025-11-25"):
                headers = {**JSON, "MCP-Protocol-Version": era, **more}
                reply = await http.post(server.mcp, headers=headers, content=json.dumps(body))
                assert (reply.status_code, reply.json()["error"]["message"]) == (status, words)


async def test_a_revision_nobody_knows_is_told_of_those_there_are(server: Running) -> None:
    async with httpx.AsyncClient() as http:
        headers = {**JSON, "MCP-Protocol-Version": "2025-11-24"}
        reply = await http.post(server.mcp, headers=headers, json=LIST)
    assert (reply.status_code, reply.json()["id"]) == (400, 1)
    assert "none of 2026-07-28, 2025-11-25" in reply.json()["error"]["message"]


MISFITS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}}, "clientInfo"),
    ("tools/call", {"arguments": {"key": "zebra"}}, "name"),
    ("resources/read", {"url": "zebra"}, "uri"),
)


async def test_a_request_without_what_it_needs_is_told_what(server: Running) -> None:
    async with httpx.AsyncClient() as http:
        for method, params, missing in MISFITS:
            body = {**LIST, "method": method, "params": params}
            text = (await http.post(server.mcp, headers=JSON, json=body)).text
            assert f'"message":"{method}: params.{missing}: Field required"' in text
            assert "zebra" not in text


async def test_an_operator_sees_calls_in_the_log_and_in_the_metrics(tmp_path: Path) -> None:
    options = ("--sandbox", "--metrics", "127.0.0.1:0")
    with http_server(*options, folder=tmp_path, BACKQUANT_LOG_FORMAT="json") as running:
        for mode in ERAS:
            async with Client(running.mcp, mode=mode) as client:
                await client.call_tool("gex_levels", {"symbol": "btc"})
        await anyio.to_thread.run_sync(httpx.get, f"{running.url}/nowhere")
        where = re.findall(r"metrics on (\S+)", "".join(running.said))[0]
        figures = (await anyio.to_thread.run_sync(httpx.get, where)).text.splitlines()
        await anyio.to_thread.run_sync(running.stop)
    lines = [json.loads(line) for line in running.said if " on http:" not in line]
    assert (
        'bq_mcp_requests_total{method="tools/call",outcome="ok",tool="gex_levels"} 2.0' in figures
    )
    assert 'bq_mcp_call_seconds_count{cache="hit"} 1.0' in figures
    assert 'bq_mcp_upstream_requests_total{account="operator"} 1.0' in figures
    assert 'bq_mcp_upstream_requests_saved_total{account="operator"} 1.0' in figures
    assert 'bq_mcp_refused_total{status="404"} 1.0' in figures
    assert 'bq_mcp_open{what="seats"} 1.0' in figures
    calls = [line for line in lines if line["event"] == "call"]
    assert [(call["who"], call["tool"], call["cache"]) for call in calls] == [
        ("local", "gex_levels", "miss"),
        ("local", "gex_levels", "hit"),
    ]
    assert all(call["simulated"] and call["arguments"] == "symbol" for call in calls)


async def test_the_end_lets_listeners_go(tmp_path: Path) -> None:
    with http_server("--sandbox", folder=tmp_path) as running:
        async with (
            Client(running.mcp) as client,
            client.listen(tools_list_changed=True) as changes,
        ):
            code = await anyio.to_thread.run_sync(running.stop)
            assert [event async for event in changes] == []
    assert code == 0


async def test_the_end_lets_calls_under_way_finish(tmp_path: Path) -> None:
    answers: list[str] = []
    under_way = [anyio.Event(), anyio.Event()]

    async def call(mode: Any, url: str, mine: anyio.Event) -> None:
        async def hear(progress: float, total: float | None, message: str | None) -> None:
            mine.set()

        async with Client(url, mode=mode) as client:
            result = await client.call_tool("gex_levels", {}, progress_callback=hear)
            answers.append(str(result.content[0]))

    key = {"BACKQUANT_API_KEY": "bq_live_" + "k" * 32}
    async with silent_upstream() as base_url:
        settings = {"BACKQUANT_BASE_URL": base_url, "BACKQUANT_DEADLINE_SECONDS": "2", **key}
        with http_server(folder=tmp_path, **settings) as at:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(call, "auto", at.mcp, under_way[0])
                tasks.start_soon(call, "legacy", at.mcp, under_way[1])
                for each in under_way:
                    await each.wait()
                code = await anyio.to_thread.run_sync(at.stop)
    assert code == 0
    assert len(answers) == 2 and all("no reply in time" in answer for answer in answers)
