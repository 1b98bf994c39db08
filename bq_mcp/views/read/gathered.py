"""Gather what a payload holds: tables by their key, grids by their axes, and the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from .forms import Column, Columns, Forms, Grid, Listing, Record, Table, without
from .keys import axis_rank, choose_key, order_by, ordered

_RECORDS = 400
_FIELDS = 256
_TABLES = 40
_GRIDS = 20

_Item = TypeVar("_Item")
_Part = TypeVar("_Part", Record, Table, Grid, Listing)


class Gathered:
    """The forms found so far; `unread` counts what was not looked at."""

    def __init__(self) -> None:
        self.listings: list[Listing] = []
        self.uneven: list[str] = []
        self.empty: list[str] = []
        self.unread = 0
        self._records: list[Record] = []
        self._tables: list[Table] = []
        self._grids: dict[object, Grid] = {}

    def forms(self) -> Forms:
        """Return all that was found, the shallow parts first."""
        grids = [grid for grid in self._grids.values() if not self._is_panel(grid)]
        return Forms(
            self._shallow(self._records, _RECORDS),
            self._shallow(self._tables, _TABLES),
            self._shallow(grids, _GRIDS),
            self._shallow(self.listings, _TABLES),
            self.uneven[:_TABLES],
            self.empty[:_TABLES],
            self.unread,
        )

    def kept(self, found: Sequence[_Item], limit: int) -> Sequence[_Item]:
        """Return the first of several things, and count the others."""
        self.unread += max(0, len(found) - limit)
        return found[:limit]

    def _shallow(self, parts: Sequence[_Part], limit: int) -> Sequence[_Part]:
        depth = sorted(parts, key=lambda part: part.path.count(".") + bool(part.path))
        return self.kept(depth, limit)

    def record(self, path: str, fields: Mapping[str, object]) -> None:
        """Take single values that stand together."""
        if fields:
            self._records.append(Record(path, dict(self.kept([*fields.items()], _FIELDS))))

    def table(self, path: str, along: Columns, columns: Columns, bare: bool = True) -> Columns:
        """Take a table, or the grid it is, and return its key.

        The columns `along` are of the rows around it; `bare`: keep it even without figures.
        """
        held = [*along, *columns]
        if not held or not held[0].values:
            return ()
        key, form, as_served = choose_key(along, held)
        figures = without(held, key)
        if form is None:
            self.grid(_grid_of(path, key, figures))
        elif figures or bare:
            times = [column for column in figures if column.role == "time"]
            rows = ordered([*key, *figures], key or times[: form == "prints"])
            size, keys = len(held[0].values), len(key)
            self._tables.append(Table(path, size, rows[:keys], rows[keys:], form, as_served))
        return key

    def grid(self, made: Grid) -> None:
        """Take a grid; those of one place and size are one."""
        cells = next(iter(made.layers.values()), [])
        made = _in_order(made)
        place = made.path, len(cells), *map(len, cells[:1])
        before = self._grids.get(place, made)
        self._grids[place] = replace(before, layers={**before.layers, **made.layers})

    def _is_panel(self, grid: Grid) -> bool:
        """Tell whether a grid is of times and names, and take it as the table this means."""
        down, across = grid.down, grid.across
        if not (down and across and [down.role, across.role] == ["time", "name"] and grid.oriented):
            return False
        height, width = len(down.values), len(across.values)
        axes = [
            down.take([row for row in range(height) for _ in range(width)]),
            across.take([*range(width)] * height),
        ]
        figures = [
            Column(name, list(chain.from_iterable(rows)), numeric=True)
            for name, rows in grid.layers.items()
        ]
        self.table(grid.path, (), [*axes, *figures])
        return True


def _places(axis: Column) -> tuple[Column, list[int]]:
    """Return the distinct places of an axis, and for each row the number of its place."""
    first: dict[object, int] = {}
    for row, place in enumerate(axis.places):
        first.setdefault(place, row)
    numbers = {place: number for number, place in enumerate(first)}
    return axis.take([*first.values()]), [numbers[place] for place in axis.places]


def _grid_of(path: str, key: Columns, figures: Columns) -> Grid:
    """Return the grid of a table with two key columns; a cell no row speaks of is None."""
    (down, rows), (across, places) = map(_places, key)
    layers: dict[str, list[list[object]]] = {}
    for figure in figures:
        cells = layers[figure.name] = [[None] * len(across.values) for _ in down.values]
        for row, place, value in zip(rows, places, figure.values, strict=True):
            cells[row][place] = value
    return Grid(path, down, across, layers)


def _in_order(grid: Grid) -> Grid:
    """Return a grid with its axes where they belong, both in ascending order."""
    turned = grid.oriented and axis_rank(grid.down) > axis_rank(grid.across)
    for _ in range(3 if turned else 2):
        rows = list(range(len(next(iter(grid.layers.values()), ()))))
        down = grid.down and grid.down.take(order_by(grid.down, rows))
        layers = {
            name: list(map(list, zip(*(cells[row] for row in rows), strict=True)))
            for name, cells in grid.layers.items()
        }
        grid = replace(grid, down=grid.across, across=down, layers=layers)
    return grid
