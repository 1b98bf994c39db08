"""The catalog in force: what it starts from and how it is replaced."""

from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from bq_mcp.catalog.keeper import CatalogKeeper
from bq_mcp.catalog.model import Catalog, Endpoint
from bq_mcp.catalog.sources import RemoteCatalog
from bq_mcp.catalog.stored import DiskCopy
from bq_mcp.envelope import Envelope, Meta
from bq_mcp.errors import BackQuantError, UnauthorizedError, UnreachableError

from ...bench.fast_forward import FastForward, Pace
from ...support import kept_logs

pytestmark = pytest.mark.anyio

SNAPSHOT = Catalog(endpoints=(Endpoint("/bundled"),), source="snapshot")
BASE_URL = "https://api.backquant.com"


def remote(*replies: object) -> RemoteCatalog:
    """Return a remote whose every fetch gives the next of `replies`, the last one for ever."""
    left = list(replies)

    async def fetch(path: str) -> Envelope:
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, BackQuantError):
            raise reply
        return Envelope(reply, Meta())

    return RemoteCatalog(fetch, has_key=True)


def keeper(source: RemoteCatalog | None, folder: Path | None = None) -> CatalogKeeper:
    disk = DiskCopy(folder, BASE_URL) if folder else None
    return CatalogKeeper(lambda: SNAPSHOT, remote=source, disk=disk)


def paths(catalog: Catalog) -> list[str]:
    return [endpoint.path for endpoint in catalog.endpoints]


async def test_the_start_is_served_from_the_snapshot_without_a_request() -> None:
    kept = keeper(remote(UnreachableError("never asked")))
    assert paths(kept.current) == ["/bundled"]
    assert not kept.is_stored
    assert kept.current.source == "snapshot"
    assert not kept.is_final


async def test_a_live_catalog_comes_into_force_and_is_told_once(tmp_path: Path) -> None:
    kept = keeper(remote([{"path": "/live"}]), tmp_path)
    seen: list[list[str]] = []

    async def listener(catalog: Catalog) -> None:
        assert kept.current is catalog
        seen.append(paths(catalog))

    kept.on_change(listener)
    assert await kept.refresh()
    assert not await kept.refresh()
    assert seen == [["/live"]]
    assert kept.current.source == "live"
    assert kept.is_final
    assert kept.is_stored


async def test_the_next_start_is_served_from_the_last_good_catalog(tmp_path: Path) -> None:
    await keeper(remote([{"path": "/live"}]), tmp_path).refresh()
    second = keeper(remote([{"path": "/live"}]), tmp_path)
    assert (paths(second.current), second.current.source) == (["/live"], "disk")
    assert second.is_stored
    assert not await second.refresh()
    assert second.current.source == "live"


async def test_a_failure_leaves_the_catalog_in_force_and_is_kept() -> None:
    kept = keeper(remote(UnreachableError("refused")))
    assert not await kept.refresh()
    assert paths(kept.current) == ["/bundled"]
    assert isinstance(kept.failure, UnreachableError)


async def crash(path: str) -> Envelope:
    raise OverflowError("date value out of range")


async def test_a_fault_of_ours_leaves_the_catalog_in_force_and_is_told_by_type_only() -> None:
    kept = keeper(RemoteCatalog(crash, has_key=True))
    with kept_logs() as logs:
        assert not await kept.refresh()
        # Nobody waits for what has been tried.
        await kept.wait_for_remote(5)
    assert paths(kept.current) == ["/bundled"]
    assert kept.failure is not None
    assert kept.failure.message == "the catalog could not be used (OverflowError)"
    assert [log["event"] for log in logs] == ["catalog not used"]


async def test_a_catalog_nobody_can_use_is_neither_in_force_nor_stored(tmp_path: Path) -> None:
    kept = keeper(remote([{"path": "/live"}]), tmp_path)

    async def choke(catalog: Catalog) -> None:
        raise RuntimeError("no inventory can be made of it")

    kept.on_change(choke)
    with kept_logs():
        assert not await kept.refresh()
    assert paths(kept.current) == ["/bundled"]
    assert DiskCopy(tmp_path, BASE_URL).load() is None


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (OverflowError("date value out of range"), [0, 60, 180, 420, 1_320, 2_220]),
        # Nothing is spent, and the server is not ready before.
        (UnreachableError("nobody listens"), [0, 60, 120, 180, 240, 1_140, 2_040]),
    ],
)
def test_what_fails_in_the_background_is_tried_again_at_growing_intervals_or_each_minute(
    fault: Exception, times: list[float]
) -> None:
    pace = Pace()
    read_at: list[float] = []

    async def fetch(path: str) -> Envelope:
        read_at.append(pace.seconds)
        if pace.seconds < 181:
            raise fault
        return Envelope(listing(3), Meta())

    async def run() -> None:
        with anyio.move_on_after(2_400):
            await keeper(RemoteCatalog(fetch, has_key=True)).keep()

    with kept_logs():
        anyio.run(run, backend_options={"loop_factory": lambda: FastForward(pace)})
    # A look may try several paths at once.
    assert sorted({round(at) for at in read_at}) == pytest.approx(times, abs=1)


