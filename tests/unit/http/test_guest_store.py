"""What is kept for a key before upstream has accepted it."""

import pytest

from bq_mcp.client import StoreEntry
from bq_mcp.client.model import Refusal
from bq_mcp.http.guest_store import GuestStore

pytestmark = pytest.mark.anyio


def entry(words: str) -> StoreEntry:
    return StoreEntry(Refusal(words, "NOT_FOUND", None, 0.0), 1.0, 1.0, len(words))


async def test_nothing_is_given_before_the_key_was_accepted_and_then_the_last_reply() -> None:
    store = GuestStore(1024**2)
    await store.put("first", entry("first"))
    await store.put("second", entry("second"))
    assert await store.get("second") is None
    store.accept()
    assert await store.get("second") == entry("second")
    assert await store.get("first") is None
    await store.put("third", entry("third"))
    store.accept()
    assert await store.get("third") == entry("third")
