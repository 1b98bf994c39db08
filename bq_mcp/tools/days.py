"""Days and instants as they are written, read only where they are one day or one instant."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ..expiry import token_day
from .plain import plain

# A token has two digits for the year, so only this century can be meant.
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_INSTANT = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ](\d{1,2})((?::?\d\d(?::?\d\d(?:[.,]\d+)?)?)? ?(?:Z|[+-]\d\d:?\d\d)?))?"
)
_COMPACT_DAY = re.compile(r"^(\d{4})(\d\d)(\d\d)(?=T)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(20\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:ST|ND|RD|TH)?[-\s]*([A-Z]{3,9})[-\s]*(?:20)?(\d{2})")
_MONTH_DAY = re.compile(r"([A-Z]{3,9})[-\s]*(\d{1,2})(?:ST|ND|RD|TH)?[-\s]+20(\d{2})")
_WEEKDAY = re.compile(r"(MON|TUE|WED|THU|FRI|SAT|SUN)[A-Z]{0,6} +")
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_EPOCH = re.compile(r"([1-3]\d{9})(\d{3})?")
_TOKEN_INSIDE = re.compile(r"[A-Z][A-Z0-9_]*-(\d{1,2}[A-Z]{3}\d{2})(?:-.*)?", re.IGNORECASE)


def read_day(text: str) -> date | None:
    """Return the day that `text` names, None where it is none or may be several."""
    days = set(possible_days(text))
    return days.pop() if len(days) == 1 else None


def possible_days(text: str) -> list[date]:
    """Return the days that `text` may name; two where day and month can be told either way."""
    words = plain(text).upper().replace(",", " ").replace("  ", " ")
    named = _WEEKDAY.match(words)
    found = _days_in(words[named.end() :] if named else words)
    days = sorted({day for day in found if day is not None})
    # A weekday that is another one's makes two days of it.
    return [day for day in days if not named or _WEEKDAYS[day.weekday()] == named[1]]


def _days_in(words: str) -> Iterator[date | None]:
    if match := _COMPACT.fullmatch(words):
        yield _day(match[1], match[2], match[3])
    elif found := _read_iso(words):
        # With another offset than UTC it may lie on another day, so it is no day.
        yield found.date() if not found.utcoffset() and found.year // 100 == 20 else None
    elif match := _YEAR_LAST.fullmatch(words):
        yield _day(match[4], match[1], match[3])
        yield _day(match[4], match[3], match[1])
    elif match := _DAY_MONTH.fullmatch(words):
        yield token_day(*match.groups())
    elif match := _MONTH_DAY.fullmatch(words):
        yield token_day(match[2], match[1], match[3])
    elif match := _EPOCH.fullmatch(words):
        yield datetime.fromtimestamp(int(match[1]), UTC).date()


def day_of_instrument(text: str) -> date | None:
    """Return the expiry in the name of a contract, such as BTC-26MAR27-70000-C."""
    match = _TOKEN_INSIDE.fullmatch(plain(text))
    return read_day(match[1]) if match else None


def read_instant(text: str) -> datetime | None:
    """Return the instant that `text` names, in UTC; of a day its beginning.

    A text without an offset is UTC, as every time of the API is. A time of day that is none, such
    as 25:00, makes it no instant.
    """
    words = re.sub(r" ?(UTC|GMT)$", "Z", plain(text).upper())
    if match := _EPOCH.fullmatch(words):
        return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(
            milliseconds=int(match[2] or 0)
        )
    if found := _read_iso(words):
        try:
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except OverflowError:
            return None
    day = read_day(words)
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _read_iso(words: str) -> datetime | None:
    match = _INSTANT.fullmatch(_COMPACT_DAY.sub(r"\1-\2-\3", words))
    if match is None:
        return None
    year, _, month, day, hour, rest = match.groups()
    try:
        return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{hour or 0:0>2}{rest or ''}")
    except ValueError:
        return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
