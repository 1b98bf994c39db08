"""Days and instants as they are written, read only where they are one day or one instant."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ..expiry import token_day
from .plain import plain

# A token has two digits for the year, so only this century can be meant.
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})")
# An instant with another offset than UTC may lie on another day, so it is no day.
_YEAR_FIRST = re.compile(r"(20\d{2})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ][\d:.]*(?:Z|\+00:00)?)?")
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
    elif match := _YEAR_FIRST.fullmatch(words):
        yield _day(match[1], match[3], match[4])
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

    A text without an offset is UTC, as every time of the API is.
    """
    words = re.sub(r" ?(UTC|GMT)$", "Z", plain(text).upper())
    if match := _EPOCH.fullmatch(words):
        return datetime.fromtimestamp(int(match[1]), UTC) + timedelta(
            milliseconds=int(match[2] or 0)
        )
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        day = read_day(words)
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
