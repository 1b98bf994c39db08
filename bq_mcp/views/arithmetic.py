"""The arithmetic of answers: every figure computed from served ones has its function here.

All functions take what the wire gave, any type, and return None where an input is missing, so
that nothing is invented. Prices are in USD, percentages in percent points.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from itertools import chain
from statistics import fmean, median
from typing import Literal

from .read.values import expiry_day, known, moment, number, settlement

_Function = Callable[..., float | None]
_FRIDAY = 4


def _of_figures(made: _Function) -> _Function:
    """Let a function of figures take any values; it gives None where one of them is missing."""

    @wraps(made)
    def of_any(*given: object) -> float | None:
        figures = [number(value) for value in given]
        return None if None in figures else made(*figures)

    return of_any


def _of_known(made: _Function) -> _Function:
    """Let a function of figures take any values, of which those that are figures count."""

    @wraps(made)
    def of_any(values: Iterable[object]) -> float | None:
        figures = known(values)
        return made(figures) if figures else None

    return of_any


@_of_figures
def distance_pct(level: float, spot: float) -> float | None:
    """Return (level / spot - 1) x 100: how far a level lies from spot, in percent of spot."""
    return (level / spot - 1) * 100 if spot > 0 else None


@_of_figures
def change(first: float, last: float) -> float:
    """Return last - first."""
    return last - first


@_of_figures
def quotient(part: float, whole: float) -> float | None:
    """Return part / whole; None where the whole is zero."""
    return part / whole if whole else None


@_of_figures
def share_pct(part: float, whole: float) -> float | None:
    """Return part / whole x 100; None where the whole is zero."""
    return part / whole * 100 if whole else None


@_of_figures
def crossing(before: float, figure: float, after: float, next_figure: float) -> float | None:
    """Return where the straight line between two points of opposite sign is zero."""
    fall = figure - next_figure
    return before + (after - before) * figure / fall if fall else None


@_of_figures
def maturity_iv(
    days: float, near_days: float, near_iv: float, far_days: float, far_iv: float
) -> float | None:
    """Return the volatility at `days` between two expiries, on their scale.

    Total variance (volatility squared times time) runs straight between them.
    """
    if not near_days < days < far_days:
        return None
    first, last = near_iv * near_iv * near_days, far_iv * far_iv * far_days
    variance = (first + (last - first) * (days - near_days) / (far_days - near_days)) / days
    return math.sqrt(variance) if variance > 0 else None


# The sum, the mean and the median of the figures that are there.
total = _of_known(sum)
mean = _of_known(fmean)
middle = _of_known(median)


@_of_known
def gross(figures: Sequence[float]) -> float:
    """Return the sum of absolute sizes."""
    return sum(map(abs, figures))


@_of_known
def share_above(figures: Sequence[float]) -> float:
    """Return how many of the figures that are there lie above zero, in percent of them."""
    return sum(figure > 0 for figure in figures) / len(figures) * 100


def share_of_gross(part: object, values: Iterable[object]) -> float | None:
    """Return the size of a part in percent of the sum of absolute sizes."""
    return share_pct(gross([part]), gross(values))


def side(spot: object, level: object) -> Literal["above", "below", "at"] | None:
    """Return on which side of `level` spot stands."""
    apart = change(level, spot)
    return None if apart is None else "above" if apart > 0 else "below" if apart < 0 else "at"


def put_call(sizes: Sequence[object], sides: Sequence[object]) -> float | None:
    """Return the sizes of puts over those of calls; None where a size or a side is missing."""
    if missing(sizes) or not set(map(str, sides)) <= {"call", "put"}:
        return None
    puts = total(size for size, of in zip(sizes, sides, strict=True) if of == "put")
    return quotient(puts, net_of(sizes, [puts]))


def missing(values: Iterable[object]) -> int:
    """Return how many of the values are no figures."""
    return sum(number(value) is None for value in values)


def days_left(expiry: object, instant: datetime) -> int | None:
    """Return the whole days from `instant` to the settlement of an expiry."""
    end = settlement(expiry)
    return None if end is None else (end - instant).days


def seconds_between(start: object, end: object) -> float | None:
    """Return the seconds from one instant to another."""
    first, last = moment(start), moment(end)
    return None if first is None or last is None else (last - first).total_seconds()


def expiry_type(expiry: object) -> Literal["quarterly", "monthly", "weekly", "daily"] | None:
    """Return the calendar class of an expiry: by its weekday, and the last Friday of a month."""
    day = expiry_day(expiry)
    if day is None:
        return None
    if day.weekday() != _FRIDAY:
        return "daily"
    if (day + timedelta(days=7)).month == day.month:
        return "weekly"
    return "quarterly" if day.month % 3 == 0 else "monthly"


def business_days(start: date, end: date) -> int:
    """Return the weekdays after `start` up to and with `end`; public holidays count as days."""
    # Day 1 of the calendar is a Monday.
    return sum((day - 1) % 7 < 5 for day in range(start.toordinal() + 1, end.toordinal() + 1))


@_of_figures
def change_pct(first: float, last: float) -> float | None:
    """Return (last / first - 1) x 100; None unless both are positive."""
    return distance_pct(last, first) if last > 0 else None


def net_of(added: Sequence[object], taken: Sequence[object]) -> float | None:
    """Return the sum of some figures less that of others; None where one is missing."""
    return None if missing([*added, *taken]) else change(total(taken), total(added))


def thinned(length: int) -> list[int]:
    """Return all places of a row of `length`, so ordered that any first few are spread evenly."""
    steps = (1 << power for power in range(length.bit_length() + 1))
    places = chain.from_iterable(reversed(spread(length, step + 1)) for step in steps)
    return list(dict.fromkeys(places))


def spread(length: int, limit: int) -> list[int]:
    """Return up to `limit` indices spread evenly over `length`, the first and the last of them."""
    places = range(min(limit, length))
    return [round(place * (length - 1) / max(len(places) - 1, 1)) for place in places]
