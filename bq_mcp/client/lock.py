"""Let one machine ask for all; within a process `flight` sees to that."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Protocol


class Lock(Protocol):
    """Held over a question while upstream is asked.

    May let two pass at once, which costs a request and nothing else, and never fails: where the
    others cannot be asked every caller passes. The lock of one who is gone is free after the
    deadline of a call.
    """

    def hold(self, key: str, *, until: float) -> AbstractAsyncContextManager[bool]:
        """Hold `key`; gives whether it had to wait for another, whose reply the store may have.

        Raises:
            RequestTimeoutError: another holds it at `until`, by the event loop's clock.
        """
        ...


class _NoLock:
    def hold(self, key: str, *, until: float) -> AbstractAsyncContextManager[bool]:
        return nullcontext(False)


# For a process without others beside it.
NO_LOCK: Lock = _NoLock()
