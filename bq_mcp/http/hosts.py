"""Which Host and Origin headers are let in: pure rules, against pages that rebind a name."""

from collections.abc import Collection
from urllib.parse import urlsplit

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def is_host_allowed(host: str, allowed: Collection[str]) -> bool:
    """Decide whether a Host header is one of `allowed`: a name with any port, or with that one."""
    said = host.lower()
    return said in allowed or _name_of(said) in allowed


def is_origin_allowed(origin: str, allowed: Collection[str], own: Collection[str]) -> bool:
    """Decide whether a page of `origin` may call.

    `allowed` are whole origins; `own` are the names under which this server itself is reached.
    """
    said = origin.lower()
    if said in allowed:
        return True
    try:
        parts = urlsplit(said)
        return parts.scheme in ("http", "https") and is_host_allowed(parts.netloc, own)
    except ValueError:
        return False


def _name_of(host: str) -> str:
    """Return a host without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() and not name.endswith(":") else host
