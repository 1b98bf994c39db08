"""The arithmetic of answers: every figure computed from served ones has its function here.

All functions take what the wire gave, any type, and return None where an input is missing, so
that nothing is invented. Prices are in USD, percentages in percent points.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Literal

from .read.values import expiry_day, mapping, moment, number, settlement

Side = Literal["above", "below", "at"]
Regime = Literal["damping", "amplifying", "differ", "unclear", "side_only"]
ExpiryType = Literal["quarterly", "monthly", "weekly", "daily"]
_FRIDAY = 4
_STEP_QUANTILE = 0.9


def distance_pct(level: object, spot: object) -> float | None:
    """Return (level / spot - 1) x 100: how far a level lies from spot, in percent of spot."""
    place, price = number(level), number(spot)
    if place is None or price is None or price <= 0:
        return None
    return (place / price - 1) * 100


def side(spot: object, level: object) -> Side | None:
    """Return on which side of `level` spot stands."""
    price, place = number(spot), number(level)
    if price is None or place is None:
        return None
    return "above" if price > place else "below" if price < place else "at"


def regime(where: object, net_gex: object) -> Regime:
    """Return what side of the flip and net gamma say together.

    `net_gex` must be of the same scope, positioning and snapshot as the flip. Only where both
    agree is there a regime; the flip alone (a crossing of the running sum over strikes) says
    nothing about the sign of the whole book. `unclear`: spot at the flip, or a net of zero.
    """
    net = number(net_gex)
    if net is None or where not in ("above", "below", "at"):
        return "side_only"
    if where == "at" or net == 0:
        return "unclear"
    if where == "above" and net > 0:
        return "damping"
    if where == "below" and net < 0:
        return "amplifying"
    return "differ"


def change(first: object, last: object) -> float | None:
    """Return last - first."""
    start, end = number(first), number(last)
    return None if start is None or end is None else end - start


def share_pct(part: object, whole: object) -> float | None:
    """Return part / whole x 100; None where the whole is zero."""
    some, total_ = number(part), number(whole)
    return None if some is None or not total_ else some / total_ * 100


def total(values: Iterable[object]) -> float | None:
    """Return the sum of the figures that are there; None where there is none."""
    figures = [figure for figure in map(number, values) if figure is not None]
    return sum(figures) if figures else None


def gross(values: Iterable[object]) -> float | None:
    """Return the sum of absolute sizes; None where there is no figure."""
    figures = [abs(figure) for figure in map(number, values) if figure is not None]
    return sum(figures) if figures else None


def quotient(part: object, whole: object) -> float | None:
    """Return part / whole; None where the whole is zero."""
    some, total_ = number(part), number(whole)
    return None if some is None or not total_ else some / total_


def put_call(sizes: Sequence[object], sides: Sequence[object]) -> float | None:
    """Return the sizes of puts over those of calls; None where a size or a side is missing."""
    if missing(sizes) or not set(map(str, sides)) <= {"call", "put"}:
        return None
    pairs = list(zip(sizes, sides, strict=True))
    puts, calls = (total(size for size, of in pairs if of == side) for side in ("put", "call"))
    return quotient(puts, calls)


def missing(values: Iterable[object]) -> int:
    """Return how many of the values are no figures."""
    return sum(number(value) is None for value in values)


def occurrences(values: Sequence[object], wanted: object) -> int:
    """Return how many of the values equal `wanted`."""
    return sum(value == wanted for value in values)


def middle(values: Iterable[object]) -> float | None:
    """Return the median of the figures that are there."""
    figures = [figure for figure in map(number, values) if figure is not None]
    return median(figures) if figures else None


def settlements(expiries: object) -> list[datetime]:
    """Return when several expiries settle, the first of them first."""
    listed = expiries if isinstance(expiries, list | tuple) else []
    return sorted({found for item in listed if (found := settlement(item))})


def days_left(expiry: object, instant: datetime) -> int | None:
    """Return the whole days from `instant` to the settlement of an expiry."""
    end = settlement(expiry)
    return None if end is None else (end - instant).days


def seconds_between(start: object, end: object) -> float | None:
    """Return the seconds from one instant to another."""
    first, last = (
        value if isinstance(value, datetime) else moment(value) for value in (start, end)
    )
    return None if first is None or last is None else (last - first).total_seconds()


def expiry_type(expiry: object) -> ExpiryType | None:
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
    if end <= start:
        return 0
    weeks, rest = divmod((end - start).days, 7)
    extra = (start + timedelta(days=offset) for offset in range(1, rest + 1))
    return weeks * 5 + sum(day.weekday() < 5 for day in extra)


def own_step(instants: Sequence[datetime]) -> float | None:
    """Return the step of a series in seconds: the gap that nine in ten gaps do not exceed.

    For an even series that is its step; for single prints it is a gap that is not unusual.
    None for fewer than three points. `instants` may come in any order.
    """
    ordered = sorted(set(instants))
    if len(ordered) < 3:
        return None
    gaps = sorted(
        (later - earlier).total_seconds()
        for earlier, later in zip(ordered, ordered[1:], strict=False)
    )
    return gaps[int(_STEP_QUANTILE * (len(gaps) - 1))]


def tally(rows: Iterable[object], column: str) -> Mapping[str, int]:
    """Return how many rows hold each value of `column`, the most frequent first."""
    values = (mapping(row).get(column) for row in rows)
    counts = Counter(str(value) for value in values if isinstance(value, str | bool))
    return dict(counts.most_common())


def spread(length: int, limit: int) -> list[int]:
    """Return `limit` indices spread evenly over `length`, the first and the last among them."""
    if limit <= 0:
        return []
    if limit >= length:
        return list(range(length))
    if limit == 1:
        return [length - 1]
    return [round(step * (length - 1) / (limit - 1)) for step in range(limit)]


def change_pct(first: object, last: object) -> float | None:
    """Return (last / first - 1) x 100; None unless both are positive."""
    end = number(last)
    return None if end is None or end <= 0 else distance_pct(end, first)


def mean(values: Iterable[object]) -> float | None:
    """Return the mean of the figures that are there."""
    figures = [figure for figure in map(number, values) if figure is not None]
    return sum(figures) / len(figures) if figures else None


def share_above(values: Iterable[object], level: float = 0.0) -> float | None:
    """Return how many of the figures that are there lie above a level, in percent of them."""
    figures = [figure for figure in map(number, values) if figure is not None]
    return sum(figure > level for figure in figures) / len(figures) * 100 if figures else None


def share_higher(values: Iterable[object], others: Iterable[object]) -> float | None:
    """Return how many of the pairs have the first figure above the second, in percent of them."""
    return share_above(map(change, others, values))


def net_of(added: Sequence[object], taken: Sequence[object]) -> float | None:
    """Return the sum of some figures less that of others; None where one is missing."""
    return None if missing([*added, *taken]) else change(total(taken), total(added))


def share_of_gross(part: object, values: Iterable[object]) -> float | None:
    """Return the size of a part in percent of the sum of absolute sizes."""
    some, whole = number(part), gross(values)
    return None if some is None or not whole else abs(some) / whole * 100


def crossing(before: object, figure: object, after: object, next_figure: object) -> float | None:
    """Return where the straight line between two points of opposite sign is zero."""
    points = [number(value) for value in (before, figure, after, next_figure)]
    x0, y0, x1, y1 = points
    if x0 is None or y0 is None or x1 is None or y1 is None or y0 == y1:
        return None
    return x0 + (x1 - x0) * y0 / (y0 - y1)


def midpoint(first: object, last: object) -> float | None:
    """Return the figure halfway between two."""
    start, end = number(first), number(last)
    return None if start is None or end is None else (start + end) / 2


def maturity_iv(
    days: float, near_days: object, near_iv: object, far_days: object, far_iv: object
) -> float | None:
    """Return the volatility at `days` between two expiries, on their scale.

    Total variance (volatility squared times time) runs straight between them.
    """
    near, far = number(near_days), number(far_days)
    low, high = number(near_iv), number(far_iv)
    if near is None or far is None or low is None or high is None or not near < days < far:
        return None
    first, last = low * low * near, high * high * far
    variance = (first + (last - first) * (days - near) / (far - near)) / days
    return math.sqrt(variance) if variance > 0 else None