async def test_a_success_clears_the_failure() -> None:
    refused = UnauthorizedError("Invalid API key")
    kept = keeper(remote(refused, refused, {"endpoints": [{"path": "/live"}]}))
    await kept.refresh()
    assert kept.failure is not None
    await kept.refresh()
    assert kept.failure is None


async def test_the_document_in_place_of_the_list_is_not_final_and_says_why() -> None:
    document = {"openapi": "3.1.0", "paths": {"/live": {"get": {}}}}
    kept = keeper(remote(UnauthorizedError("Invalid API key"), document))
    await kept.refresh()
    assert kept.current.source == "openapi"
    assert not kept.is_final
    assert kept.passed_over == ("/endpoints: Invalid API key",)


async def test_who_waits_for_the_first_catalog_finds_it_in_force() -> None:
    kept = keeper(remote([{"path": "/live"}]))
    swapped: list[list[str]] = []
    found: list[list[str]] = []

    async def listener(catalog: Catalog) -> None:
        swapped.append(paths(catalog))

    async def waiter() -> None:
        await kept.wait_for_remote(5)
        found.extend(swapped)

    kept.on_change(listener)
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(waiter)
            await anyio.wait_all_tasks_blocked()
            await kept.refresh()
    assert found == [["/live"]]


async def test_the_wait_ends_after_a_failed_attempt_too() -> None:
    kept = keeper(remote(UnreachableError("refused")))
    await kept.refresh()
    with anyio.fail_after(1):
        await kept.wait_for_remote(60)


async def test_the_wait_is_bounded() -> None:
    kept = keeper(remote(UnreachableError("never asked")))
    with anyio.fail_after(1):
        await kept.wait_for_remote(0)


async def test_without_a_remote_the_snapshot_is_final() -> None:
    kept = keeper(None)
    assert kept.is_final
    assert kept.is_stored
    assert not await kept.refresh()
    assert kept.passed_over == ()
    with anyio.fail_after(1):
        await kept.wait_for_remote(60)


async def test_a_folder_that_cannot_be_written_costs_only_the_copy(tmp_path: Path) -> None:
    (tmp_path / "catalogs").write_text("a file in the way")
    kept = keeper(remote([{"path": "/live"}]), tmp_path)
    with kept_logs() as logs:
        assert await kept.refresh()
    assert paths(kept.current) == ["/live"]
    assert [log["event"] for log in logs] == ["catalog copy not written"]


async def test_what_was_dropped_reaches_the_log_bounded_and_clean() -> None:
    junk = [{"path": "//evil\x1b[31m\n" + "x" * 10_000} for _ in range(500)]
    with kept_logs() as logs:
        await keeper(remote([{"path": "/live"}, *junk])).refresh()
    lines = [str(log["warning"]) for log in logs if log["event"] == "catalog entry"]
    assert len(lines) == 51
    assert all(line.isprintable() and len(line) < 320 for line in lines)


def listing(size: int) -> list[dict[str, str]]:
    return [{"path": f"/route/{number:02}"} for number in range(size)]


