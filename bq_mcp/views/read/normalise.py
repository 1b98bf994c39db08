"""Bring any layout of a payload into tables, grids and records: values first, names second.

A record tells its single values and pairs its lists. All else becomes columns of one length, a
frame: records in its cells are opened into columns, lists and maps in them into a longer frame
that repeats the key of the rows around. Every value is touched a few times at most and a bounded
number of parts is looked at; what was not looked at is counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import TypeVar

from .columns import LEADING, PLACED, Market
from .forms import Cells, Column, Columns, Forms, Grid, Listing, Record, Table, without
from .grids import grid_of, in_order, panel_of
from .keys import choose_key, ordered
from .layouts import are_maps, header_of, keys_of, names_for, quantity
from .values import CONTAINER, FIGURES, RECORD, TEXT, Row, Values, holds

_DEPTH = 12
# Rows so short, without an axis as long, have a column a place: [price, size].
_TUPLE = 12
_PARTS = 400
_COLUMNS = 64
_PATH = 200
_FIELDS = 256
_TABLES = 40
# How many cells of a table may be empty for each that is filled.
_SPARSE = 8

_Raw = tuple[str, Values]
_Raws = Sequence[_Raw]
_Item = TypeVar("_Item")


def read_forms(data: object, spot: float | None, at: datetime) -> Forms:
    """Return `data`, any JSON value, taken apart.

    `spot` (USD) and the instant `at` the data stand for tell prices and times from other figures.
    """
    reader = _Reader(Market(spot, at))
    reader.node(_Site(), data)
    return reader.forms()


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a part stands: the lists of the records around, the key columns of its rows."""

    path: str = ""
    name: str = ""
    depth: int = 0
    around: Columns = ()
    along: Columns = ()

    def inside(self, name: str, around: Columns = (), along: Columns = ()) -> "_Site":
        """Return the place of a part inside this one."""
        path = ".".join(filter(None, (self.path, name)))[:_PATH]
        lists = (*around, *self.around)
        return _Site(path, name or self.name, self.depth + 1, lists, along)

    def axes(self, length: int) -> Columns:
        """Return the lists around that may be an axis of so many places, the surest first."""
        found = [axis for axis in self.around if len(axis.values) == length]
        if len(found) == 1 and not found[0].role:
            found = [replace(found[0], role="key", places=found[0].values)]
        known = [axis for axis in found if axis.role]
        return sorted(known, key=lambda axis: axis.role not in PLACED)


