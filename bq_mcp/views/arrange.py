"""Put rows in an order or side by side."""

from collections.abc import Callable, Mapping

from .select import figures, ordered, rows_of
from .shape import Row
from .values import field_at, text


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


ARRANGE_FILTERS: Mapping[str, Callable[..., object]] = {
    "in_order": in_order,
    "ties": ties,
    "pivot": pivot,
    "where": where,
    "distinct": distinct,
}
