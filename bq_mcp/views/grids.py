"""Recognise two-dimensional lists and the lists that are their axes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from heapq import nlargest

from .columns import Role, role_of
from .values import CONTAINER, holds, moment, number

_Figure = tuple[float, int, int]


@dataclass(frozen=True)
class GridAxis:
    """One axis of a grid: its wire name and its values."""

    name: str
    values: Sequence[object]
    role: Role = ""

    def nearest(self, target: float) -> int:
        """Return the index of the value nearest `target`."""
        if target not in self._found:
            far = ((abs(figure - target), index) for figure, index in self._figures)
            self._found[target] = min(far, default=(0.0, 0))[1]
        return self._found[target]

    @cached_property
    def _figures(self) -> list[tuple[float, int]]:
        figures = ((number(value), index) for index, value in enumerate(self.values))
        return [(figure, index) for figure, index in figures if figure is not None]

    @cached_property
    def _found(self) -> dict[float, int]:
        return {}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a grid and where it lies; a place without an axis is its index."""

    row: object
    column: object
    value: float


@dataclass(frozen=True)
class Grid:
    """A 2-D list; an axis is None where no list beside the grid has its length.

    `oriented` is False where both axes have one length, so that the payload does not say which
    is which.
    """

    path: str
    cells: Sequence[Sequence[object]]
    rows: GridAxis | None = None
    columns: GridAxis | None = None
    oriented: bool = True
    _part_of: "tuple[Grid, Sequence[int]] | None" = field(default=None, repr=False, compare=False)

    @property
    def size(self) -> tuple[int, int]:
        """Return how many rows and columns there are."""
        return len(self.cells), len(self.cells[0]) if self.cells else 0

    @property
    def missing(self) -> int:
        """Return how many cells hold no figure."""
        return sum(row.count(None) for row in self._figures)

    def largest(self, limit: int) -> list[Cell]:
        """Return the cells with the largest absolute figures, the largest first."""
        figures = (
            (figure, i, j)
            for i, row in enumerate(self._figures)
            for j, figure in enumerate(row)
            if figure is not None
        )
        return [self._cell(found) for found in nlargest(limit, figures, _size)]

    def highest(self) -> Cell | None:
        """Return the cell with the highest figure, the last of several."""
        return self._highest

    def lowest(self) -> Cell | None:
        """Return the cell with the lowest figure, the first of several."""
        return self._lowest

    def along_row(self, index: int) -> list[Cell]:
        """Return the cells of one row that hold a figure."""
        figures = enumerate(self._figures[index])
        return [self._cell((value, index, j)) for j, value in figures if value is not None]

    def along_column(self, index: int) -> list[Cell]:
        """Return the cells of one column that hold a figure."""
        figures = enumerate(row[index] for row in self._figures)
        return [self._cell((value, i, index)) for i, value in figures if value is not None]

    def until(self, limit: datetime | None) -> "Grid | None":
        """Return the rows whose time lies before `limit`, None where there is none.

        Without a limit, or an axis of times, that is the whole grid.
        """
        if limit is None or self.rows is None:
            return self
        if limit not in self._parts:
            stamps = enumerate(map(moment, self.rows.values))
            kept = [place for place, at in stamps if at is None or at < limit]
            self._parts[limit] = self._part(self.rows, kept) if kept else None
        return self._parts[limit]

    def row(self, at: object) -> Sequence[object]:
        """Return the cells of the row whose place on the axis is exactly `at`."""
        places = self.rows.values if self.rows else []
        return self.cells[places.index(at)] if at in places else ()

    def at(self, row: object, target: float | None) -> Cell | None:
        """Return the cell of a row nearest `target` along the columns, if it holds a figure."""
        cells = self.row(row)
        if target is None or self.columns is None or not cells:
            return None
        column = self.columns.nearest(target)
        figure = number(cells[column])
        return None if figure is None else Cell(row, self.columns.values[column], figure)

    @cached_property
    def _figures(self) -> Sequence[Sequence[float | None]]:
        if self._part_of is not None:
            whole, kept = self._part_of
            return [whole._figures[place] for place in kept]
        return [[number(value) for value in row] for row in self.cells]

    @cached_property
    def _highest(self) -> Cell | None:
        tops = ((max(there), i) for i, there in self._rows_with_figures)
        figure, i = max(tops, default=(0.0, -1))
        if i < 0:
            return None
        row = self._figures[i]
        return self._cell((figure, i, len(row) - 1 - row[::-1].index(figure)))

    @cached_property
    def _lowest(self) -> Cell | None:
        bottoms = ((min(there), i) for i, there in self._rows_with_figures)
        figure, i = min(bottoms, default=(0.0, -1))
        return None if i < 0 else self._cell((figure, i, self._figures[i].index(figure)))

    @cached_property
    def _parts(self) -> "dict[datetime, Grid | None]":
        return {}

    @cached_property
    def _rows_with_figures(self) -> list[tuple[int, list[float]]]:
        rows = enumerate([figure for figure in row if figure is not None] for row in self._figures)
        return [(i, there) for i, there in rows if there]

    def _part(self, axis: GridAxis, kept: Sequence[int]) -> "Grid":
        axis = GridAxis(axis.name, [axis.values[place] for place in kept], axis.role)
        cells = [self.cells[place] for place in kept]
        return replace(self, cells=cells, rows=axis, _part_of=(self, kept))

    def _cell(self, found: _Figure) -> Cell:
        figure, i, j = found
        return Cell(_at(self.rows, i), _at(self.columns, j), figure)


