"""The settlement calendar: sessions, expiry tokens and which expiries are listed when.

Days are counted from 1970-01-01. Session d runs from 08:00 UTC of day d to 08:00 UTC of day d + 1,
and an expiry of day e settles at the start of session e.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal

HOUR_S = 3_600
DAY_S = 86_400
YEAR_DAYS = 365
YEAR_S = YEAR_DAYS * DAY_S
SETTLEMENT_S = 8 * HOUR_S

ExpiryKind = Literal["daily", "weekly", "monthly", "quarterly"]

_EPOCH = date(1970, 1, 1)
_FRIDAY = 4
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@dataclass(frozen=True)
class Ladder:
    """How many expiries of each rhythm an exchange keeps listed."""

    dailies: int
    weeklies: int
    monthlies: int
    quarterlies: int


@dataclass(frozen=True)
class Expiry:
    """One listed expiry as seen at an instant.

    `dte` counts the settlements before this one: 0 from 08:00 UTC of the day before it settles.
    """

    token: str
    date: date
    settles_at: datetime
    dte: int
    kind: ExpiryKind
    is_anchor: bool


def epoch_seconds(instant: datetime) -> float:
    """Return the seconds since 1970 of an aware instant.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.timestamp()


def session_at(seconds: float) -> int:
    """Return the session an epoch second falls in; 08:00:00 opens the new one."""
    return int((seconds - SETTLEMENT_S) // DAY_S)


def session_start(session: int) -> float:
    """Return the epoch second at which a session opens and the expiry of that day settles."""
    return float(session * DAY_S + SETTLEMENT_S)


def kind_of(day: int) -> ExpiryKind:
    """Classify an expiry day by the calendar alone."""
    if _weekday(day) != _FRIDAY:
        return "daily"
    if not _is_last_friday(day):
        return "weekly"
    return "quarterly" if _date(day).month % 3 == 0 else "monthly"


def is_anchor(day: int) -> bool:
    """Say whether an expiry day is the last Friday of its month."""
    return kind_of(day) in ("monthly", "quarterly")


@lru_cache(maxsize=1024)
def alive(ladder: Ladder, session: int) -> tuple[int, ...]:
    """Return the expiry days listed during a session, ascending, each once."""
    days: set[int] = set()
    for rhythm, count in _rhythms(ladder):
        days.update(islice(_following(rhythm, session), count))
    return tuple(sorted(days))


@lru_cache(maxsize=4096)
def listed_on(ladder: Ladder, day: int) -> int:
    """Return the first session in which the expiry of a day is listed."""
    first = day - 1
    for rhythm, count in _rhythms(ladder):
        if count and _follows(rhythm, day):
            first = min(first, list(islice(_preceding(rhythm, day), count))[-1])
    return first


def previous_anchor(day: int) -> int:
    """Return the last Friday of a month that comes before a day."""
    return next(_preceding("monthly", day))


def next_anchor(day: int, *, quarterly: bool) -> int:
    """Return the last Friday of a month, or of a quarter, that comes after a day."""
    return next(_following("quarterly" if quarterly else "monthly", day))


def expiry(day: int, session: int) -> Expiry:
    """Describe the expiry of a day as seen from a session."""
    when = _date(day)
    kind = kind_of(day)
    return Expiry(
        token=f"{when.day:02d}{_MONTHS[when.month - 1]}{when.year % 100:02d}",
        date=when,
        settles_at=datetime.fromtimestamp(session_start(day), UTC),
        dte=day - session - 1,
        kind=kind,
        is_anchor=kind in ("monthly", "quarterly"),
    )


def _rhythms(ladder: Ladder) -> tuple[tuple[ExpiryKind, int], ...]:
    return (
        ("daily", ladder.dailies),
        ("weekly", ladder.weeklies),
        ("monthly", ladder.monthlies),
        ("quarterly", ladder.quarterlies),
    )


def _follows(rhythm: ExpiryKind, day: int) -> bool:
    if rhythm == "daily":
        return True
    if rhythm == "weekly":
        return _weekday(day) == _FRIDAY
    if rhythm == "monthly":
        return is_anchor(day)
    return kind_of(day) == "quarterly"


def _following(rhythm: ExpiryKind, day: int) -> Iterator[int]:
    while True:
        day += 1
        if _follows(rhythm, day):
            yield day


def _preceding(rhythm: ExpiryKind, day: int) -> Iterator[int]:
    while True:
        day -= 1
        if _follows(rhythm, day):
            yield day


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def _weekday(day: int) -> int:
    return (day + 3) % 7


def _is_last_friday(day: int) -> bool:
    return _weekday(day) == _FRIDAY and _date(day).month != _date(day + 7).month
