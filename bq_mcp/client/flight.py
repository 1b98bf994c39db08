"""Let equal questions under way share one piece of work."""

from collections.abc import Awaitable, Callable, Hashable
from math import inf
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskGroup

from ..errors import RequestTimeoutError, UnreachableError

T = TypeVar("T")
_MOST_ABANDONED = 16


class _Work(Generic[T]):
    """One piece of work, how many wait for it, and how it ended.

    `began` is by the event loop's clock.
    """

    def __init__(self) -> None:
        self.began = anyio.current_time()
        self.scope = anyio.CancelScope()
        self.done = anyio.Event()
        self.waiting = 0
        self.results: list[T] = []
        self.error: Exception = UnreachableError("the client was closed before a reply came")


class Flights(Generic[T]):
    """Work under way by key; it runs in `tasks`, so that no caller's cancellation ends it.

    Work that all callers have left goes on for the next caller. Where there is too much of it, the
    work just left is cancelled.
    """

    def __init__(self, tasks: TaskGroup) -> None:
        self._tasks = tasks
        self._under_way: dict[Hashable, _Work[T]] = {}

    def is_under_way(self, key: Hashable) -> bool:
        """Return whether a caller of `key` would join others."""
        return key in self._under_way

    async def share(
        self, key: Hashable, work: Callable[[], Awaitable[T]], *, patience: float = inf
    ) -> tuple[T, bool]:
        """Return what `work` gives, and whether another caller had started it.

        Raises:
            RequestTimeoutError: the work goes on, but began more than `patience` seconds ago.
            Exception: whatever the work raised, to each of its callers.
        """
        flight = self._under_way.get(key)
        joined = flight is not None
        if flight is None:
            flight = _Work()
            # Before it is registered: this raises where the tasks have ended, and nobody may wait.
            self._tasks.start_soon(self._run, key, flight, work)
            self._under_way[key] = flight
        flight.waiting += 1
        try:
            with anyio.CancelScope(deadline=flight.began + patience):
                await flight.done.wait()
        finally:
            flight.waiting -= 1
            if flight.waiting == 0 and self._abandoned() > _MOST_ABANDONED:
                self._forget(key, flight)
                flight.scope.cancel()
        if not flight.done.is_set():
            raise RequestTimeoutError(f"no reply within {patience:g} s; it is still waited for")
        if not flight.results:
            raise flight.error
        return flight.results[0], joined

    async def _run(self, key: Hashable, flight: _Work[T], work: Callable[[], Awaitable[T]]) -> None:
        try:
            with flight.scope:
                flight.results.append(await work())
        except Exception as exc:
            flight.error = exc
        finally:
            self._forget(key, flight)
            flight.done.set()

    def _abandoned(self) -> int:
        """Return how many pieces of work nobody waits for."""
        return sum(flight.waiting == 0 for flight in self._under_way.values())

    def _forget(self, key: Hashable, flight: _Work[T]) -> None:
        if self._under_way.get(key) is flight:
            del self._under_way[key]