class Pauses:
    """A sleep that only notes how long it was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await anyio.lowlevel.checkpoint()


def doubting(source: RemoteCatalog, folder: Path) -> tuple[CatalogKeeper, Pauses]:
    pauses = Pauses()
    disk = DiskCopy(folder, BASE_URL)
    return CatalogKeeper(lambda: SNAPSHOT, remote=source, disk=disk, sleep=pauses), pauses


async def test_a_shrunken_list_is_believed_when_a_second_look_agrees(tmp_path: Path) -> None:
    kept, pauses = doubting(remote(listing(10), listing(4), listing(4)), tmp_path)
    await kept.refresh()
    assert await kept.refresh()
    assert len(kept.current.endpoints) == 4
    assert pauses.seconds == [10.0]


async def test_a_shrunken_list_that_recovers_is_never_in_force(tmp_path: Path) -> None:
    kept, pauses = doubting(remote(listing(10), listing(1), listing(10)), tmp_path)
    await kept.refresh()
    assert not await kept.refresh()
    assert len(kept.current.endpoints) == 10
    assert pauses.seconds == [10.0]


async def test_two_shrunken_lists_that_differ_change_nothing(tmp_path: Path) -> None:
    kept, _ = doubting(remote(listing(10), listing(1), listing(2)), tmp_path)
    await kept.refresh()
    assert not await kept.refresh()
    assert len(kept.current.endpoints) == 10


async def test_the_measure_is_the_last_live_list_of_this_base_url_also_after_a_restart(
    tmp_path: Path,
) -> None:
    await keeper(remote(listing(10)), tmp_path).refresh()
    kept, pauses = doubting(remote(listing(4), listing(4)), tmp_path)
    await kept.refresh()
    assert pauses.seconds == [10.0]


async def test_the_measure_outlives_a_start_without_a_key(tmp_path: Path) -> None:
    await keeper(remote(listing(10)), tmp_path).refresh()
    document = {"openapi": "3.1.0", "paths": {"/only": {"get": {}}}}

    async def fetch(path: str) -> Envelope:
        assert path == "/openapi.json"
        return Envelope(document, Meta())

    await keeper(RemoteCatalog(fetch, has_key=False), tmp_path).refresh()
    kept, pauses = doubting(remote(listing(4), listing(10)), tmp_path)
    assert paths(kept.current) == ["/only"]
    await kept.refresh()
    assert pauses.seconds == [10.0]
    assert len(kept.current.endpoints) == 10


async def test_the_document_alone_is_never_a_measure(tmp_path: Path) -> None:
    many: dict[str, object] = {f"/route/{number}": {"get": {}} for number in range(10)}

    async def fetch(path: str) -> Envelope:
        return Envelope({"openapi": "3.1.0", "paths": many}, Meta())

    await keeper(RemoteCatalog(fetch, has_key=False), tmp_path).refresh()
    kept, pauses = doubting(remote(listing(2)), tmp_path)
    assert await kept.refresh()
    assert pauses.seconds == []


async def test_another_addresss_copy_is_never_the_measure(tmp_path: Path) -> None:
    await keeper(remote(listing(10)), tmp_path).refresh()
    pauses = Pauses()
    disk = DiskCopy(tmp_path, "https://other.example")
    kept = CatalogKeeper(lambda: SNAPSHOT, remote=remote(listing(2)), disk=disk, sleep=pauses)
    assert await kept.refresh()
    assert pauses.seconds == []


async def test_the_bundled_snapshot_is_never_the_measure(tmp_path: Path) -> None:
    many = Catalog(tuple(Endpoint(f"/bundled/{n}") for n in range(62)), "snapshot", live_size=62)
    pauses = Pauses()
    disk = DiskCopy(tmp_path, BASE_URL)
    kept = CatalogKeeper(lambda: many, remote=remote(listing(2)), disk=disk, sleep=pauses)
    assert await kept.refresh()
    assert len(kept.current.endpoints) == 2
    assert pauses.seconds == []


async def test_an_empty_list_is_believed_only_twice(tmp_path: Path) -> None:
    empty: dict[str, object] = {"endpoints": []}
    kept, pauses = doubting(remote(listing(10), empty, listing(10), empty, empty), tmp_path)
    await kept.refresh()
    await kept.refresh()
    assert len(kept.current.endpoints) == 10
    await kept.refresh()
    assert kept.current.endpoints == ()
    assert pauses.seconds == [10.0, 10.0]


def reads_while(seen: Callable[[float], str], *, seconds: int) -> list[float]:
    """Return when the catalog was read while replies, one a second, stated `seen` versions."""
    pace = Pace()
    read_at: list[float] = []

    async def fetch(path: str) -> Envelope:
        read_at.append(pace.seconds)
        return Envelope(listing(3), Meta())

    async def run() -> None:
        source = RemoteCatalog(fetch, has_key=True)
        kept = CatalogKeeper(
            lambda: SNAPSHOT, remote=source, disk=None, monotonic=lambda: pace.seconds
        )
        with anyio.move_on_after(seconds):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(kept.keep)
                while True:
                    kept.see_version(seen(pace.seconds))
                    # A second of a clock that passes at once.
                    await anyio.sleep(1)

    anyio.run(run, backend_options={"loop_factory": lambda: FastForward(pace)})
    return read_at


def test_a_new_api_version_that_lasts_is_read_at_once() -> None:
    found = reads_while(lambda now: "2.10" if now < 500 else "2.11", seconds=800)
    assert found == pytest.approx([0, 531], abs=2)


def test_soon_after_a_reading_even_a_lasting_version_waits() -> None:
    found = reads_while(lambda now: "2.10" if now < 5 else "2.11", seconds=800)
    assert found == pytest.approx([0, 300], abs=2)


def test_versions_that_take_turns_ask_for_nothing() -> None:
    assert reads_while(lambda now: ("2.10", "2.11")[int(now) % 2], seconds=890) == [0]
    assert reads_while(lambda now: f"2.{int(now) % 7}", seconds=890) == [0]


def test_versions_that_take_long_turns_are_read_once_in_five_minutes_at_most() -> None:
    found = reads_while(lambda now: ("2.10", "2.11")[int(now) // 40 % 2], seconds=1_900)
    assert len(found) <= 7


def test_the_catalog_is_read_again_after_a_quarter_of_an_hour_and_not_before() -> None:
    pace = Pace()
    read_at: list[float] = []

    async def fetch(path: str) -> Envelope:
        read_at.append(pace.seconds)
        return Envelope(listing(3), Meta())

    async def run() -> None:
        with anyio.move_on_after(2_000):
            await keeper(RemoteCatalog(fetch, has_key=True)).keep()

    anyio.run(run, backend_options={"loop_factory": lambda: FastForward(pace)})
    assert read_at == pytest.approx([0, 900, 1_800], abs=1)
