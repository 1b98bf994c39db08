"""What a payload holds, whatever its layout: records, tables and grids with their forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .values import Instants

# In the order of the axes of a grid: what comes first lies down, what comes later across.
Role = Literal["time", "expiry", "days", "price", "name", "key", ""]
Form = Literal["series", "ladder", "curve", "cross_section", "contracts", "panel", "prints", "rows"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, or one axis of a grid.

    `name` is the wire name, dotted where it lies in a record inside the row, "" where the payload
    has none. `values` are the figures or texts in the order of the rows: numbers written as text
    are numbers here, what is missing or not finite is None. `role` says what an axis measures:
    `values` are then aware datetimes (time), floats (price, days), tokens or ISO dates as served
    (expiry), texts (name), either (key). `places` are what an axis is ordered by: Unix seconds
    (time, expiry), else the values; () for figures.
    """

    name: str
    values: Sequence[object]
    role: Role = ""
    places: Sequence[object] = ()
    numeric: bool = False

    def take(self, rows: Sequence[int]) -> "Column":
        """Return the column with the rows at the given positions, in that order."""
        places = [self.places[row] for row in rows] if self.places else []
        if isinstance(self.values, Instants):
            return replace(self, values=Instants(places), places=places)
        same = self.places is self.values
        values = places if same else [self.values[row] for row in rows]
        return replace(self, values=values, places=places)


Columns = Sequence[Column]
Cells = Sequence[Sequence[object]]


def without(columns: Columns, others: Columns) -> list[Column]:
    """Return the columns whose values are not those of one of the others."""
    gone = {id(column.values) for column in others}
    return [column for column in columns if id(column.values) not in gone]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that share columns, ordered by their key.

    `key` is the smallest set of axis columns that no two rows share, `columns` are all others in
    the order served; those that could be axes keep their role. `path` is where it stood, for
    telling parts apart, never for their meaning. Contracts have two axes where all rows share one
    expiry. `as_served`: the axis could not be read and the order means nothing.
    """

    path: str
    size: int
    key: Sequence[Column]
    columns: Sequence[Column]
    form: Form
    as_served: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """Figures over two axes; an axis is None where the payload has none of its length.

    `layers` maps a quantity ("" where nothing names it) to its cells, one sequence a place on
    `down`; rows and columns stand in the order of their axes: down lies what comes first of time,
    expiry, days, price, name. `oriented` is False for a square matrix whose axes are not stated.
    """

    path: str
    down: Column | None
    across: Column | None
    layers: Mapping[str, Sequence[Sequence[object]]]
    oriented: bool = True


@dataclass(frozen=True, slots=True)
class Record:
    """Single values that stood together; `path` is the dotted place, "" for the root."""

    path: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of single values that belongs to no axis."""

    path: str
    values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Forms:
    """A payload taken apart; the order of each kind is that of the payload, shallow parts first.

    `uneven` names lists that fit the length of no axis beside them, `empty` empty lists and maps;
    `unread` counts the parts that were too deep or too many to look at.
    """

    records: Sequence[Record] = ()
    tables: Sequence[Table] = ()
    grids: Sequence[Grid] = ()
    listings: Sequence[Listing] = ()
    uneven: Sequence[str] = ()
    empty: Sequence[str] = ()
    unread: int = 0
