"""Read a JSON payload nobody has described: what in it are figures, tables, grids and lists.

The reader never fails and touches every value at most a few times. It pairs lists only where
something says that they belong together: a shared length and an axis (times, strikes, expiries).
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..text import clean
from .columns import Role, is_coin, is_ladder, key_role, role_of, words_of
from .grids import Grid, is_matrix, read_grids
from .parallel import ParallelRows
from .values import CONTAINER, RECORD, TEXT, holds

Row = Mapping[str, object]
_Item = TypeVar("_Item")
_MAX_DEPTH = 12
_MAX_SCALARS = 600
_MAX_TABLES = 40
_MAX_COLUMNS = 64
_NAME_LIMIT = 64
_ROW_DEPTH = 3
_SAME_RECORDS_FROM = 3
_ROWS_OPENED = 3
_LIST_IN_CELL = 8
_AXIS_ROLES: tuple[Role, ...] = ("time", "strike", "expiry", "price", "dte", "symbol", "venue")
_UNPAIRED = ("available", "requested", "served", "missing", "invalid", "supported")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that share columns; `axis` is the column they are placed by, "" where none is known.

    `path` is the dotted place of the table in the payload, "" for the root.
    """

    path: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    axis: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)

    def column(self, name: str) -> list[object]:
        """Return the values of one column, None where a row lacks it."""
        if isinstance(self.rows, ParallelRows):
            return self.rows.column(name)
        return [row.get(name) for row in self.rows]

    def with_role(self, role: Role) -> str:
        """Return the first column of that role, "" where there is none."""
        return next((name for name in self.columns if self.roles.get(name) == role), "")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of single values that belongs to no axis."""

    path: str
    values: Sequence[object]


@dataclass(frozen=True, slots=True)
class Shape:
    """A payload taken apart.

    `scalars` maps dotted paths to single values (None included), the shallow ones first;
    `uneven` names lists that fit the length of no axis beside them; `empty` names empty lists
    and maps; `more` counts the places that were too deep or too many to read.
    """

    scalars: Mapping[str, object]
    tables: Sequence[Table]
    grids: Sequence[Grid]
    listings: Sequence[Listing]
    uneven: Sequence[str]
    empty: Sequence[str]
    more: int

    def scalar(self, *names: str) -> object:
        """Return the shallowest single value whose last name is one of `names`, else None."""
        for path, value in self.scalars.items():
            if path.rpartition(".")[2] in names and value is not None:
                return value
        return None

    def table_with(self, *roles: Role) -> Table | None:
        """Return the longest table that has a column of one of the roles."""
        found = [table for table in self.tables if any(map(table.with_role, roles))]
        return max(found, key=lambda table: len(table.rows), default=None)

    def listing_with(self, role: Role) -> Listing | None:
        """Return the first plain list whose values have that role."""
        return next(
            (item for item in self.listings if role_of(item.path, item.values) == role), None
        )


def read_shape(data: object) -> Shape:
    """Return `data` taken apart; any JSON value will do."""
    return _Reader().read(data)


@dataclass(slots=True)
class _Axis:
    """Parallel lists under way: the lists that share the length of one axis."""

    path: str
    name: str
    length: int
    columns: dict[str, Sequence[object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    node: object
    depth: int
    axes: tuple[_Axis, ...] = ()


class _Reader:
    def __init__(self) -> None:
        self._scalars: dict[str, object] = {}
        self._tables: list[Table] = []
        self._grids: list[Grid] = []
        self._listings: list[Listing] = []
        self._axes: list[_Axis] = []
        self._uneven: list[str] = []
        self._empty: list[str] = []
        self._more = 0
        self._queue: deque[_Place] = deque()

    def read(self, data: object) -> Shape:
        self._queue.append(_Place("", data, 0))
        while self._queue:
            place = self._queue.popleft()
            if place.depth > _MAX_DEPTH:
                self._more += 1
            elif isinstance(place.node, dict):
                self._mapping(place, place.node)
            elif isinstance(place.node, (list, tuple)):
                self._list(place, place.node)
            else:
                self._scalar(place.path or "value", place.node)
        parallel = [_parallel_table(axis) for axis in self._axes]
        tables = sorted([*parallel, *self._tables], key=lambda table: table.path.count("."))
        return Shape(
            self._scalars,
            tables[:_MAX_TABLES],
            self._grids[:_MAX_TABLES],
            self._listings[:_MAX_TABLES],
            self._uneven,
            self._empty,
            self._more + sum(max(0, len(found) - _MAX_TABLES) for found in self._found(tables)),
        )

    def _found(self, tables: Sequence[Table]) -> Iterator[Sequence[object]]:
        yield from (tables, self._grids, self._listings)

    def _scalar(self, path: str, value: object) -> None:
        if len(self._scalars) < _MAX_SCALARS:
            self._scalars[path] = value
        else:
            self._more += 1

    def _mapping(self, place: _Place, node: Mapping[str, object]) -> None:
        if not node:
            self._empty.append(place.path or "data")
            return
        if axis := _key_axis(node):
            rows = [{axis: key, **_flat(value, "value")} for key, value in node.items()]
            self._tables.append(_record_table(place.path, rows, axis))
            return
        lists = {key: value for key, value in node.items() if isinstance(value, list)}
        grids, used = read_grids(place.path, lists)
        self._grids += grids
        rest = {key: values for key, values in lists.items() if key not in used}
        axes = self._pair(place, {key: values for key, values in rest.items() if _single(values)})
        for key, value in node.items():
            if key in used or (key in rest and _single(rest[key])):
                continue
            path = _join(place.path, key)
            if isinstance(value, (dict, list)):
                self._queue.append(_Place(path, value, place.depth + 1, axes))
            else:
                self._scalar(path, value)

    def _pair(self, place: _Place, lists: Mapping[str, Sequence[object]]) -> tuple[_Axis, ...]:
        """Sort single-value lists into the axes they run along; return the axes in reach."""
        taken = {axis.length for axis in place.axes}
        own = [axis for axis in _own_axes(place.path, lists) if axis.length not in taken]
        self._axes += own
        reach = (*own, *place.axes)
        loose: dict[int, dict[str, Sequence[object]]] = {}
        for key, values in lists.items():
            path = _join(place.path, key)
            axis = next((axis for axis in reach if axis.length == len(values)), None)
            if axis is not None and _pairs_up(key):
                axis.columns[_relative(path, axis.path)] = values
            elif len(values) == 0:
                self._empty.append(path)
            else:
                loose.setdefault(len(values), {})[path] = values
        self._unpaired(loose, bool(reach))
        return reach

    def _unpaired(
        self, loose: Mapping[int, Mapping[str, Sequence[object]]], beside_axis: bool
    ) -> None:
        for group in loose.values():
            for path, values in group.items():
                self._listings.append(Listing(path, values))
                if beside_axis and _pairs_up(path.rpartition(".")[2]) and not _texts(values):
                    self._uneven.append(path)

    def _list(self, place: _Place, node: Sequence[object]) -> None:
        records = [item for item in node if isinstance(item, dict)]
        nested = [item for item in node if isinstance(item, list)]
        single = [item for item in node if not isinstance(item, (dict, list))]
        path = place.path or "rows"
        if not node:
            self._empty.append(place.path or "data")
        if records:
            self._tables.append(_record_table(path, [_flat(row, "") for row in records]))
            self._inside(place, path, records)
        if single:
            self._listings.append(Listing(path, single))
        if is_matrix(nested):
            self._grids.append(Grid(path, nested))
        else:
            for index, item in enumerate(nested[:_MAX_TABLES]):
                self._queue.append(_Place(f"{path}.{index}", item, place.depth + 1))
            self._more += max(0, len(nested) - _MAX_TABLES)

    def _inside(self, place: _Place, path: str, rows: Sequence[Row]) -> None:
        """Queue the lists inside the first rows that no cell can show."""
        for index, row in enumerate(rows[:_ROWS_OPENED]):
            hidden = {key: value for key, value in row.items() if _needs_table(value)}
            if hidden:
                self._queue.append(_Place(f"{path}.{index}", hidden, place.depth + 1))


def _own_axes(path: str, lists: Mapping[str, Sequence[object]]) -> list[_Axis]:
    """Return one axis per length: the list whose role ranks first among those of that length."""
    best: dict[int, tuple[int, str]] = {}
    for key, values in lists.items():
        role = role_of(key, values) if _pairs_up(key) else ""
        if _is_axis(key, role) and len(values) > 0:
            rank = (_AXIS_ROLES.index(role), key)
            best[len(values)] = min(best.get(len(values), rank), rank)
    shared = {
        length
        for length in best
        if sum(len(values) == length and _pairs_up(key) for key, values in lists.items()) > 1
        or _AXIS_ROLES[best[length][0]] == "time"
    }
    return [_Axis(path, best[length][1], length) for length in best if length in shared]


def _parallel_table(axis: _Axis) -> Table:
    names = list(axis.columns)[:_MAX_COLUMNS]
    lists = {name: axis.columns[name] for name in names}
    samples = {name: _sample(values) for name, values in lists.items()}
    return Table(axis.path, tuple(names), ParallelRows(lists), axis.name, _roles(samples))


def _record_table(path: str, rows: Sequence[Row], axis: str = "") -> Table:
    seen: dict[str, object] = {}
    for row in rows:
        seen.update(row)
    names = list(seen)[:_MAX_COLUMNS]
    sample = _sample(rows)
    roles = _roles({name: [row.get(name) for row in sample] for name in names})
    if not axis:
        own = (name for name in names if "." not in name)
        placed = [name for name in own if _is_axis(name, roles.get(name, ""))]
        axis = min(placed, key=lambda name: _AXIS_ROLES.index(roles[name]), default="")
    return Table(path, tuple(names), rows, axis, roles)


def _is_axis(name: str, role: Role) -> bool:
    """Tell whether rows can be placed by a column.

    Of prices only a ladder can; a stamp such as `updated_at` is a property of a row.
    """
    if role == "price":
        return is_ladder(name)
    return role in _AXIS_ROLES and not (role == "time" and words_of(name)[-1] == "at")


def _roles(samples: Mapping[str, Sequence[object]]) -> Mapping[str, Role]:
    found = {name: role_of(name, values) for name, values in samples.items()}
    return {name: role for name, role in found.items() if role}


def _sample(items: Sequence[_Item]) -> list[_Item]:
    return [*items[:12], *items[-4:]]


def _flat(value: object, alone: str) -> Row:
    """Return a record with its nested records as dotted columns; a single value under `alone`."""
    if not isinstance(value, dict):
        return {alone: value}
    if not holds(value.values(), RECORD):
        return value
    flat: dict[str, object] = {}
    _flatten(value, "", 0, flat)
    return flat


def _flatten(node: Mapping[str, object], path: str, depth: int, into: dict[str, object]) -> None:
    for key, value in node.items():
        name = _join(path, key)
        if isinstance(value, dict) and depth < _ROW_DEPTH:
            _flatten(value, name, depth + 1, into)
        else:
            into[name] = value


def _key_axis(node: Mapping[str, object]) -> str:
    """Return what to call the key column of a map of rows, "" where the map is a record."""
    if any(isinstance(value, list) or _holds_long(value) for value in node.values()):
        return ""
    if role := key_role(node):
        return role
    records = [value for value in node.values() if isinstance(value, dict)]
    if len(records) < len(node) or not records:
        return ""
    if all(is_coin(key) for key in node):
        return "symbol"
    every = set().union(*records)
    shared = sum(map(len, records)) >= 0.7 * len(every) * len(records)
    return "key" if len(records) >= _SAME_RECORDS_FROM and every and shared else ""


def _needs_table(value: object) -> bool:
    """Tell whether a list is too long for a cell, or holds records or lists."""
    return isinstance(value, list) and (len(value) > _LIST_IN_CELL or not _single(value))


def _holds_long(value: object) -> bool:
    return isinstance(value, dict) and any(map(_needs_table, value.values()))


def _single(values: Sequence[object]) -> bool:
    return not holds(values, CONTAINER)


def _texts(values: Sequence[object]) -> bool:
    return holds(values, TEXT)


def _pairs_up(key: str) -> bool:
    return not key.lower().startswith(_UNPAIRED)


def _join(path: str, key: str) -> str:
    name = key if len(key) <= _NAME_LIMIT else clean(key, _NAME_LIMIT)
    return f"{path}.{name}" if path else name


def _relative(path: str, root: str) -> str:
    return path[len(root) + 1 :] if root else path
