"""Do heavy work in a thread: others are answered meanwhile, and the deadline still counts."""

from collections.abc import Callable
from typing import TypeVar

import anyio.to_thread

T = TypeVar("T")
# Below this a thread costs more than the few milliseconds it saves.
LARGE_BYTES = 256 * 1024


async def in_worker(size: int, work: Callable[[], T]) -> T:
    """Return what `work` gives, from a worker thread where it has more than a little to read.

    `size` is that of its input in bytes. Where the caller is cancelled, by its deadline say, the
    thread is left to itself; it must change nothing that others see.
    """
    if size <= LARGE_BYTES:
        return work()
    return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
