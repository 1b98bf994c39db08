"""An event loop whose time stands while a request is under way, and jumps while nothing is."""

import asyncio
import selectors
from collections.abc import Iterator
from contextlib import contextmanager

_LONGEST_REPLY_S = 30.0


class Pace(selectors.DefaultSelector):
    """Tells the time in seconds, and decides how it passes."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self._under_way = 0

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Let no time pass while something outside this loop is at work."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready; with nothing under way the time moves on by `timeout` at once.

        Raises:
            TimeoutError: what is under way never ends.
        """
        if self._under_way and timeout != 0:
            found = super().select(_LONGEST_REPLY_S)
            if not found:
                raise TimeoutError("a request under way was never answered")
            return found
        if timeout is None:
            return super().select(None)
        found = super().select(0)
        if not found:
            self.seconds += timeout
        return found


class FastForward(asyncio.SelectorEventLoop):
    """The loop of one such time; all timers and deadlines follow it."""

    def __init__(self, pace: Pace) -> None:
        super().__init__(pace)
        self._pace = pace

    def time(self) -> float:
        """Return the seconds since the start."""
        return self._pace.seconds
