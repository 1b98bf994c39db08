"""Time and chance as the client sees them, passed in so that tests need neither."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is aware UTC; `monotonic` and `sleep` count seconds; `chance` lies in [0, 1).

    `monotonic` counts the sleep of the machine too, else a kept answer would not age in it.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]
