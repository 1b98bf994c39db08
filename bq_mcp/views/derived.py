"""Every figure an answer computes from served ones, one named function each.

All functions take what the wire gave, any type, and return None where an input is missing, so
that nothing is invented. Prices are in USD, percentages in percent points.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Literal

from .values import expiry_day, mapping, moment, number

Side = Literal["above", "below", "at"]
IvScale = Literal["decimal", "percent"]
Regime = Literal["damping", "amplifying", "differ", "unclear", "side_only"]
ExpiryType = Literal["quarterly", "monthly", "weekly", "daily"]
_DECIMAL_BELOW = 5.0
_FRIDAY = 4
SETTLEMENT = time(8)
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


def iv_scale(*groups: Iterable[object]) -> IvScale | None:
    """Return the scale of a payload's implied volatilities, read from groups of its levels.

    Every level below 5 is a decimal, every level from 5 a percentage; levels that disagree, or
    no level at all, give None. Zero is the same on either scale and decides nothing.
    """
    figures = [figure for levels in groups for figure in map(number, levels) if figure]
    if not figures:
        return None
    below = [figure < _DECIMAL_BELOW for figure in figures]
    return "decimal" if all(below) else None if any(below) else "percent"


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


def missing(values: Iterable[object]) -> int:
    """Return how many of the values are no figures."""
    return sum(number(value) is None for value in values)


def sum_by_key(maps: Iterable[object], field: str) -> Mapping[str, float]:
    """Return the sum of a field over the records of equal key in several maps, largest first."""
    sums: dict[str, float] = {}
    for entries in maps:
        for key, record in mapping(entries).items():
            figure = number(mapping(record).get(field))
            if figure is not None:
                sums[key] = sums.get(key, 0.0) + figure
    return dict(sorted(sums.items(), key=lambda item: -item[1]))


def middle(values: Iterable[object]) -> float | None:
    """Return the median of the figures that are there."""
    figures = [figure for figure in map(number, values) if figure is not None]
    return median(figures) if figures else None


def days_until(expiry: object, today: date) -> int | None:
    """Return whole calendar days (UTC) from `today` to an expiry token or ISO date."""
    day = expiry_day(expiry)
    return None if day is None else (day - today).days


def settlement(expiry: object) -> datetime | None:
    """Return when an expiry token or ISO date settles: 08:00 UTC on its day."""
    day = expiry_day(expiry)
    return None if day is None else datetime.combine(day, SETTLEMENT, UTC)


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


def number_of(rows: object) -> int:
    """Return how many rows, records or members there are; 0 for anything else."""
    return len(rows) if isinstance(rows, list | tuple | Mapping) else 0


def tally(rows: Iterable[object], column: str) -> Mapping[str, int]:
    """Return how many rows hold each value of `column`, the most frequent first."""
    counts: dict[str, int] = {}
    for row in rows:
        value = row.get(column) if isinstance(row, Mapping) else None
        if isinstance(value, str | bool):
            counts[str(value)] = counts.get(str(value), 0) + 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))