def grid_of(cells: object, rows: object, columns: object) -> Grid | None:
    """Return the grid of cells indexed [row][column] whose axes a caller knows.

    A grid that only fits its axes the other way round is turned; None where it fits neither way.
    """
    if not isinstance(cells, list) or not isinstance(rows, list) or not isinstance(columns, list):
        return None
    if not is_matrix(cells):
        return None
    height, width = len(cells), len(cells[0])
    if (height, width) != (len(rows), len(columns)):
        if (height, width) != (len(columns), len(rows)):
            return None
        cells = [list(row) for row in zip(*cells, strict=True)]
    return Grid("", cells, GridAxis("rows", rows), GridAxis("columns", columns))


def is_matrix(rows: Sequence[object]) -> bool:
    """Tell whether `rows` are at least two lists of one length, two or more, of single values."""
    first = rows[0] if rows else None
    if len(rows) < 2 or not isinstance(first, list) or len(first) < 2:
        return False
    return all(
        isinstance(row, list) and len(row) == len(first) and not holds(row, CONTAINER)
        for row in rows
    )


def read_grids(
    path: str, lists: Mapping[str, Sequence[object]]
) -> tuple[list[Grid], frozenset[str]]:
    """Return the grids among the lists of one record and the names of all lists they use."""
    matrices = {key: values for key, values in lists.items() if is_matrix(values)}
    if not matrices:
        return [], frozenset()
    axes = {
        key: GridAxis(key, values, role_of(key, values))
        for key, values in lists.items()
        if values and not holds(values, CONTAINER)
    }
    grids: list[Grid] = []
    used = set(matrices)
    for key, cells in matrices.items():
        grid = _grid(f"{path}.{key}" if path else key, cells, axes)
        grids.append(grid)
        used |= {axis.name for axis in (grid.rows, grid.columns) if axis}
    return grids, frozenset(used)


def _grid(path: str, matrix: Sequence[object], axes: Mapping[str, GridAxis]) -> Grid:
    cells = [row for row in matrix if isinstance(row, list)]
    height, width = len(cells), len(cells[0])
    rows = [axis for axis in axes.values() if len(axis.values) == height]
    columns = [axis for axis in axes.values() if len(axis.values) == width]
    if height != width:
        return Grid(path, cells, _best(rows), _best(columns))
    placed = sorted(rows, key=lambda axis: not axis.role)[:2]
    if len(placed) < 2:
        return Grid(path, cells, oriented=False)
    return Grid(path, cells, placed[0], placed[1], oriented=False)


def _best(axes: Sequence[GridAxis]) -> GridAxis | None:
    return min(axes, key=lambda axis: not axis.role, default=None)


def _size(found: _Figure) -> float:
    return abs(found[0])


def _at(axis: GridAxis | None, index: int) -> object:
    return axis.values[index] if axis else index
