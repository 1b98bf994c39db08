"""Where answers are kept between questions.

A store only keeps and forgets; how long an answer is good is decided by `client.lifetime`.
"""

from dataclasses import dataclass
from typing import Protocol

from cachetools import LRUCache

from .model import Refusal, Reply

# What a decoded reply and what is read from it take in memory for one byte of its JSON: three
# measured on chains, seven on densities; and what its answers in all sizes take, whatever its own.
_BYTES_PER_JSON_BYTE = 8
_ENTRY_OVERHEAD = 16_384


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """A reply, or a "no data", and until when it is good.

    Both instants are by the monotonic clock, in seconds.
    """

    kept: Reply | Refusal
    good_until: float
    stale_until: float
    size: int


class Store(Protocol):
    """Keeps entries by key; may forget any of them at any time, and never fails.

    The instants in an entry, that of what it keeps too, are of this process's clock: a store shared
    between processes moves all of them by the same amount on the way in and out.
    """

    async def get(self, key: str) -> StoreEntry | None:
        """Return the entry, None where there is none."""
        ...

    async def put(self, key: str, entry: StoreEntry) -> None:
        """Keep an entry, replacing the one before."""
        ...


class MemoryStore:
    """Entries of this process, least recently used out first."""

    def __init__(self, max_bytes: int) -> None:
        self._entries: LRUCache[str, StoreEntry] = LRUCache(max_bytes, getsizeof=_cost)

    async def get(self, key: str) -> StoreEntry | None:
        """Return the entry, None where there is none."""
        return self._entries.get(key)

    async def put(self, key: str, entry: StoreEntry) -> None:
        """Keep an entry; one larger than the whole store is not kept."""
        if _cost(entry) <= self._entries.maxsize:
            self._entries[key] = entry


def _cost(entry: StoreEntry) -> int:
    return entry.size * _BYTES_PER_JSON_BYTE + _ENTRY_OVERHEAD
