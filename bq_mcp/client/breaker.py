"""Stop asking a host that does not answer, so that a dead upstream costs milliseconds."""

from collections.abc import Callable
from math import ceil
from typing import Protocol

from ..errors import RequestTimeoutError, TransportError, UnreachableError

_FAILURES = 4
_PAUSE_S = 10.0


class Breaker(Protocol):
    """Whether the host is asked at all, as all who spend one key see it.

    May hear of what it is told late or never, never fails, and lets calls pass where it does not
    know. `failed` and `answered` only tell: they wait for nobody, because a caller may be leaving.
    """

    async def check(self) -> None:
        """Let a call pass.

        Raises:
            UnreachableError: the host failed several times in a row a moment ago.
        """
        ...

    def failed(self, error: TransportError) -> None:
        """Take note of a call without a reply."""
        ...

    def answered(self) -> None:
        """Take note of a reply, whatever it said."""
        ...


class MemoryBreaker:
    """One host as this process sees it; `monotonic` gives seconds.

    After some failures in a row it refuses for a while, then lets one call try.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._closed_again = 0.0

    async def check(self) -> None:
        """Let a call pass, or raise an UnreachableError."""
        if self._failures < _FAILURES:
            return
        left = self._closed_again - self._monotonic()
        if left > 0:
            wait = ceil(left)
            raise UnreachableError(
                f"the service did not answer {self._failures} times in a row; "
                f"it is asked again in {wait} s",
                retry_after=wait,
            )
        # One call tries; those beside it are refused until it is back.
        self._closed_again = self._monotonic() + _PAUSE_S

    def failed(self, error: TransportError) -> None:
        """Take note of a call without a reply."""
        if isinstance(error, UnreachableError | RequestTimeoutError):
            self._failures += 1
            self._closed_again = self._monotonic() + _PAUSE_S

    def answered(self) -> None:
        """Take note of a reply, whatever it said."""
        self._failures = 0
