"""Resources as a client of either era sees them: lists, texts, errors, and updates."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import mcp.types as types
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from bq_mcp.client import Limits
from bq_mcp.guides import topics
from bq_mcp.server.results import META_KEY

from ..held_time import HeldTime
from ..support import Bench, Upstream, bench, envelope
from .test_server import LEVELS, NEW_CATALOG, connected

pytestmark = pytest.mark.anyio
SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")
CADENCE_S = 30


@pytest.fixture(params=["auto", "legacy"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def text_of(result: types.ReadResourceResult) -> str:
    (contents,) = result.contents
    assert isinstance(contents, types.TextResourceContents)
    return contents.text


def market(time: HeldTime, folder: Path, **more: Any) -> Bench:
    """Return a bench whose levels are computed every thirty seconds of a held time."""

    async def levels() -> object:
        now = time.now()
        computed = now - timedelta(seconds=now.timestamp() % CADENCE_S)
        stamps = {"timestamp": now.isoformat(), "computed_at": computed.isoformat()}
        return envelope(LEVELS, **stamps, symbol="BTCUSDT", spot_price=67_214.0)

    upstream = Upstream({"/v2/gex/levels": levels})
    parts = bench(upstream, folder=folder, clock=time.quick, **more)
    parts.clock = time.clock
    return parts


def asked(parts: Bench) -> int:
    return sum(path.startswith("/v2/gex/levels") for path in parts.upstream.asked)


@asynccontextmanager
async def watching(client: Client, mode: str, *uris: str) -> AsyncIterator[None]:
    """Subscribe in the way of the era."""
    if mode == "legacy":
        for uri in uris:
            await client.subscribe_resource(uri)
        yield
        for uri in uris:
            await client.unsubscribe_resource(uri)
        return
    async with anyio.create_task_group() as tasks:
        for uri in uris:
            tasks.start_soon(_listen, client, uri)
        yield
        tasks.cancel_scope.cancel()


async def _listen(client: Client, uri: str) -> None:
    async with client.listen(resource_subscriptions=[uri, "bq://levels/DOGE"]) as events:
        assert events.honored.resource_subscriptions == [uri]
        async for _ in events:
            pass


async def test_each_resource_is_listed_and_can_be_read(mode: str, tmp_path: Path) -> None:
    paths = ("/v2/gex/levels", "/v2/expiries", "/v2/status")
    upstream = Upstream({path: envelope({**LEVELS, "expiries": []}) for path in paths})
    async with connected(bench(upstream, folder=tmp_path), mode) as client:
        resources = (await client.list_resources()).resources
        templates = (await client.list_resource_templates()).resource_templates
        for resource in resources:
            assert resource.title and resource.description and resource.annotations
            assert text_of(await client.read_resource(resource.uri))
    uris = {resource.uri for resource in resources}
    assert uris >= {f"bq://levels/{symbol}" for symbol in SYMBOLS}
    assert uris >= {"bq://catalog", "bq://status", "bq://limits"}
    assert uris >= {f"bq://guide/{topic}" for topic in topics()}
    assert {"bq://levels/{symbol}", "bq://guide/{topic}"} <= {t.uri_template for t in templates}


async def test_a_live_resource_is_the_answer_of_its_tool_until_the_next_refresh(
    tmp_path: Path,
) -> None:
    upstream = Upstream({"/v2/gex/levels": envelope(LEVELS, symbol="BTCUSDT")})
    async with connected(bench(upstream, folder=tmp_path), "auto") as client:
        read = await client.read_resource("bq://levels/btc")
        called = await client.call_tool("gex_levels", {"symbol": "BTCUSDT"})
    (block,) = called.content
    assert isinstance(block, types.TextContent) and text_of(read) == block.text
    assert (read.ttl_ms, read.cache_scope) == (18_000, "private")
    assert read.meta is not None and read.meta[META_KEY]["age_seconds"] == 12
    assert upstream.asked.count("/v2/gex/levels?symbol=BTCUSDT") == 1


async def test_what_the_server_knows_of_itself_costs_no_request(mode: str, tmp_path: Path) -> None:
    parts = bench(Upstream({"/v2/gex/levels": envelope(LEVELS)}), folder=tmp_path)
    async with connected(parts, mode) as client:
        await client.list_tools()
        before = text_of(await client.read_resource("bq://limits"))
        for _ in range(2):
            await client.call_tool("gex_levels", {})
        count = len(parts.upstream.asked)
        after = text_of(await client.read_resource("bq://limits", cache_mode="bypass"))
        catalog = text_of(await client.read_resource("bq://catalog"))
        assert len(parts.upstream.asked) == count
    assert before.splitlines()[1] == "not known: no reply has stated them yet"
    assert "from memory 1" in after
    listed = {line.partition(" · ")[0] for line in catalog.splitlines()}
    assert listed >= {*parts.toolbox.inventory.names.values()}


async def test_limits_are_told_as_the_last_reply_stated_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = bench(Upstream(), folder=tmp_path)
    stated = Limits(burst_limit=30, burst_left=7, quota_limit=10_000, quota_left=4_321)
    monkeypatch.setattr(parts.client._exchange, "_limits", stated)
    monkeypatch.setattr(parts.client._exchange, "_minute_ends", 60.0)
    async with connected(parts, "auto") as client:
        told = text_of(await client.read_resource("bq://limits"))
    lines = told.splitlines()
    assert lines[1] == "this minute: 7 of 30 calls left"
    assert lines[2] == "this month: 4,321 of 10,000 calls left until the 1st, 00:00Z"
    assert lines[5].endswith("calls used for them today of 39 at most")
    assert lines[6:8] == ["", "data are refreshed"] and lines[8].startswith("every ")


@pytest.mark.parametrize(
    ("uri", "there"),
    [
        ("bq://levels/DOGE", "bq://levels/BTCUSDT"),
        ("bq://guide/gamma", "bq://guide/gamma-exposure"),
        ("bq://level/BTC", "bq://levels/{symbol}"),
        ("bq://levels", "bq://levels/BTCUSDT"),
        ("bq://catalog/all", "bq://catalog"),
        ("https://levels/BTC", "bq://levels/{symbol}"),
    ],
)
async def test_an_unknown_uri_is_refused_with_those_there_are(
    mode: str, tmp_path: Path, uri: str, there: str
) -> None:
    async with connected(bench(Upstream(), folder=tmp_path), mode) as client:
        for ask in [client.read_resource] + [client.subscribe_resource] * (mode == "legacy"):
            with pytest.raises(MCPError) as caught:
                await ask(uri)
            assert (caught.value.code, caught.value.data) == (types.INVALID_PARAMS, {"uri": uri})
            assert uri in str(caught.value) and there in str(caught.value)


async def test_what_fails_is_an_error_in_the_words_of_the_tool(mode: str, tmp_path: Path) -> None:
    async with connected(bench(Upstream(), folder=tmp_path, key=None), mode) as client:
        with pytest.raises(MCPError) as caught:
            await client.read_resource("bq://levels/BTC")
        assert text_of(await client.read_resource("bq://guide/gamma-exposure"))
    assert caught.value.code == types.INTERNAL_ERROR
    assert "BACKQUANT_API_KEY" in str(caught.value)


async def test_new_figures_are_announced_and_polled_once_for_all_until_nobody_watches(
    mode: str, tmp_path: Path
) -> None:
    time = HeldTime(turns=400)
    parts, told = market(time, tmp_path), list[str]()

    async def on_message(message: object) -> None:
        if isinstance(message, types.ResourceUpdatedNotification):
            told.append(str(message.params.uri))

    uris = ["bq://levels/btc", "bq://levels/BTCUSDT"]
    async with connected(parts, mode, message_handler=on_message) as client:
        await client.read_resource(uris[0])
        async with watching(client, mode, *uris):
            await time.pass_by(1)
            assert (asked(parts), told) == (1, [])
            await time.pass_by(CADENCE_S)
            assert asked(parts) == 2 and sorted(told) == sorted(uris)
            # A tenth of what the smallest plan has left is not enough for every refresh.
            slowed = text_of(await client.read_resource(uris[0], cache_mode="bypass"))
            assert "updates slowed to every 4" in slowed.splitlines()[-1]
        count = asked(parts)
        await time.pass_by(3_600)
        assert asked(parts) == count
        quiet = text_of(await client.read_resource(uris[0], cache_mode="bypass"))
        assert "updates" not in quiet


async def test_other_tools_mean_other_resources_and_clients_are_told(
    mode: str, tmp_path: Path
) -> None:
    upstream = Upstream()
    parts, told = bench(upstream, folder=tmp_path), anyio.Event()

    async def on_message(message: object) -> None:
        if isinstance(message, types.ResourceListChangedNotification):
            told.set()

    async def listen(client: Client) -> None:
        async with client.listen(resources_list_changed=True) as events:
            async for _ in events:
                told.set()

    async with connected(parts, mode, message_handler=on_message) as client:
        await client.list_resources()
        async with anyio.create_task_group() as tasks:
            if mode == "auto":
                tasks.start_soon(listen, client)
                await anyio.wait_all_tasks_blocked()
            upstream.replies["/v2/endpoints"] = NEW_CATALOG
            assert await parts.toolbox.keeper.refresh()
            with anyio.fail_after(5):
                await told.wait()
            tasks.cancel_scope.cancel()
        listed = await client.list_resources(cache_mode="bypass")
    assert not [one.uri for one in listed.resources if one.uri.startswith("bq://expiries")]
