"""Expiry tokens such as 28MAR25: how they are written, and which day one names."""

from datetime import date

_MONTHS = (
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
)
# A token has the first three letters, which no two months share.
_PLACES = {name[:3]: place for place, name in enumerate(_MONTHS, 1)}


def expiry_token(day: date) -> str:
    """Return the token of an expiry day."""
    return f"{day.day:02d}{_MONTHS[day.month - 1][:3]}{day.year % 100:02d}"


def token_day(day: str, month: str, year: str) -> date | None:
    """Return the day that the parts of a token name, None where there is no such day.

    `month` is any beginning of its name, from three letters on, in any case. Of `year` the last two
    digits count: only this century can be meant.
    """
    word = month.upper()
    place = _PLACES.get(word[:3])
    if place is None or not _MONTHS[place - 1].startswith(word):
        return None
    try:
        return date(2000 + int(year) % 100, place, int(day))
    except ValueError:
        return None