class _Reader:
    """The forms found so far; `unread` counts what was not looked at."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._parts = self._unread = 0
        self._used: list[Column] = []
        self._records: list[Record] = []
        self._tables: list[Table] = []
        self._grids: dict[object, Grid] = {}
        self._listings: list[Listing] = []
        self._uneven: list[str] = []
        self._empty: list[str] = []

    def forms(self) -> Forms:
        """Return all that was found, the shallow parts first."""
        grids = []
        for grid in self._grids.values():
            if panel := panel_of(grid):
                self._table(grid.path, (), panel)
            else:
                grids.append(grid)
        return Forms(
            sorted(self._records, key=_depth),
            self._kept(sorted(self._tables, key=_depth), _TABLES),
            self._kept(sorted(grids, key=_depth), _TABLES),
            self._kept(sorted(self._listings, key=_depth), _TABLES),
            self._uneven[:_TABLES],
            self._empty[:_TABLES],
            self._unread,
        )

    def _kept(self, found: Sequence[_Item], limit: int) -> Sequence[_Item]:
        """Return the first of several things, and count the others."""
        self._unread += len(found[limit:])
        return found[:limit]

    def node(self, place: _Site, node: object) -> None:
        """Read any part."""
        if not self._may_read(place):
            return
        if isinstance(node, dict) and node:
            keyed = {key: node[key] for key in keys_of(node)}
            if keyed:
                axis = self._market.keys(list(keyed), place.name)
                self._cells(replace(place, along=[axis]), list(keyed.values()))
            self._record(place, {key: node[key] for key in node if key not in keyed})
        elif isinstance(node, list) and node:
            self._list(place, node)
        elif isinstance(node, dict | list):
            self._empty.append(place.path or "data")
        else:
            self._record(place, {"value": node})

    def _may_read(self, place: _Site) -> bool:
        self._parts += 1
        allowed = place.depth <= _DEPTH and self._parts <= _PARTS
        self._unread += not allowed
        return allowed

    def _table(self, path: str, along: Columns, columns: Columns, bare: bool = True) -> Columns:
        """Take a table, or the grid it is, and return its key.

        The columns `along` are of the rows around it; `bare`: keep it even without figures.
        """
        held = [*along, *columns]
        if not held or not held[0].values:
            return ()
        key, form, as_served = choose_key(along, held)
        figures = without(held, key)
        if form is None:
            self._grid(grid_of(path, key, figures))
        elif figures or bare:
            times = [column for column in figures if column.role == "time"]
            rows = ordered([*key, *figures], key or times[: form == "prints"])
            size, keys = len(held[0].values), len(key)
            self._tables.append(Table(path, size, rows[:keys], rows[keys:], form, as_served))
        return key

    def _grid(self, made: Grid) -> None:
        """Take a grid; those of one place and size are one."""
        cells = next(iter(made.layers.values()), [])
        made = in_order(made)
        place = made.path, len(cells), *map(len, cells[:1])
        before = self._grids.get(place, made)
        self._grids[place] = replace(before, layers={**before.layers, **made.layers})

    def _record(self, place: _Site, node: Row) -> None:
        fields = {key: value for key, value in node.items() if not isinstance(value, dict | list)}
        listed = {
            key: value
            for key, value in node.items()
            if isinstance(value, list) and value and not holds(value, CONTAINER)
        }
        if fields:
            self._records.append(Record(place.path, dict(self._kept([*fields.items()], _FIELDS))))
        axes = [self._market.column(*raw) for raw in self._kept([*listed.items()], _COLUMNS)]
        parts = [raw for raw in node.items() if raw[0] not in fields and raw[0] not in listed]
        for key, value in self._kept(parts, _PARTS):
            self.node(place.inside(key, axes), value)
        lengths: dict[int, list[Column]] = {}
        for column in axes:
            lengths.setdefault(len(column.values), []).append(column)
        for columns in lengths.values():
            self._paired(place, columns, len(lengths) > 1)

    def _paired(self, place: _Site, columns: Columns, several: bool) -> None:
        """Tell lists of one length, by an axis among them or else around the record."""
        size = len(columns[0].values)
        own = any(column.role in LEADING for column in columns)
        # A single figure beside a longer list is along nothing.
        alone = own or (several and size == 1)
        around = [] if alone else [axis for axis in place.axes(size) if axis.role in PLACED][:1]
        fresh = without(columns, self._used)
        # Two axes of one length: no list beside them can be paired with one of them.
        blurred = len(columns) > len(fresh) + 1
        many = around or (len(columns) > 1 and not blurred)
        if fresh and many and any(column.numeric for column in columns):
            self._used += around
            self._table(place.path, around, columns)
            return
        for column in fresh:
            path = place.inside(column.name).path
            self._listings.append(Listing(path, column.values))
            if column.numeric and (blurred or (several and not column.role)):
                self._uneven.append(path)

    def _list(self, place: _Site, node: Values) -> None:
        items: Values = [item for item in node if isinstance(item, dict)]
        items = items or [item for item in node if isinstance(item, list)]
        if items:
            self._unread += len(items) < len(node)
            self._cells(place, items)
        elif holds(node, FIGURES | TEXT):
            self._listings.append(Listing(place.path, node))

    def _cells(self, place: _Site, cells: Values) -> None:
        """Read what stands at each place: records, lists or single values."""
        flat: list[_Raw] = []
        nested: list[_Raw] = []
        self._open("" if holds(cells, RECORD) else quantity(place.name), cells, flat, nested)
        if len(nested) == 1 and (parts := self._parts_of(place, *nested[0])):
            flat, nested = [*flat, *parts], []
        columns = [self._market.column(*raw) for raw in flat]
        along = place.along
        if not along and not any(column.role in LEADING for column in columns):
            along = place.axes(len(cells))[:1]
            self._used += along
        key = self._table(place.path, along, columns, bare=not nested)
        self._nested(replace(place, along=key or along), nested)

    def _open(self, name: str, values: Values, flat: list[_Raw], nested: list[_Raw]) -> None:
        """Sort a column into those of single values and of others, after opening its records.

        Of records as many fields are read as rows so filled can be read by in time.
        """
        if len(flat) + len(nested) >= _COLUMNS or name.count(".") >= _DEPTH:
            self._unread += 1
        elif not holds(values, CONTAINER):
            flat.append((name, values))
        elif holds(values, RECORD) and not are_maps(rows := _records(values)):
            counts = Counter(chain.from_iterable(rows))
            most = min(_COLUMNS, 4 + _SPARSE * counts.total() // len(rows))
            kept = {key for key, _ in self._kept(counts.most_common(), most)}
            for key in filter(kept.__contains__, counts):
                field = ".".join(filter(None, (name, key)))[:_PATH]
                self._open(field, [row.get(key) for row in rows], flat, nested)
        else:
            nested.append((name, values))

    def _parts_of(self, place: _Site, name: str, values: Values) -> _Raws:
        """Return the columns of lists that are rows; () where they lie along an axis."""
        rows = [row if isinstance(row, list) else None for row in values]
        widths = {len(row) for row in rows if row is not None}
        if len(widths) != 1 or holds(chain.from_iterable(filter(None, rows)), CONTAINER):
            return ()
        width = widths.pop()
        axes = place.axes(width)
        header = header_of(axes)
        first = self._market.column("", [row and row[0] for row in rows])
        is_tuple = width <= _TUPLE and len(rows) > 1
        if not header and (axes or not (is_tuple or first.role in LEADING)):
            return ()
        kept = self._kept(range(width), _COLUMNS)
        columns = [[row and row[part] for row in rows] for part in kept]
        self._used += [header] if header else []
        names = map(str, header.values) if header else names_for(columns, name)
        return list(zip(names, columns, strict=False))

    def _nested(self, place: _Site, nested: _Raws) -> None:
        """Read lists and maps inside rows as longer frames that repeat the key of the rows."""
        groups: dict[tuple[int, ...], list[_Raw]] = {}
        for name, values in nested:
            inside = place.inside(name, (), place.along)
            if not self._may_read(inside):
                continue
            if holds(values, RECORD):
                self._maps(inside, _records(values))
            else:
                lists = [value if isinstance(value, list) else [] for value in values]
                cells = list(chain.from_iterable(lists))
                groups.setdefault(tuple(map(len, lists)), []).append((name, cells))
        for counts, group in groups.items():
            self._longer(place, counts, group)

    def _maps(self, place: _Site, rows: Sequence[Row]) -> None:
        """Read maps from places or names inside rows."""
        keys = list(chain.from_iterable(rows))
        index = {key: row for row, key in enumerate(dict.fromkeys(keys))}
        axis = self._market.keys(list(index), place.name).take([index[key] for key in keys])
        values = list(chain.from_iterable(row.values() for row in rows))
        self._longer(place, list(map(len, rows)), [("", values)], [axis])

    def _longer(
        self, place: _Site, counts: Sequence[int], group: _Raws, keys: Columns = ()
    ) -> None:
        """Read the cells of lists or maps that agree on how many there are in each row."""
        carried = [*_repeated(place.along, counts), *keys]
        columns: list[Column] = []
        for name, cells in group:
            if holds(cells, CONTAINER):
                self._cells(place.inside(name, (), carried), cells)
            elif cells:
                columns.append(self._market.column(name or quantity(place.name), cells))
        width = counts[0] if len(set(counts)) == 1 else 0
        placed = keys or [column for column in columns if column.role in LEADING]
        # An axis of all rows is the same list again and again.
        lists = ((axis, _cut(axis.places, width)) for axis in placed if width)
        axis = next((axis for axis, cut in lists if all(one == cut[0] for one in cut)), None)
        figures = [column for column in columns if column is not axis]
        if width and figures and len(place.along) <= 1 and (axis or not placed):
            layers = {figure.name: _cut(figure.values, width) for figure in figures}
            self._matrix(place, axis and axis.take(range(width)), layers)
        elif placed and any(column.numeric for column in columns):
            self._table(place.path, carried, columns)
        else:
            self._uneven += [place.inside(one.name).path for one in columns if one.numeric]

    def _matrix(self, place: _Site, axis: Column | None, layers: Mapping[str, Cells]) -> None:
        """Take figures [row][place]; without an `axis` of their own by one around them."""
        height, width = next((len(cells), len(cells[0])) for cells in layers.values())
        down = next(iter(place.along), None)
        beside = not down or any(axis.values is down.values for axis in place.around)
        axis = axis or next(iter(without(place.axes(width), place.along)), None)
        self._used += [axis] if axis else []
        path = place.path.rpartition(".")[0] if beside else place.path
        self._grid(Grid(path, down, axis, layers, not beside or height != width))


def _depth(part: Record | Table | Grid | Listing) -> int:
    return part.path.count(".") + bool(part.path)


def _records(values: Values) -> list[Row]:
    return [value if isinstance(value, dict) else {} for value in values]


def _cut(values: Values, width: int) -> Cells:
    """Return values cut into lists of one length."""
    return [values[start : start + width] for start in range(0, len(values), width)]


def _repeated(columns: Columns, counts: Sequence[int]) -> Columns:
    """Return columns with each row repeated as often as `counts` says; without any its number."""
    if not columns and len(counts) > 1:
        places = list(range(len(counts)))
        columns = [Column("", places, "key", places, numeric=True)]
    rows = [row for row, count in enumerate(counts) for _ in range(count)]
    return [column.take(rows) for column in columns]
