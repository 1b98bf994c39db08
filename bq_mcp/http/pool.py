"""Things that are made when first asked for, at most so many, and dropped when idle."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Generic, TypeVar

import anyio
from anyio.abc import TaskStatus

from ..client import Clock
from ..logs import Log

_log = Log(__name__)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
# How often a pool looks for what is idle, as a part of the time after which it is dropped.
_LOOKS = 4


class FullError(Exception):
    """All places are taken by what is in use."""


class _Place(Generic[V]):
    """One thing: how many use it, since when nobody does, and whether it is only a guest.

    Once it is dropped it is closed as soon as nobody uses it any more.
    """

    def __init__(self, value: V, now: float, *, is_guest: bool) -> None:
        self.value = value
        self.is_guest = is_guest
        self.users = 0
        self.since = now
        self.unused = anyio.Event()
        self._is_dropped = False

    def enter(self) -> None:
        self.users += 1

    def leave(self, now: float) -> None:
        self.users -= 1
        self.since = now
        self._close_if_unused()

    def drop(self) -> None:
        self._is_dropped = True
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._is_dropped and not self.users:
            self.unused.set()


class Pool(Generic[K, V]):
    """Keeps what `make` makes for each key, as long as it is used; to be entered.

    There are at most `most`, and beside them `most_guests` that nobody vouches for yet: no guest
    takes the place of another thing. What nobody used for `idle_seconds` is closed.
    """

    def __init__(
        self,
        make: Callable[[K], AbstractAsyncContextManager[V]],
        clock: Clock,
        *,
        most: int,
        idle_seconds: float,
        most_guests: int = 0,
    ) -> None:
        self._make = make
        self._clock = clock
        self._most = {False: most, True: most_guests}
        self._idle_seconds = idle_seconds
        self._places: OrderedDict[K, _Place[V]] = OrderedDict()
        self._making = anyio.Lock()
        self._open = AsyncExitStack()
        self._tasks: anyio.abc.TaskGroup

    async def __aenter__(self) -> "Pool[K, V]":
        self._tasks = await self._open.enter_async_context(anyio.create_task_group())
        self._tasks.start_soon(self._sweep)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._tasks.cancel_scope.cancel()
        await self._open.aclose()

    def __iter__(self) -> Iterator[V]:
        return iter([place.value for place in self._places.values()])

    @asynccontextmanager
    async def lend(self, key: K, *, as_guest: bool = False) -> AsyncIterator[V]:
        """Return what belongs to `key`, made if need be, for as long as this lasts.

        Raises:
            FullError: there is no room for another one.
        """
        place = self._places.get(key) or await self._made(key, as_guest=as_guest)
        place.enter()
        self._places.move_to_end(key)
        try:
            yield place.value
        finally:
            place.leave(self._clock.monotonic())

    def vouch(self, key: K) -> None:
        """Make a guest one of the others."""
        place = self._places.get(key)
        if place is not None and place.is_guest:
            place.is_guest = False
            self._make_room(is_guest=False, for_more=0)

    def drop(self, key: K) -> None:
        """Forget what belongs to `key`; whoever uses it now may go on."""
        if place := self._places.pop(key, None):
            place.drop()

    async def _made(self, key: K, *, as_guest: bool) -> _Place[V]:
        async with self._making:
            if key not in self._places:
                if not self._make_room(is_guest=as_guest, for_more=1):
                    raise FullError
                self._places[key] = await self._tasks.start(self._keep, key, as_guest)
            return self._places[key]

    async def _keep(self, key: K, is_guest: bool, *, task_status: TaskStatus[_Place[V]]) -> None:
        with _log.survive("one of a pool failed"):
            async with self._make(key) as value:
                place = _Place(value, self._clock.monotonic(), is_guest=is_guest)
                task_status.started(place)
                await place.unused.wait()

    def _make_room(self, *, is_guest: bool, for_more: int) -> bool:
        """Drop the longest unused of its kind where there are too many; return whether it fits."""
        alike = {key: place for key, place in self._places.items() if place.is_guest == is_guest}
        too_many = len(alike) + for_more - self._most[is_guest]
        idle = [key for key, place in alike.items() if not place.users]
        for key in idle[: max(too_many, 0)]:
            self.drop(key)
        return too_many <= len(idle)

    async def _sweep(self) -> None:
        while True:
            await self._clock.sleep(self._idle_seconds / _LOOKS)
            long_ago = self._clock.monotonic() - self._idle_seconds
            idle = [
                key
                for key, place in self._places.items()
                if not place.users and place.since < long_ago
            ]
            for key in idle:
                self.drop(key)
