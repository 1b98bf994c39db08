"""Read the envelope every reply of the API comes in.

The reader is tolerant: optional keys may be absent, null or of another type; a body without an
envelope is taken as bare data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from .errors import (
    ApiError,
    BackQuantError,
    BlockedError,
    ForbiddenError,
    NoDataError,
    UnauthorizedError,
    UnknownRouteError,
    api_error_class,
    is_known_code,
)
from .scalars import finite_number, moved, parse_http_date, parse_instant
from .text import clean

SANDBOX_SOURCE = "bq-mcp-sandbox"
Outcome = Literal["miss", "hit", "joined", "bundled", "stale"]
_MESSAGE_LIMIT = 300
_NAME_LIMIT = 64
_MOST_IN_LIST = 64
# Two claims of one age may differ by as much.
_ROUNDING_S = 2.0
# The longest wait upstream has reason to state is that for the next month.
_LONGEST_WAIT_S = 32 * 86_400.0


@dataclass(frozen=True, slots=True)
class Meta:
    """The provenance block of a reply; every field may be missing.

    `spot_price` is the spot of the computation in USD; `freshness_seconds` is the age upstream
    states; `exchanges_filtered` is what a venue filter was narrowed to, None without a filter.
    """

    version: str | None = None
    timestamp: datetime | None = None
    request_id: str | None = None
    symbol: str | None = None
    spot_price: float | None = None
    computed_at: datetime | None = None
    freshness_seconds: float | None = None
    source: tuple[str, ...] = ()
    exchanges_filtered: tuple[str, ...] | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def simulated(self) -> bool:
        """Whether the sandbox made this reply, a refusal too."""
        return SANDBOX_SOURCE in self.source


# Compared by identity, so that what a reader works out can be kept for as long as the reply is.
@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Envelope:
    """A successful reply: `data` of any JSON shape, its `meta`, and what had to be mended.

    `non_finite` counts the NaN and Infinity figures that were read as null.
    """

    data: object
    meta: Meta
    non_finite: int = 0

    @property
    def simulated(self) -> bool:
        """Whether the sandbox made this reply."""
        return self.meta.simulated


@dataclass(frozen=True, slots=True)
class Limits:
    """What is left of the two limits, as the last reply's headers stated; None where not stated.

    `burst_*` count calls a minute, `quota_*` calls a calendar month (UTC). `burst_resets_at` is in
    Unix seconds. `is_fallback`: upstream's limiter is degraded and a stricter cap holds for now.
    """

    burst_limit: int | None = None
    burst_left: int | None = None
    burst_resets_at: int | None = None
    quota_limit: int | None = None
    quota_left: int | None = None
    is_fallback: bool = False

    def stated(self) -> Mapping[str, int]:
        """Return the calls left and what they are left of, by name, as far as they are stated."""
        names = ("burst_left", "burst_limit", "quota_left", "quota_limit")
        counts = ((name, getattr(self, name)) for name in names)
        return {name: count for name, count in counts if count is not None}


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful reply and where it came from.

    `server_time` is upstream's clock when the head of the reply was `received` (monotonic seconds),
    so that an age keeps counting whatever the local clock does; it is the latest time that anything
    proves. `delay_seconds` is how much older the reply is than it says, because a cache or a replay
    held it on the way; 0 where nothing shows that. `clock_gap_seconds` is how far this machine's
    clock was ahead of `server_time`. Until upstream's clock was seen to run, a gap may mean a
    replay; after that one of the clocks is set wrong, and it is 0. `limits` are the newest known
    when the client gives the reply. `overdue`: upstream had nothing newer though its next refresh
    was due. `failure` is why an older answer is given (`stale`).
    """

    envelope: Envelope
    server_time: datetime
    received: float
    delay_seconds: float = 0.0
    clock_gap_seconds: float = 0.0
    limits: Limits = field(default_factory=Limits)
    size: int = 0
    outcome: Outcome = "miss"
    overdue: bool = False
    failure: BackQuantError | None = None

    def server_now(self, monotonic: float) -> datetime:
        """Return upstream's clock at a later moment."""
        return self.server_time + timedelta(seconds=monotonic - self.received)


def read_envelope(
    body: object,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    non_finite: int = 0,
    now: datetime | None = None,
) -> Envelope:
    """Return the envelope in a decoded `body`.

    `headers` have lower-case names; the two limits on a 429 are told apart by them. `now` stands
    in for a missing Date when a wait until some instant is counted. Of an error page `body` is the
    title.

    Raises:
        ApiError: upstream said no, by status or by `success: false`.
    """
    headers = headers or {}
    reply = body if isinstance(body, Mapping) else {}
    meta = read_meta(reply.get("meta"))
    failed = status >= 400 or reply.get("success") is False
    if failed or (reply.get("error") and reply.get("data") is None):
        title = body if isinstance(body, str) else ""
        raise _api_error(reply, meta, status, headers, title, now)
    if "data" in reply and ("meta" in reply or "success" in reply):
        return Envelope(reply["data"], meta, non_finite)
    return Envelope(body, meta if "meta" in reply else Meta(), non_finite)


