"""What goes through the layers of the client: a request down, a reply up."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ..envelope import Envelope

Query = tuple[tuple[str, str], ...]
Outcome = Literal["miss"]


@dataclass(frozen=True, slots=True)
class Request:
    """A GET below the version prefix; `path` is percent-encoded, `query` in canonical order."""

    path: str
    query: Query = ()


@dataclass(frozen=True, slots=True)
class RawReply:
    """An HTTP reply as it came; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left of the two limits, as the last reply's headers stated; None where not stated.

    `burst_*` count calls a minute, `quota_*` calls a calendar month (UTC).
    """

    burst_limit: int | None = None
    burst_left: int | None = None
    quota_limit: int | None = None
    quota_left: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful reply, when it arrived by the local clock, and how it was come by."""

    envelope: Envelope
    received_at: datetime
    limits: Limits = field(default_factory=Limits)
    outcome: Outcome = "miss"


Send = Callable[[Request], Awaitable[RawReply]]


def read_limits(headers: Mapping[str, str]) -> Limits:
    """Return the limits that `headers` state."""
    return Limits(
        burst_limit=_count(headers.get("x-ratelimit-limit")),
        burst_left=_count(headers.get("x-ratelimit-remaining")),
        quota_limit=_count(headers.get("x-quota-limit")),
        quota_left=_count(headers.get("x-quota-remaining")),
    )


def _count(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if text.isdecimal() and len(text) < 16 else None
