"""Read the envelope every reply of the API comes in.

The reader is tolerant: optional keys may be absent, null or of another type; a body without an
envelope is taken as bare data.
"""

import gc
import html
import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Literal

from .errors import (
    ApiError,
    BackQuantError,
    BlockedError,
    ForbiddenError,
    MalformedReplyError,
    NoDataError,
    ReplyTooLargeError,
    UnauthorizedError,
    UnknownRouteError,
    api_error_class,
    is_known_code,
)
from .text import clean

SANDBOX_SOURCE = "bq-mcp-sandbox"
Outcome = Literal["miss", "hit", "joined", "bundled", "stale"]
_MESSAGE_LIMIT = 300
_NAME_LIMIT = 64
_MOST_IN_LIST = 64
# What a body of eight MiB takes to decode depends on these; docs/decisions/011 has the figures.
_MOST_PARTS = 1_000_000
_MOST_NAMES = 700_000
_TITLE_LIMIT = 80
_PAGE_BYTES = 4_096
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
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


def decode_json(body: bytes) -> tuple[object, int]:
    """Return the JSON value of `body` and how many non-finite numbers were read as null.

    Raises:
        MalformedReplyError: the body is not JSON.
        ReplyTooLargeError: it has more lists, objects or names than are worth looking at.
    """
    if len(body) > _MOST_NAMES and _has_too_many_parts(body):
        raise ReplyTooLargeError("the reply has more parts than this client reads; ask for less")
    non_finite = 0

    def _null(_: str) -> None:
        nonlocal non_finite
        non_finite += 1

    def _finite(text: str) -> float | None:
        value = float(text)
        if math.isfinite(value):
            return value
        _null(text)
        return None

    # A function per figure makes reading a large body up to twice as slow.
    parse_float = _finite if _may_overflow(body) else None
    try:
        with _uncollected(len(body)):
            value = json.loads(body, parse_constant=_null, parse_float=parse_float)
    except (ValueError, RecursionError) as exc:
        raise MalformedReplyError(_describe(body)) from exc
    return value, non_finite


def _has_too_many_parts(body: bytes) -> bool:
    parts = body.count(b"[") + body.count(b"{")
    return parts > _MOST_PARTS or body.count(b":") > _MOST_NAMES


# What is read is never garbage, and looking for some over and over takes up to five times as long
# as reading; nothing else runs meanwhile. Two readers would end each other's pause.
_PAUSE_FROM_BYTES = 256 * 1024
_pausing = Lock()


@contextmanager
def _uncollected(size: int) -> Iterator[None]:
    """Pause the collection of garbage while much is read."""
    if size < _PAUSE_FROM_BYTES or not gc.isenabled():
        yield
        return
    with _pausing:
        gc.disable()
        try:
            yield
        finally:
            gc.enable()


_FIGURES_ALIKE = bytes.maketrans(b"123456789E", b"000000000e")
# Begins with a plain character, which is looked for many times quicker than a set.
_LONG_EXPONENT = re.compile(rb"e(?<=0e)\+?000")


def _may_overflow(body: bytes) -> bool:
    """Tell whether a figure may lie beyond the floats; errs towards yes, in a millisecond a MB.

    It takes an exponent of three digits, or two hundred digits in a row. Where each character is
    several bytes, digits do not stand side by side.
    """
    alike = body.translate(_FIGURES_ALIKE)
    return bool(_LONG_EXPONENT.search(alike)) or b"0" * 200 in alike or b"\0" in body


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


_MILLISECONDS_FROM = 1e11
# No market data are of other years, and no duration added to these leaves the calendar.
_YEARS = range(1900, 2100)


def parse_instant(value: object) -> datetime | None:
    """Return an aware UTC instant from ISO 8601 text or Unix seconds or milliseconds.

    Text without a zone is UTC. None where `value` is no instant, or one of no year that counts.
    """
    try:
        instant = _told(value) if isinstance(value, str) else _counted(finite_number(value))
    except (ValueError, OverflowError, OSError):
        return None
    return _plausible(instant)


def finite_number(value: object) -> float | None:
    """Return `value` as a finite float; None where it is no number. Flags are no numbers."""
    # Asked of every figure of a payload, nearly all of them floats.
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def parse_http_date(text: str | None) -> datetime | None:
    """Return the aware UTC instant of a `Date` or `Retry-After` header, None where it is none."""
    try:
        date = parsedate_to_datetime(text or "")
        return _plausible((date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def moved(instant: datetime, seconds: float) -> datetime | None:
    """Return `instant` moved by `seconds`, None where the result is of no year that counts."""
    try:
        return _plausible(instant + timedelta(seconds=seconds))
    except (ValueError, OverflowError):
        return None


def _plausible(instant: datetime | None) -> datetime | None:
    return instant if instant is not None and instant.year in _YEARS else None


def _told(text: str) -> datetime | None:
    if "-" not in text:
        # The basic form of ISO 8601 would read Unix milliseconds as a day of long ago.
        return None
    instant = datetime.fromisoformat(text.strip())
    return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)


def _counted(number: float | None) -> datetime | None:
    if number is None or number <= 0:
        return None
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS_FROM else number, UTC)


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


def page_title(body: bytes) -> str:
    """Return the title of a page, or how a plain text begins."""
    text = body[:_PAGE_BYTES].decode(errors="replace")
    if found := _TITLE.search(text):
        return clean(html.unescape(found[1]), _TITLE_LIMIT)
    return "" if text.lstrip().startswith("<") else clean(text, _TITLE_LIMIT)


def _describe(body: bytes) -> str:
    start = body[:64].lstrip().lower()
    if not start:
        return "the reply was empty"
    if start.startswith((b"<!doctype", b"<html", b"<")):
        return "the reply was an HTML page, not JSON"
    return "the reply was not complete, valid JSON"


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
