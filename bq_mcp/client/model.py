"""What goes through the layers of the client: a request down, a reply up."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..envelope import Limits as Limits
from ..envelope import Reply as Reply
from ..errors import NoDataError
from .counters import Tally

QueryPairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A GET below the version prefix; `path` is percent-encoded, `query` in canonical order."""

    path: str
    query: QueryPairs = ()


@dataclass(frozen=True, slots=True)
class RawReply:
    """An HTTP reply as it came; header names are lower case.

    `body_seconds` is how long the body took to arrive after the head.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    body_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """The words in which upstream said that there is no data, `received` by the monotonic clock."""

    message: str
    code: str
    request_id: str | None
    received: float

    def error(self, monotonic: float) -> NoDataError:
        """Return the error for it at a later moment, with its age."""
        return NoDataError(
            self.message,
            code=self.code,
            status=404,
            request_id=self.request_id,
            age_seconds=monotonic - self.received,
        )


@dataclass(frozen=True, slots=True)
class Effort:
    """What one question may take, and the tally of what it takes.

    `until` is its deadline by the event loop's clock. In seconds, `longest_wait` is how long it may
    queue for the next minute's calls and `longest_pause` how long it may pause before asking again.
    """

    until: float
    longest_wait: float
    longest_pause: float
    tally: Tally


Send = Callable[[Request], Awaitable[RawReply]]
# How to come by an ASGI application; making it may take a while.
LoadApp = Callable[[], Awaitable[Any]]


def read_limits(headers: Mapping[str, str]) -> Limits:
    """Return the limits that `headers` state, as far as they make sense.

    A limit below 1 is ignored, and so is one with more left than there is.
    """
    burst_limit, burst_left = _limit_and_left(headers, "x-ratelimit")
    quota_limit, quota_left = _limit_and_left(headers, "x-quota")
    return Limits(
        burst_limit=burst_limit,
        burst_left=burst_left,
        burst_resets_at=_count(headers.get("x-ratelimit-reset"))
        if burst_left is not None
        else None,
        quota_limit=quota_limit,
        quota_left=quota_left,
        is_fallback=headers.get("x-ratelimit-fallback", "").strip().lower() == "true",
    )


def _limit_and_left(headers: Mapping[str, str], prefix: str) -> tuple[int | None, int | None]:
    stated = headers.get(f"{prefix}-limit")
    limit, left = _count(stated), _count(headers.get(f"{prefix}-remaining"))
    if stated is not None and not limit:
        return None, None
    if limit is not None and left is not None and left > limit:
        return None, None
    return limit, left


def _count(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if text.isdecimal() and len(text) < 16 else None
