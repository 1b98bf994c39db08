"""Answers are kept within a bound of bytes, the least recently used out first."""

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
