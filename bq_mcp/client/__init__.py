"""Ask the API: store, budget, retries, one deadline, one place where errors get their type."""

from .breaker import Breaker
from .client import Client, Tuning
from .clock import Clock
from .counters import Counters, Tally
from .lifetime import Lifetime
from .model import Limits, QueryPairs, Reply
from .store import MemoryStore, Store
from .transport import HttpTransport, LoadApp
from .worker import in_worker

__all__ = [
    "Breaker",
    "Client",
    "Clock",
    "Counters",
    "HttpTransport",
    "Lifetime",
    "Limits",
    "LoadApp",
    "MemoryStore",
    "QueryPairs",
    "Reply",
    "Store",
    "Tally",
    "Tuning",
    "in_worker",
]
