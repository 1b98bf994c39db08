"""Do heavy work in a thread: others are answered meanwhile, and the deadline still counts."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from math import inf
from threading import Thread
from typing import TypeVar

from anyio import CancelScope
from anyio.to_thread import current_default_thread_limiter

from ..errors import RequestTimeoutError

T = TypeVar("T")
# Below this a thread costs more than the few milliseconds it saves.
LARGE_BYTES = 256 * 1024


async def in_worker(size: int, work: Callable[[], T], *, deadline: float = inf) -> T:
    """Return what `work` gives, from a worker thread where it has more than a little to read.

    `size` is that of its input in bytes, `deadline` by the event loop's clock. Where it comes, or
    the caller is cancelled, the thread is left to itself; it must change nothing that others see.

    Raises:
        RequestTimeoutError: the deadline came first.
    """
    if size <= LARGE_BYTES:
        return work()
    with CancelScope(deadline=deadline):
        return await _in_thread(work)
    raise RequestTimeoutError("the reply was not read in time")


async def _in_thread(work: Callable[[], T]) -> T:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    made: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            made.append(work())
        except BaseException as exc:
            failed.append(exc)
        # Where the loop has ended nobody waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    async with current_default_thread_limiter():
        # A daemon: the process would not end before any other kind of thread has.
        # In the context of the caller, whose key is masked there.
        context = copy_context()
        Thread(target=context.run, args=(run,), name="bq-mcp worker", daemon=True).start()
        await ended.wait()
    if failed:
        raise failed.pop()
    return made[0]
