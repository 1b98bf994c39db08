"""Choose rows. Every function takes a table or a list of rows and leaves missing values out."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .filters import word
from .shape import Row, Table
from .values import CONTAINER, expiry_day, field_at, holds, moment, number, text

Rows = Table | Sequence[Row]
_MAX_RECORDS = 2_000
_NO_TIME = datetime.min.replace(tzinfo=UTC)
_NAMES = ("name", "id", "venue", "exchange", "symbol", "category")


def rows_of(source: object) -> list[Row]:
    """Return the rows of a table or list; an empty list for anything else."""
    rows = list(source.rows) if isinstance(source, Table) else source
    if not isinstance(rows, list | tuple):
        return []
    return [row for row in rows if type(row) is dict or isinstance(row, Mapping)]


def figures(source: object, column: str) -> list[tuple[float, Row]]:
    """Return the rows that have a figure in `column`, each with that figure."""
    rows = rows_of(source)
    found = zip(map(number, values_of(rows, column)), rows, strict=True)
    return [(figure, row) for figure, row in found if figure is not None]


def nearest(source: object, column: str, target: object, limit: int = 1) -> list[Row]:
    """Return the rows whose figure in `column` is nearest `target`, in the order of the column."""
    place = number(target)
    if place is None:
        return []
    found = sorted(figures(source, column), key=lambda pair: abs(pair[0] - place))[:limit]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def around(source: object, column: str, target: object, limit: int = 1) -> list[Row]:
    """Return up to `limit` rows on either side of `target` and any row on it, in order."""
    place = number(target)
    if place is None:
        return []
    ordered = sorted(figures(source, column), key=lambda pair: pair[0])
    below = [row for figure, row in ordered if figure < place]
    on = [row for figure, row in ordered if figure == place]
    above = [row for figure, row in ordered if figure > place]
    return [*below[len(below) - limit if limit < len(below) else 0 :], *on, *above[:limit]]


def top(source: object, column: str, limit: int, sign: int = 0) -> list[Row]:
    """Return the rows with the largest absolute figures, the largest first.

    A `sign` of +1 or -1 keeps only positive or only negative figures.
    """
    found = [
        (figure, row) for figure, row in figures(source, column) if not sign or figure * sign > 0
    ]
    return [row for _, row in sorted(found, key=lambda pair: -abs(pair[0]))[:limit]]


def highest(source: object, column: str) -> Row | None:
    """Return the row with the highest figure."""
    return max(figures(source, column), key=lambda pair: pair[0], default=(0.0, None))[1]


def lowest(source: object, column: str) -> Row | None:
    """Return the row with the lowest figure."""
    return min(figures(source, column), key=lambda pair: pair[0], default=(0.0, None))[1]


def in_time(source: object, column: str) -> list[Row]:
    """Return the rows that have a time in `column`, the oldest first."""
    found = [(instant, row) for row in rows_of(source) if (instant := moment(row.get(column)))]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def recent(source: object, column: str) -> list[Row]:
    """Return the rows with the newest first; rows of one day, or without one, as served."""
    rows = rows_of(source)
    dated = [row for row in rows if moment(row.get(column)) is not None]
    undated = [row for row in rows if moment(row.get(column)) is None]
    return sorted(dated, key=lambda row: moment(row[column]) or _NO_TIME, reverse=True) + undated


def instants(source: object, column: str) -> list[datetime]:
    """Return the instants in `column` in the order of the rows."""
    return [instant for row in rows_of(source) if (instant := moment(row.get(column)))]


def by_expiry(source: object, column: str, limit: int | None = None) -> list[Row]:
    """Return the rows in the order of their expiry (token or ISO date), the nearest first."""
    found = [(day, row) for row in rows_of(source) if (day := expiry_day(field_at(row, column)))]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])][:limit]


def at_expiry(source: object, column: str, expiry: object) -> list[Row]:
    """Return the rows of one expiry; a token and an ISO date of the same day match."""
    day = expiry_day(expiry)
    return [row for row in rows_of(source) if day and expiry_day(field_at(row, column)) == day]


def thin(source: object, limit: int, column: str = "") -> list[Row]:
    """Return `limit` rows spread evenly, in their order.

    The first and the last row stay, and where `column` is given the rows with its highest and
    lowest figure as well.
    """
    rows = rows_of(source)
    if limit <= 0:
        return []
    if len(rows) <= limit:
        return rows
    kept = {len(rows) - 1, 0} if limit > 1 else {len(rows) - 1}
    kept |= set(_extreme_places(rows, column)[: max(0, limit - len(kept))])
    for index in spread(len(rows), limit):
        if len(kept) >= limit:
            break
        kept.add(index)
    return [rows[index] for index in sorted(kept)]


def spread(length: int, limit: int) -> list[int]:
    """Return `limit` indices spread evenly over `length`, the first and the last among them."""
    if limit <= 0:
        return []
    if limit >= length:
        return list(range(length))
    if limit == 1:
        return [length - 1]
    return [round(step * (length - 1) / (limit - 1)) for step in range(limit)]


def evenly(values: object, limit: int) -> list[object]:
    """Return `limit` values of a list spread evenly, the first and the last among them."""
    listed = values if isinstance(values, list | tuple) else []
    return [listed[place] for place in spread(len(listed), limit)]


def united(*parts: Iterable[Row]) -> list[Row]:
    """Return the rows of all parts in order, each row once."""
    seen: dict[int, Row] = {}
    for part in parts:
        for row in part:
            seen.setdefault(id(row), row)
    return list(seen.values())


def without(source: object, others: object) -> list[Row]:
    """Return the rows that are none of `others`."""
    gone = {id(row) for row in rows_of(others)}
    return [row for row in rows_of(source) if id(row) not in gone]


def ordered(source: object, column: str) -> list[Row]:
    """Return the rows in ascending order of a figure, a time or an expiry in `column`."""
    found = [
        (key, row) for row in rows_of(source) if (key := _place(field_at(row, column))) is not None
    ]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def values_of(source: object, column: str) -> list[object]:
    """Return one column, None where a row lacks it."""
    return [row[column] if column in row else field_at(row, column) for row in rows_of(source)]


@dataclass(frozen=True, slots=True)
class Record:
    """A record found inside a payload and the names that lead to it."""

    path: tuple[str, ...]
    fields: Mapping[str, Any]


def records(data: object, *names: str) -> list[Record]:
    """Return every record, at any depth, that has one of the fields `names`, in served order.

    A record in a list is placed by the name it carries, by its index where it has none.
    """
    found: list[Record] = []
    stack: list[tuple[tuple[str, ...], object]] = [((), data)]
    while stack and len(found) < _MAX_RECORDS:
        path, node = stack.pop()
        if isinstance(node, dict):
            if any(name in node for name in names):
                found.append(Record(path, node))
            children: Iterable[tuple[str, object]] = node.items()
            values: Iterable[object] = node.values()
        elif isinstance(node, list):
            children = ((_own_name(item) or str(index), item) for index, item in enumerate(node))
            values = node
        else:
            continue
        if holds(values, CONTAINER):
            nested = [
                ((*path, key), item) for key, item in children if isinstance(item, (dict, list))
            ]
            stack.extend(reversed(nested))
    return found


def holding(source: object, field: str) -> list[Record]:
    """Return the records below the root whose `field` is text."""
    return [
        record
        for record in _records(source)
        if record.path and isinstance(record.fields.get(field), str)
    ]


def inside(source: object) -> list[Record]:
    """Return the records below the root."""
    return [record for record in _records(source) if record.path]


def having(source: object, field: str, value: object) -> list[Record]:
    """Return the records whose `field` has exactly this value."""
    return [record for record in _records(source) if record.fields.get(field) == value]


def lacking(source: object, value: object, *fields: str) -> list[Record]:
    """Return the records where one of the `fields` has another value, or none."""
    return [
        record
        for record in _records(source)
        if any(record.fields.get(field) != value for field in fields)
    ]


def place(record: object) -> str:
    """Return where a record was found, as `BTCUSDT gex`."""
    if not isinstance(record, Record):
        return ""
    return " ".join(word(part) for part in record.path[1:] or record.path)


ROW_FILTERS: Mapping[str, Callable[..., object]] = {
    "rows": rows_of,
    "nearest": nearest,
    "around": around,
    "top": top,
    "highest": highest,
    "lowest": lowest,
    "in_time": in_time,
    "recent": recent,
    "by_expiry": by_expiry,
    "at_expiry": at_expiry,
    "thin": thin,
    "united": united,
    "without": without,
    "ordered": ordered,
    "values_of": values_of,
    "holding": holding,
    "inside": inside,
    "having": having,
    "lacking": lacking,
    "place": place,
}


def _own_name(item: object) -> str | None:
    if not isinstance(item, Mapping):
        return None
    return next((name for key in _NAMES if (name := text(item.get(key)))), None)


def _records(source: object) -> list[Record]:
    listed = source if isinstance(source, list | tuple) else []
    return [record for record in listed if isinstance(record, Record)]


def _extreme_places(rows: Sequence[Row], column: str) -> list[int]:
    places = [
        (figure, index)
        for index, row in enumerate(rows)
        if (figure := number(field_at(row, column))) is not None
    ]
    return [max(places)[1], min(places)[1]] if places else []


def _place(value: object) -> float | None:
    if (day := expiry_day(value)) is not None and isinstance(value, str) and len(value) <= 10:
        return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    if isinstance(value, str):
        instant = moment(value)
        return instant.timestamp() if instant else None
    figure = number(value)
    return figure if figure is not None and math.isfinite(figure) else None
