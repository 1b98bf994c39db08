"""Put rows in an order, side by side, or leave those out that are not of a kind."""

from .derived import expiry_type
from .select import figures, ordered, rows_of
from .shape import Row
from .values import field_at, text


def in_order(source: object, column: str) -> list[Row]:
    """Return all rows in ascending order of a column; those it does not place come last."""
    rows = rows_of(source)
    placed = ordered(rows, column)
    known = {id(row) for row in placed}
    return [*placed, *(row for row in rows if id(row) not in known)]


def of_type(source: object, column: str, *types: str) -> list[Row]:
    """Return the rows whose expiry in `column` is of one of the calendar classes."""
    return [row for row in rows_of(source) if expiry_type(field_at(row, column)) in types]


def where(source: object, column: str, value: object) -> list[Row]:
    """Return the rows whose `column` holds exactly this value."""
    return [row for row in rows_of(source) if value is not None and field_at(row, column) == value]


def ties(source: object, column: str) -> list[Row]:
    """Return the rows that share the lowest figure of a column."""
    found = figures(source, column)
    least = min((figure for figure, _ in found), default=None)
    return [row for figure, row in found if figure == least]


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
