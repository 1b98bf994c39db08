"""Ask the API: store, budget, retries, one deadline, one place where errors get their type."""

from .breaker import Breaker, MemoryBreaker
from .budget import Budget, MemoryBudget
from .client import Client, Tuning
from .clock import Clock
from .counters import Counters, Tally
from .late_transport import LateTransport
from .lifetime import Lifetime
from .lock import NO_LOCK, Lock
from .model import Limits, LoadApp, QueryPairs, RawReply, Reply, Request, Send
from .shared import Shared, in_memory
from .store import MemoryStore, Store, StoreEntry
from .worker import in_worker

__all__ = [
    "NO_LOCK",
    "Breaker",
    "Budget",
    "Client",
    "Clock",
    "Counters",
    "LateTransport",
    "Lifetime",
    "Limits",
    "LoadApp",
    "Lock",
    "MemoryBreaker",
    "MemoryBudget",
    "MemoryStore",
    "QueryPairs",
    "RawReply",
    "Reply",
    "Request",
    "Send",
    "Shared",
    "Store",
    "StoreEntry",
    "Tally",
    "Tuning",
    "in_memory",
    "in_worker",
]
