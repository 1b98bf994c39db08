"""Put rows in an order or side by side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .select import Record, figures, ordered, place, rows_of
from .shape import Row
from .values import expiry_day, field_at, text


def in_order(source: object, column: str) -> list[Row]:
    """Return all rows in ascending order of a column; those it does not place come last."""
    rows = rows_of(source)
    placed = ordered(rows, column)
    known = {id(row) for row in placed}
    return [*placed, *(row for row in rows if id(row) not in known)]


def ties(source: object, column: str) -> list[Row]:
    """Return the rows that share the lowest figure of a column."""
    found = figures(source, column)
    least = min((figure for figure, _ in found), default=None)
    return [row for figure, row in found if figure == least]


def where(source: object, column: str, value: object) -> list[Row]:
    """Return the rows that hold exactly `value` in a column."""
    return [row for row in rows_of(source) if field_at(row, column) == value]


def distinct(source: object, column: str) -> list[Row]:
    """Return the first row of each text in a column, in their order."""
    found: dict[str, Row] = {}
    for row in rows_of(source):
        if (name := text(field_at(row, column))) is not None:
            found.setdefault(name, row)
    return list(found.values())


def pivot(source: object, place: str, kind: str) -> list[Row]:
    """Return one row for each figure in `place`, in ascending order.

    It holds that figure under `place`, and each row of it under the text in its `kind`.
    """
    found: dict[float, dict[str, object]] = {}
    for figure, row in figures(source, place):
        name = text(row.get(kind))
        if name is not None:
            found.setdefault(figure, {place: field_at(row, place)}).setdefault(name, row)
    return [found[figure] for figure in sorted(found)]


def by_day(values: object) -> list[object]:
    """Return expiries (tokens or ISO dates) with the nearest first, what is no date last."""
    listed = values if isinstance(values, list | tuple) else []
    return sorted(listed, key=lambda value: expiry_day(value) or date.max)


@dataclass(frozen=True, slots=True)
class Group:
    """Records that share values; `owners` are the places they were found at, in their order.

    `name` is the last word of their places where they were grouped by it.
    """

    name: str
    values: Sequence[object]
    owners: Sequence[str]
    records: Sequence[Record]


def alike(source: object, *fields: str, by_name: bool = False) -> list[Group]:
    """Return records grouped by the values of some fields, in the order of the first of each.

    `by_name` keeps those with another last word in their place apart: of `BTCUSDT gex` the name
    is `gex`, the owner `BTCUSDT`.
    """
    found: dict[tuple[str, ...], list[tuple[str, Record]]] = {}
    for record in source if isinstance(source, list | tuple) else ():
        if isinstance(record, Record):
            owner, _, name = place(record).rpartition(" ") if by_name else (place(record), "", "")
            key = (name, *(repr(record.fields.get(field)) for field in fields))
            found.setdefault(key, []).append((owner, record))
    return [
        Group(
            name=key[0],
            values=[members[0][1].fields.get(field) for field in fields],
            owners=[owner for owner, _ in members],
            records=[record for _, record in members],
        )
        for key, members in found.items()
    ]


def ranked(source: object, field: str, order: Sequence[object]) -> list[Record]:
    """Return records in the order their values have in `order`, any other value last."""
    known = {value: place for place, value in enumerate(order)}
    listed = source if isinstance(source, list | tuple) else []
    records = [record for record in listed if isinstance(record, Record)]
    return sorted(records, key=lambda record: known.get(str(record.fields.get(field)), len(order)))


ARRANGE_FILTERS: Mapping[str, Callable[..., object]] = {
    "in_order": in_order,
    "ties": ties,
    "pivot": pivot,
    "where": where,
    "distinct": distinct,
    "by_day": by_day,
    "alike": alike,
    "ranked": ranked,
}
