"""Ask the API: store, budget, retries, one deadline, one place where errors get their type."""

from .breaker import Breaker
from .client import Client, Tuning
from .clock import Clock
from .counters import Counters, Tally
from .late_transport import LateTransport
from .lifetime import Lifetime
from .model import Limits, LoadApp, QueryPairs, RawReply, Reply, Request, Send
from .store import MemoryStore, Store, StoreEntry
from .worker import in_worker

__all__ = [
    "Breaker",
    "Client",
    "Clock",
    "Counters",
    "LateTransport",
    "Lifetime",
    "Limits",
    "LoadApp",
    "MemoryStore",
    "QueryPairs",
    "RawReply",
    "Reply",
    "Request",
    "Send",
    "Store",
    "StoreEntry",
    "Tally",
    "Tuning",
    "in_worker",
]
