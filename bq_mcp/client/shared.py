"""What several machines could hold in common for one key, each part behind a small interface."""

from dataclasses import dataclass

from .breaker import Breaker, MemoryBreaker
from .budget import Budget, MemoryBudget
from .clock import Clock
from .lock import NO_LOCK, Lock
from .store import Store


@dataclass(frozen=True, slots=True)
class Shared:
    """The parts of one key and service; those of another key are others.

    `owner` is a hash that identifies key and service, and begins the name of all that is kept.
    """

    owner: str
    store: Store
    breaker: Breaker
    budget: Budget
    lock: Lock = NO_LOCK


def in_memory(owner: str, store: Store, clock: Clock) -> Shared:
    """Return the parts of a process without others beside it."""
    return Shared(owner, store, MemoryBreaker(clock.monotonic), MemoryBudget(clock))
