"""The tools in force, and how they are swapped."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import anyio
import pytest

from bq_mcp.catalog import (
    SNAPSHOT,
    Catalog,
    CatalogKeeper,
    DiskCopy,
    Endpoint,
    Hint,
    RemoteCatalog,
    bundled_hints,
    load_catalog,
)
from bq_mcp.client import Client, MemoryStore, Tuning, in_memory
from bq_mcp.client.model import RawReply, Request
from bq_mcp.composites import Composite
from bq_mcp.envelope import Envelope, read_envelope
from bq_mcp.errors import UnreachableError
from bq_mcp.tools import Desk, Toolbox, UnknownToolError

from ...support import still_clock, stock_of

Fetch = Callable[[str], Awaitable[Envelope]]


async def no_network(request: Request) -> RawReply:
    raise UnreachableError("no network in this test")


async def new_catalog(path: str) -> Envelope:
    data = {"endpoints": [{"path": "/v2/vol/cone", "parameters": []}]}
    return read_envelope({"success": True, "data": data}, status=200, headers={}, non_finite=0)


def unreachable() -> Client:
    clock = still_clock()
    return Client(
        no_network,
        in_memory("test", MemoryStore(1024**2), clock),
        clock,
        tuning=Tuning(deadline=5.0),
    )


def toolbox(
    fetch: Fetch | None = None,
    client: Client | None = None,
    composites: Mapping[str, Composite] = MappingProxyType({}),
) -> Toolbox:
    remote = RemoteCatalog(fetch, has_key=True) if fetch else None
    keeper = CatalogKeeper(lambda: load_catalog(SNAPSHOT, "snapshot"), remote=remote, disk=None)
    desk = Desk(client or unreachable(), still_clock(), keeper.see_version)
    return Toolbox(stock_of(keeper, bundled_hints(), composites), desk)


def test_an_unknown_tool_names_the_closest() -> None:
    with pytest.raises(UnknownToolError) as caught:
        anyio.run(toolbox().call, "gex_level", {})
    assert (caught.value.name, caught.value.closest) == ("gex_level", "gex_levels")


def test_a_new_catalog_swaps_the_whole_list_and_tells_listeners() -> None:
    subject = toolbox(new_catalog)
    before = subject.inventory
    heard: list[list[str]] = []

    async def listen() -> None:
        heard.append(list(subject.inventory.tools))

    with subject.telling(listen):
        assert anyio.run(subject.keeper.refresh)
    assert heard == [["vol_cone"]]
    assert len(before.tools) == 62


def test_an_equal_catalog_swaps_nothing() -> None:
    subject = toolbox(new_catalog)
    anyio.run(subject.keeper.refresh)
    held = subject.inventory
    assert not anyio.run(subject.keeper.refresh)
    assert subject.inventory is held


def test_a_catalog_that_shows_clients_nothing_new_is_not_announced() -> None:
    heard: list[str] = []
    known = json.loads(SNAPSHOT.read_text("utf-8"))["endpoints"]
    served = [[{**entry, "summary": "New words upstream"} for entry in known], known[1:]]

    async def fetch(path: str) -> Envelope:
        return read_envelope({"success": True, "data": {"endpoints": served[0]}})

    async def listen() -> None:
        heard.append("told")

    subject = toolbox(fetch)
    with subject.telling(listen):
        # Known tools are described in our own words.
        assert anyio.run(subject.keeper.refresh)
        assert heard == []
        served.pop(0)
        assert anyio.run(subject.keeper.refresh)
    assert heard == ["told"]


def test_the_first_list_and_an_unknown_tool_wait_for_the_live_catalog() -> None:
    subject = toolbox(new_catalog)

    async def at_once() -> None:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(subject.keeper.refresh)
                assert list(await subject.offered()) == ["vol_cone"]

    async def call() -> None:
        with anyio.fail_after(5):
            async with unreachable() as client, anyio.create_task_group() as tasks:
                other = toolbox(new_catalog, client)
                tasks.start_soon(other.keeper.refresh)
                answer = await other.call("vol_cone", {})
        assert answer.is_error and "could not be reached" in answer.text

    anyio.run(at_once)
    anyio.run(call)


def test_with_the_bundled_catalog_alone_nothing_is_waited_for() -> None:
    async def listed() -> int:
        with anyio.fail_after(5):
            return len(await toolbox().offered())

    assert anyio.run(listed) == 62


def test_a_stored_catalog_nothing_can_be_made_of_is_set_aside_and_the_start_goes_on(
    tmp_path: Path,
) -> None:
    disk = DiskCopy(tmp_path, "http://127.0.0.1:9")
    bad = Catalog((Endpoint("/vol/cone"),), "live")
    disk.save(bad)

    class Choking(Mapping[str, Hint]):
        """Hints on which an inventory of one catalog fails, as a fault of ours would."""

        def __getitem__(self, path: str) -> Hint:
            if path == "/vol/cone":
                raise RuntimeError("a fault of ours")
            return bundled_hints()[path]

        def __iter__(self) -> Iterator[str]:
            return iter(bundled_hints())

        def __len__(self) -> int:
            return len(bundled_hints())

    def started() -> Toolbox:
        keeper = CatalogKeeper(
            lambda: load_catalog(SNAPSHOT, "snapshot"),
            remote=RemoteCatalog(new_catalog, has_key=True),
            disk=disk,
        )
        desk = Desk(unreachable(), still_clock(), keeper.see_version)
        return Toolbox(stock_of(keeper, Choking()), desk)

    subject = started()
    assert len(subject.inventory.tools) == 62
    assert subject.keeper.current.source == "snapshot"
    assert disk.load() is None
    # Upstream serves the same again: it is neither put in force nor stored.
    assert not anyio.run(subject.keeper.refresh)
    assert len(subject.inventory.tools) == 62
    assert disk.load() is None
    assert len(started().inventory.tools) == 62
