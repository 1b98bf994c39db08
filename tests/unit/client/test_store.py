"""Answers are kept within a bound of bytes, the least recently used out first."""

from dataclasses import dataclass, field, replace

import pytest

from bq_mcp.client import MemoryStore, Reply
from bq_mcp.client.lifetime import Lifetime
from bq_mcp.client.store import StoreEntry
from bq_mcp.envelope import Envelope, Meta

from ...support import NOW
from .steering import FakeTime, Market, opened

pytestmark = pytest.mark.anyio

KIB = 1024


def entry(data: object = None, *, size: int = KIB) -> StoreEntry:
    reply = Reply(Envelope(data, Meta()), NOW, received=0.0, size=size)
    return StoreEntry(reply, good_until=30.0, stale_until=600.0, size=size)


async def test_what_was_put_is_got_until_it_is_replaced() -> None:
    store = MemoryStore(64 * KIB)
    await store.put("a", entry(1))
    second = entry(2)
    await store.put("a", second)
    assert await store.get("a") is second
    assert await store.get("b") is None


async def test_the_least_recently_used_goes_first() -> None:
    store = MemoryStore(80 * KIB)
    for key in "abc":
        await store.put(key, entry())
    await store.get("a")
    await store.put("d", entry())
    held = {key for key in "abcd" if await store.get(key) is not None}
    assert held == {"a", "c", "d"}


async def test_the_bound_is_on_bytes_and_not_on_entries() -> None:
    store = MemoryStore(512 * KIB)
    for number in range(50):
        await store.put(f"small {number}", entry(size=10))
    held = [n for n in range(50) if await store.get(f"small {n}") is not None]
    assert 20 <= len(held) < 32
    await store.put("large", entry(size=50 * KIB))
    assert await store.get("large") is not None
    assert len([n for n in range(50) if await store.get(f"small {n}") is not None]) <= 10


async def test_an_entry_larger_than_the_store_is_not_kept_and_disturbs_nothing() -> None:
    store = MemoryStore(64 * KIB)
    await store.put("a", entry())
    await store.put("b", entry(size=64 * KIB))
    assert await store.get("b") is None
    assert await store.get("a") is not None


async def test_a_store_too_small_for_anything_still_leaves_a_working_client() -> None:
    time = FakeTime()
    market = Market(time)
    async with opened(market, time, store=MemoryStore(1)) as client:
        await client.get("/x", lifetime=Lifetime(cadence=30.0))
        await client.get("/x", lifetime=Lifetime(cadence=30.0))
    assert len(market.asked) == 2


@dataclass
class Shared:
    """What a store between processes holds: entries by a clock of its own."""

    seconds: float = 5_000.0
    entries: dict[str, tuple[float, StoreEntry]] = field(default_factory=dict)


class Remote:
    """One process's view of a shared store, whose clock and whose process clocks all differ."""

    def __init__(self, shared: Shared, time: FakeTime) -> None:
        self._shared = shared
        self._time = time

    async def get(self, key: str) -> StoreEntry | None:
        found = self._shared.entries.get(key)
        return _moved(found[1], self._time.monotonic() - self._shared.seconds) if found else None

    async def put(self, key: str, entry: StoreEntry) -> None:
        offset = self._shared.seconds - self._time.monotonic()
        self._shared.entries[key] = (0.0, _moved(entry, offset))


def _moved(entry: StoreEntry, seconds: float) -> StoreEntry:
    kept = replace(entry.kept, received=entry.kept.received + seconds)
    return StoreEntry(kept, entry.good_until + seconds, entry.stale_until + seconds, entry.size)


async def test_a_store_shared_by_processes_fits_behind_the_interface() -> None:
    shared, here, there = Shared(), FakeTime(), FakeTime()
    there.seconds = 77.0
    first, second = Market(here), Market(there)
    live = Lifetime(cadence=30.0)
    async with (
        opened(first, here, store=Remote(shared, here)) as one,
        opened(second, there, store=Remote(shared, there)) as other,
    ):
        fresh = await one.get("/x", lifetime=live)
        for clock in (here, there):
            clock.advance(4)
        shared.seconds += 4
        hit = await other.get("/x", lifetime=live)
        assert (hit.outcome, hit.envelope) == ("hit", fresh.envelope)
        assert hit.server_now(there.monotonic()) == fresh.server_now(here.monotonic())
        there.advance(4)
        shared.seconds += 4
        assert (await other.get("/x", lifetime=live)).outcome == "miss"
