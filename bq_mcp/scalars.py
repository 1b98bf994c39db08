"""Read single values from outside that may be anything: numbers and instants."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

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
