"""What goes through the layers of the client: a request down, a reply up."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from ..envelope import Limits as Limits
from ..envelope import Reply as Reply
from ..errors import NoDataError
from .counters import Tally

Query = tuple[tuple[str, str], ...]


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
class Refusal:
    """The words in which upstream said that there is no data, `received` by the monotonic clock."""

    message: str
    code: str
    request_id: str | None
    simulated: bool
    received: float

    def error(self, monotonic: float) -> NoDataError:
        """Return the refusal as it is told at a later moment."""
        error = NoDataError(
            self.message,
            code=self.code,
            status=404,
            request_id=self.request_id,
            simulated=self.simulated,
        )
        error.age_seconds = monotonic - self.received
        return error


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


def read_limits(headers: Mapping[str, str]) -> Limits:
    """Return the limits that `headers` state."""
    return Limits(
        burst_limit=_count(headers.get("x-ratelimit-limit")),
        burst_left=_count(headers.get("x-ratelimit-remaining")),
        burst_resets_at=_count(headers.get("x-ratelimit-reset")),
        quota_limit=_count(headers.get("x-quota-limit")),
        quota_left=_count(headers.get("x-quota-remaining")),
        is_fallback=headers.get("x-ratelimit-fallback", "").strip().lower() == "true",
    )


def _count(value: str | None) -> int | None:
    text = (value or "").strip()
    return int(text) if text.isdecimal() and len(text) < 16 else None
