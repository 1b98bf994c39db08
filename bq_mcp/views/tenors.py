"""Choose rows by what they measure: days to expiry, calendar class, a range of figures."""

from collections.abc import Callable, Mapping
from datetime import datetime

from .derived import days_left, expiry_type
from .select import figures, rows_of
from .shape import Row
from .values import field_at, number


def with_days(source: object, instant: datetime) -> list[Row]:
    """Return the rows with the days of their `expiry` under `dte` where they state none.

    Days run in whole days from `instant` to settlement; served ones stay as they are.
    """
    return [
        row
        if number(row.get("dte")) is not None
        else {**row, "dte": days_left(row.get("expiry"), instant)}
        for row in rows_of(source)
    ]


def measured(source: object, *columns: str) -> list[Row]:
    """Return the rows that have a figure in each of the columns."""
    rows = rows_of(source)
    for column in columns:
        rows = [row for _, row in figures(rows, column)]
    return rows


def at_least(source: object, column: str, limit: float) -> list[Row]:
    """Return the rows whose figure in `column` is `limit` or more."""
    return [row for figure, row in figures(source, column) if figure >= limit]


def below(source: object, column: str, limit: float) -> list[Row]:
    """Return the rows whose figure in `column` is less than `limit`."""
    return [row for figure, row in figures(source, column) if figure < limit]


def between(source: object, column: str, low: float, high: float) -> list[Row]:
    """Return the rows whose figure in `column` lies from `low` to `high`."""
    return [row for figure, row in figures(source, column) if low <= figure <= high]


def anchors(source: object, column: str) -> list[Row]:
    """Return the rows whose expiry in `column` is monthly or quarterly."""
    return [
        row
        for row in rows_of(source)
        if expiry_type(field_at(row, column)) in ("monthly", "quarterly")
    ]


def with_anchor(source: object) -> list[Row]:
    """Return the rows with whether they are monthly or quarterly under `anchor`.

    A served flag stays; a row without one takes it from the calendar class of its `expiry`.
    """
    return [
        row
        if isinstance(row.get("anchor"), bool)
        else {**row, "anchor": bool(anchors([row], "expiry"))}
        for row in rows_of(source)
    ]


def tenor(source: object, column: str, days: object, tolerance: float | None = None) -> Row | None:
    """Return the row whose days in `column` are nearest `days`.

    With a `tolerance`, a part of `days`, None where no row lies within it.
    """
    target = number(days)
    if target is None:
        return None
    found = [(abs(figure - target), row) for figure, row in figures(source, column)]
    gap, row = min(found, key=lambda pair: pair[0], default=(0.0, None))
    return row if tolerance is None or gap <= tolerance * target else None


TENOR_FILTERS: Mapping[str, Callable[..., object]] = {
    "with_days": with_days,
    "measured": measured,
    "at_least": at_least,
    "below": below,
    "between": between,
    "anchors": anchors,
    "with_anchor": with_anchor,
    "tenor": tenor,
}
