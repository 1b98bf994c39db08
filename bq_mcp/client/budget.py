"""Stay within the calls a plan allows a minute: foresee the end of the window, and queue.

The numbers are upstream's: every reply states what is left. Between two replies the requests
under way are counted against what the last one stated.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import anyio

from ..errors import BurstLimitError
from .clock import Clock
from .model import Effort, Limits

# Before the first reply nothing is known; the smallest plan has thirty calls a minute.
_UNKNOWN_AT_ONCE = 10
MINUTE_S = 60.0
# Two windows that end this close together are one, seen by a clock that drifts.
_SAME_WINDOW_S = 5.0


@dataclass
class _Window:
    """One minute as upstream counts it; `ends` by the monotonic clock.

    `stated` is the smallest remainder of its replies, `unheard` counts the requests that they
    may not have included: under way, or lost. `is_fallback`: counted by upstream's degraded
    limiter, on its own and with a lower limit.
    """

    stated: int
    unheard: int
    ends: float
    is_fallback: bool = False

    @property
    def left(self) -> int:
        """Calls left for sure."""
        return self.stated - self.unheard

    def is_same_as(self, other: "_Window") -> bool:
        """Tell whether both are counts of one limiter over one minute."""
        return (
            self.is_fallback == other.is_fallback and abs(self.ends - other.ends) < _SAME_WINDOW_S
        )


class Budget(Protocol):
    """The calls a plan allows a minute, counted for all who spend one key.

    A wrong count does no harm: upstream refuses a call too many, and its replies, told by `learn`,
    set the count right. It never fails; where the others cannot be asked it counts by itself, and
    calls held by one who is gone are free by the end of their minute.
    """

    def spend(self, effort: Effort) -> AbstractAsyncContextManager[None]:
        """Hold one call of the budget while a request is under way.

        Raises:
            BurstLimitError: its turn is further off than the effort or its deadline allows.
        """
        ...

    def learn(self, limits: Limits, *, seconds_to_reset: float | None) -> None:
        """Take over what a reply stated, while its own request is still held; waits for nobody."""
        ...


class MemoryBudget:
    """The calls of this process; they wait in order of arrival when none is left.

    A caller waits silently for as long as its effort allows. A longer wait is refused at once, with
    its seconds.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._turn = anyio.Lock(fast_acquire=True)
        self._queued = 0
        self._limit: int | None = None
        self._window: _Window | None = None
        self._is_stated = False
        self._under_way = 0
        self._changed = anyio.Event()

    @asynccontextmanager
    async def spend(self, effort: Effort) -> AsyncIterator[None]:
        """Hold one call while a request is under way, or raise a BurstLimitError."""
        await self._take_one(effort)
        try:
            yield
        finally:
            self._under_way -= 1
            self._wake_the_first()

    def learn(self, limits: Limits, *, seconds_to_reset: float | None) -> None:
        """Take over what a reply stated.

        Replies overtake each other, so within a window the smallest remainder counts, and a reply
        about a window that is over is ignored. The lower limit of a degraded limiter holds for its
        window and is not remembered.
        """
        self._is_stated = True
        self._wake_the_first()
        if limits.burst_left is None:
            return
        if limits.burst_limit is not None and not limits.is_fallback:
            self._limit = limits.burst_limit
        if seconds_to_reset is None or seconds_to_reset <= 0:
            return
        ends = self._clock.monotonic() + min(seconds_to_reset, MINUTE_S)
        # Upstream counted the request of this reply; the others under way it may not have seen.
        window = _Window(limits.burst_left, self._under_way - 1, ends, limits.is_fallback)
        known = self._current()
        if known is not None and window.is_same_as(known):
            window.stated = min(window.stated, known.stated)
            window.unheard = max(known.unheard - 1, 0)
        self._window = window

    @property
    def left(self) -> int | None:
        """Calls left in the present window as far as is known."""
        window = self._current()
        return None if window is None else max(window.left, 0)

    def _current(self) -> _Window | None:
        """Return the present window; the one after a known one starts with the plan's limit."""
        now = self._clock.monotonic()
        if self._window is None or now < self._window.ends:
            return self._window
        if self._limit is None:
            self._window = None
        else:
            passed = (now - self._window.ends) // MINUTE_S + 1
            ends = self._window.ends + passed * MINUTE_S
            self._window = _Window(self._limit, self._under_way, ends)
        return self._window

    async def _take_one(self, effort: Effort) -> None:
        self._refuse_beyond(effort.longest_wait, self._wait_of(self._queued + 1))
        self._queued += 1
        try:
            async with self._turn:
                await self._until_something_is_known()
                await self._until_one_is_left(effort)
                self._under_way += 1
                if self._window is not None:
                    self._window.unheard += 1
        finally:
            self._queued -= 1

    def _wait_of(self, place: int) -> float:
        """Return the seconds until the caller at `place` of the queue, from 1, has its turn."""
        window = self._current()
        if window is None or window.left >= place:
            return 0.0
        short = place - max(window.left, 0)
        further_windows = (short - 1) // self._limit if self._limit else 0
        return window.ends - self._clock.monotonic() + further_windows * MINUTE_S

    async def _until_something_is_known(self) -> None:
        while not self._is_stated and self._under_way >= _UNKNOWN_AT_ONCE:
            await self._changed.wait()

    async def _until_one_is_left(self, effort: Effort) -> None:
        waited = 0.0
        while (wait := self._wait_of(1)) > 0:
            self._refuse_beyond(effort.longest_wait - waited, wait)
            effort.tally.add("waits")
            effort.tally.add("waited_seconds", wait)
            await self._clock.sleep(wait)
            waited += wait

    def _refuse_beyond(self, longest: float, wait: float) -> None:
        if wait <= 0:
            return
        until_deadline = anyio.current_effective_deadline() - anyio.current_time()
        if wait <= min(longest, until_deadline):
            return
        raise BurstLimitError(
            "the calls of this minute are used up",
            code="RATE_LIMIT_EXCEEDED",
            status=429,
            retry_after=int(wait) + 1,
            was_sent=False,
        )

    def _wake_the_first(self) -> None:
        """Let the caller whose turn it is look again."""
        self._changed.set()
        self._changed = anyio.Event()