def read_meta(raw: object) -> Meta:
    """Return the provenance block in `raw`, ignoring whatever has an unexpected type."""
    if not isinstance(raw, Mapping):
        return Meta()
    timestamp = parse_instant(raw.get("timestamp"))
    computed_at = parse_instant(raw.get("computed_at"))
    freshness = finite_number(raw.get("freshness_seconds"))
    if computed_at is None and timestamp is not None and freshness is not None:
        computed_at = _before(timestamp, freshness)
    extra = raw.get("extra")
    return Meta(
        version=_name(raw.get("version")),
        timestamp=timestamp,
        request_id=_name(raw.get("request_id")),
        symbol=_name(raw.get("symbol")),
        spot_price=finite_number(raw.get("spot_price")),
        computed_at=computed_at,
        freshness_seconds=freshness,
        source=_names(raw.get("source")) or (),
        exchanges_filtered=_names(raw.get("exchanges_filtered")),
        extra=extra if isinstance(extra, Mapping) else {},
    )


def with_older_claim(meta: Meta) -> Meta:
    """Return `meta` with the older of its two claims, where `computed_at` and the age differ.

    Not for history, where both say when a row was written. Where `computed_at` lies ahead of the
    reply and the age is 0, the age was cut at 0 and says nothing.
    """
    if meta.timestamp is None or meta.computed_at is None or meta.freshness_seconds is None:
        return meta
    claimed = _before(meta.timestamp, meta.freshness_seconds)
    newest = min(meta.computed_at, meta.timestamp)
    if claimed is None or (newest - claimed).total_seconds() <= _ROUNDING_S:
        return meta
    return replace(meta, computed_at=claimed)


def _before(instant: datetime, seconds: float) -> datetime | None:
    """Return the instant `seconds` earlier; an age below zero is clock skew, none at all."""
    return moved(instant, -max(seconds, 0.0))


def _api_error(
    reply: Mapping[str, object],
    meta: Meta,
    status: int,
    headers: Mapping[str, str],
    title: str,
    now: datetime | None,
) -> ApiError:
    # What the framework refuses by itself comes as `detail`, outside the envelope.
    raw = reply.get("error") or reply.get("detail")
    error = raw if isinstance(raw, Mapping) else {}
    code = _name(error.get("code")) or ""
    message = error.get("message") if error else raw
    kind = api_error_class(code, status, is_month_used_up=_is_month_used_up(headers))
    if kind is NoDataError and not (reply.get("success") is False or _is_told_by_a_route(raw)):
        kind = UnknownRouteError
    elif _is_foreign(reply, code) and _is_refusal(kind, status, is_page=not reply):
        kind = BlockedError
        message = message or reply.get("message") or title
    return kind(
        clean(message, _MESSAGE_LIMIT) if isinstance(message, str) else "",
        code=code,
        status=status,
        details=_details(raw),
        request_id=meta.request_id or _name(headers.get("x-request-id")),
        retry_after=_wait(error, headers, now),
    )


def _is_foreign(reply: Mapping[str, object], code: str) -> bool:
    """Tell whether a body is in other words than the API and its framework use."""
    return not (reply.get("success") is False or "detail" in reply or is_known_code(code))


def _is_refusal(kind: type[ApiError], status: int, *, is_page: bool) -> bool:
    """Tell whether a foreign body says no: about the key, or as a page in place of an answer."""
    if kind in (UnauthorizedError, ForbiddenError) or status == 407:
        return True
    return is_page and 400 <= status <= 499 and status not in (404, 408, 425, 429)


def _is_month_used_up(headers: Mapping[str, str]) -> bool:
    """Tell whether none of the month's calls is left; of a limit of zero none ever was."""
    limit = headers.get("x-quota-limit", "1").strip()
    return headers.get("x-quota-remaining", "").strip() == "0" and limit not in ("", "0")


def _is_told_by_a_route(raw: object) -> bool:
    """Tell the 404 of a route without data from that of an address nobody serves.

    A proxy answers with a page, the framework with two bare words.
    """
    if isinstance(raw, str):
        return raw.strip().lower() not in ("", "not found")
    return isinstance(raw, Mapping) and bool(raw)


def _details(raw: object) -> Mapping[str, object]:
    """Return what upstream says beyond the message."""
    if isinstance(raw, list):
        return {"errors": raw}
    stated = raw.get("details") if isinstance(raw, Mapping) else None
    return stated if isinstance(stated, Mapping) else {}


def _wait(
    error: Mapping[str, object], headers: Mapping[str, str], now: datetime | None
) -> float | None:
    """Return the seconds to wait that a refusal states, None where it states none."""
    waits = (
        _seconds(_details(error).get("retry_after_seconds")),
        _seconds(headers.get("retry-after")),
        _seconds_until(headers.get("retry-after"), parse_http_date(headers.get("date")) or now),
    )
    return next((seconds for seconds in waits if seconds is not None), None)


def _name(value: object) -> str | None:
    return clean(value, _NAME_LIMIT) if isinstance(value, str) and value.strip() else None


def _names(value: object) -> tuple[str, ...] | None:
    if isinstance(value, str):
        value = value.split(",", _MOST_IN_LIST)
    if not isinstance(value, list):
        return None
    return tuple(name for item in value[:_MOST_IN_LIST] if (name := _name(item)))


def _seconds_until(date: str | None, now: datetime | None) -> float | None:
    """Return how long it is until a date; one that is over is none."""
    instant = parse_http_date(date)
    if instant is None or now is None:
        return None
    seconds = (instant - now).total_seconds()
    return _seconds(seconds) if seconds > 0 else None


def _seconds(value: object) -> float | None:
    try:
        number = finite_number(float(value) if isinstance(value, str) else value)
    except ValueError:
        return None
    return number if number is not None and 0 <= number <= _LONGEST_WAIT_S else None
