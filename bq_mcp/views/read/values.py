"""Read single values of a payload that may hold anything; the one place that says what is what."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from math import isfinite
from typing import Any

from ...expiry import token_day
from ...scalars import finite_number, parse_instant

Values = Sequence[object]
Row = Mapping[str, Any]
TEXT: frozenset[type] = frozenset({str})
RECORD: frozenset[type] = frozenset({dict})
CONTAINER: frozenset[type] = frozenset({dict, list})
FIGURES: frozenset[type] = frozenset({int, float})
_FLOATS: frozenset[type] = frozenset({float})
SETTLEMENT = time(8)
_FIGURE_LENGTH = 40
# The token alone, or at the end of a future's name such as BTC-28MAR25.
_TOKEN = re.compile(r"(?:[A-Z]{2,9}[-_])?(\d{1,2})([A-Z]{3})(\d{2}|20\d{2})", re.I | re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A short name: the views read numbers nearly everywhere.
number = finite_number


class Derived(float):
    """A figure an answer computes from others; it remembers how it was made."""

    function: Callable[..., float | None]
    inputs: tuple[object, ...]


def derive(function: Callable[..., float | None], *inputs: object) -> Derived | None:
    """Return `function(*inputs)` as a figure that remembers both; None where it gives none."""
    if (value := number(function(*inputs))) is None:
        return None
    made = Derived(value)
    made.function, made.inputs = function, inputs
    return made


def known(values: Iterable[object]) -> list[Any]:
    """Return those of the values that are figures."""
    listed: list[Any] = [*values]
    if _FLOATS.issuperset(map(type, listed)) and all(map(isfinite, listed)):
        return listed
    return [figure for figure in map(number, listed) if figure is not None]


def figure(value: object) -> float | None:
    """Return a number as `number` does, and one written as text such as "-1200345.5" as well."""
    if not isinstance(value, str):
        return number(value)
    if len(value) > _FIGURE_LENGTH or not value.isascii() or "_" in value:
        return None
    try:
        return number(float(value))
    except ValueError:
        return None


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

    A dotted place leads into records inside the record.
    """
    if "." not in place:
        return record.get(place)
    found: object = record
    for name in place.split("."):
        found = mapping(found).get(name)
    return found


def expiry_day(value: object) -> date | None:
    """Return the day of an expiry token (`28MAR25`) or an ISO date; None for anything else."""
    if not isinstance(value, str) or len(value) > _FIGURE_LENGTH:
        return None
    return _day_of(value)


# The expiries of a market come back in each row and reply.
@lru_cache(maxsize=4096)
def _day_of(value: str) -> date | None:
    if found := _TOKEN.fullmatch(value.strip()):
        return token_day(*found.groups())
    day = moment(value[:10])
    return day and day.date()


def is_expiry_token(value: object) -> bool:
    """Tell whether `value` is written as an expiry token such as 28MAR25."""
    return isinstance(value, str) and not _DAY.match(value) and expiry_day(value) is not None


def settlement(expiry: object) -> datetime | None:
    """Return when an expiry token or ISO date settles: 08:00 UTC on its day."""
    day = expiry_day(expiry)
    return None if day is None else datetime.combine(day, SETTLEMENT, UTC)


def moment(value: object) -> datetime | None:
    """Return the instant `value` stands for, aware, in UTC.

    Text must start with an ISO date; a number must be Unix time in s, ms or µs of the years 2000
    to 2100, so that a price or a size is never taken for a time.
    """
    if isinstance(value, datetime):
        return value
    if isinstance(value, str):
        return parse_instant(value) if len(value) <= 40 and _DAY.match(value) else None
    counted = number(value) or 0.0
    scale = epoch_scale(counted)
    return None if scale is None else datetime.fromtimestamp(counted / scale, UTC)


def epoch_scale(count: float) -> float | None:
    """Return how many units of a Unix time of 2000 to 2100 are a second: 1, 1,000 or 1,000,000."""
    return next((unit for unit in (1.0, 1e3, 1e6) if 9.4e8 <= count / unit <= 4.2e9), None)


class Instants(Sequence[datetime | None]):
    """Instants over Unix seconds, made when they are asked for: of most rows nobody asks."""

    def __init__(self, seconds: Sequence[Any]) -> None:
        self._seconds = seconds

    def __len__(self) -> int:
        return len(self._seconds)

    def __getitem__(self, place: Any) -> Any:
        seconds = self._seconds[place]
        if isinstance(place, slice):
            return Instants(seconds)
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def seconds_of(values: Sequence[Any]) -> list[float | None]:
    """Return ISO texts as Unix seconds, None for what is none."""
    try:
        told = map(datetime.fromisoformat, values)
        return [(when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() for when in told]
    except (TypeError, ValueError):
        return [when.timestamp() if when else None for when in map(moment, values)]


def utc_day(instant: datetime) -> date:
    """Return the UTC calendar day of `instant`."""
    return instant.astimezone(UTC).date()
