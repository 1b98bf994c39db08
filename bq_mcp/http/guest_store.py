"""A store for a key that nobody vouches for yet."""

from ..client import MemoryStore, StoreEntry


class GuestStore:
    """Keeps nothing until `accept` is called, but for the last reply: it may be what shows the key.

    After that it is a memory store of `max_bytes`.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._last: tuple[str, StoreEntry] | None = None
        self._kept: MemoryStore | None = None

    def accept(self) -> None:
        """Begin to keep."""
        self._kept = self._kept or MemoryStore(self._max_bytes)

    async def get(self, key: str) -> StoreEntry | None:
        """Return the entry, None where there is none."""
        if self._kept is None:
            return None
        await self._take_over(self._kept)
        return await self._kept.get(key)

    async def put(self, key: str, entry: StoreEntry) -> None:
        """Keep an entry, once there is a store."""
        if self._kept is None:
            self._last = key, entry
        else:
            await self._take_over(self._kept)
            await self._kept.put(key, entry)

    async def _take_over(self, kept: MemoryStore) -> None:
        last, self._last = self._last, None
        if last is not None:
            await kept.put(*last)
