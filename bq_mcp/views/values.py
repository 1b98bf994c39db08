"""Read single values of a payload that may hold anything."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from ..envelope import parse_instant

TEXT: frozenset[type] = frozenset({str})
RECORD: frozenset[type] = frozenset({dict})
CONTAINER: frozenset[type] = frozenset({dict, list})
_TOKEN = re.compile(r"(\d{1,2})([A-Z]{3})(\d{2})", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_MONTHS = {name: place for place, name in enumerate(_MONTH_NAMES.split(), 1)}
_EPOCH_SECONDS = (9.4e8, 4.2e9)
_EPOCH_MILLISECONDS = (9.4e11, 4.2e12)


def number(value: object) -> float | None:
    """Return `value` as a finite float; None where it is no number. Flags are no numbers."""
    # Asked of every figure of a payload, nearly all of them floats.
    if type(value) is float:
        return value if math.isfinite(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        figure = float(value)
    except OverflowError:
        return None
    return figure if math.isfinite(figure) else None


def text(value: object) -> str | None:
    """Return `value` when it is text with something in it, None otherwise."""
    return value if isinstance(value, str) and value.strip() else None


def mapping(value: object) -> Mapping[str, object]:
    """Return `value` when it is a mapping, an empty one otherwise."""
    return value if isinstance(value, Mapping) else {}


def holds(values: Iterable[object], kinds: frozenset[type]) -> bool:
    """Tell whether one of the values, as JSON gives them, is of one of the kinds."""
    return not kinds.isdisjoint(map(type, values))


def field_at(record: Mapping[str, object], place: str) -> object:
    """Return a field of a record, None where it lacks it.

    A dotted place that is no name by itself leads into records inside the record.
    """
    if place in record:
        return record[place]
    if "." not in place:
        return None
    name, _, rest = place.partition(".")
    return field_at(mapping(record.get(name)), rest)


def expiry_day(value: object) -> date | None:
    """Return the day of an expiry token (`28MAR25`) or an ISO date; None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    if found := _TOKEN.fullmatch(value.strip()):
        day, month, year = found.groups()
        return _day(2000 + int(year), _MONTHS.get(month.upper(), 0), int(day))
    if _DAY.match(value):
        return _day(*(int(part) for part in value[:10].split("-")))
    return None


def is_expiry_token(value: str) -> bool:
    """Tell whether `value` is written as an expiry token such as 28MAR25."""
    return len(value) <= 7 and bool(_TOKEN.fullmatch(value)) and expiry_day(value) is not None


def moment(value: object) -> datetime | None:
    """Return the instant `value` stands for.

    Text must start with an ISO date; a number must be Unix seconds or milliseconds of the
    years 2000 to 2100, so that a price or a size is never taken for a time.
    """
    if isinstance(value, str):
        return parse_instant(value) if len(value) <= 40 and _DAY.match(value) else None
    figure = number(value)
    if figure is None:
        return None
    for low, high in (_EPOCH_SECONDS, _EPOCH_MILLISECONDS):
        if low <= figure <= high:
            return parse_instant(figure)
    return None


def utc_day(instant: datetime) -> date:
    """Return the UTC calendar day of `instant`."""
    return instant.astimezone(UTC).date()


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
