"""The caller's own BackQuant key: read from a request, and no sieve for guessing others'.

Only upstream can say whether a key is good. Until it has, a key counts as an attempt of the address
it came from; so whoever tries keys is stopped after a few, whatever their number.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import NoReturn

from cachetools import LRUCache, TTLCache

from .model import AccessError, Caller
from .presented import api_key

WINDOW_S = 60.0
MOST_REFUSED = 10
# An office starts its clients at once, all from one address.
MOST_WAITING = 50
_KEPT = 10_000
_SOON_S = 5.0


@dataclass(slots=True)
class _Attempts:
    """The keys one address presented since a moment ago that were not accepted before."""

    until: float
    hashes: set[bytes] = field(default_factory=set)


class PassThrough:
    """Reads keys, and remembers by their hashes which of them upstream took.

    Whoever spends a key tells what upstream said of it: `accepted` or `refused`.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._accepted: LRUCache[bytes, bool] = LRUCache(_KEPT)
        self._refused: TTLCache[bytes, bool] = TTLCache(_KEPT, WINDOW_S, timer=monotonic)
        self._attempts: TTLCache[str, _Attempts] = TTLCache(_KEPT, WINDOW_S, timer=monotonic)

    def admit(self, headers: Mapping[str, str], address: str) -> Caller:
        """Return the caller whose key the request carries.

        Raises:
            AccessError: there is none, it can be none, upstream refused it a moment ago, or too
                many were tried from this address.
        """
        key = api_key(headers)
        hashed = _hash(key)
        if hashed in self._refused:
            words = (
                "BackQuant refused this API key a moment ago: check it, or try again in a minute"
            )
            raise AccessError(401, "invalid_token", words)
        if not self._accepted.get(hashed):
            self._attempt(hashed, network_of(address))
        return Caller(f"key-{hashed.hex()[:8]}", key)

    def accepted(self, key: str) -> None:
        """Take note that upstream answered a request with this key."""
        self._accepted[_hash(key)] = True

    def refused(self, key: str) -> None:
        """Take note that upstream knows no such key (401)."""
        hashed = _hash(key)
        self._accepted.pop(hashed, None)
        self._refused[hashed] = True

    def _attempt(self, hashed: bytes, network: str) -> None:
        now = self._monotonic()
        attempts = self._attempts.get(network)
        if attempts is None:
            attempts = self._attempts[network] = _Attempts(now + WINDOW_S)
        if hashed in attempts.hashes:
            return
        refused = sum(each in self._refused for each in attempts.hashes)
        waiting = sum(each not in self._accepted for each in attempts.hashes) - refused
        left = attempts.until - now
        if refused >= MOST_REFUSED:
            _too_many(left)
        if waiting >= MOST_WAITING:
            _too_many(min(left, _SOON_S))
        attempts.hashes.add(hashed)


def network_of(address: str) -> str:
    """Return what attempts are counted by: an IPv4 address, or the /64 of an IPv6 one.

    A provider gives each of its customers a /64 at least.
    """
    try:
        read = ip_address(address.strip("[]"))
    except ValueError:
        return address[:64]
    if isinstance(read, IPv6Address):
        mapped = read.ipv4_mapped
        return str(mapped or ip_network((int(read), 64), strict=False))
    return str(read)


def _too_many(seconds: float) -> NoReturn:
    wait = max(1, ceil(seconds))
    words = f"too many different API keys from this address: try again in {wait} s"
    raise AccessError(429, "too_many_attempts", words, retry_after=wait)


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
