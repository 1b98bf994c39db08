"""Recognise two-dimensional lists and the lists that are their axes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nlargest

from .columns import Role, role_of
from .values import moment, number

_Figure = tuple[float, int, int]


@dataclass(frozen=True, slots=True)
class GridAxis:
    """One axis of a grid: its wire name and its values."""

    name: str
    values: Sequence[object]
    role: Role = ""

    def nearest(self, target: float) -> int:
        """Return the index of the value nearest `target`."""
        figures = ((number(value), index) for index, value in enumerate(self.values))
        far = ((abs(figure - target), index) for figure, index in figures if figure is not None)
        return min(far, default=(0.0, 0))[1]


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a grid and where it lies; a place without an axis is its index."""

    row: object
    column: object
    value: float


@dataclass(frozen=True, slots=True)
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

    @property
    def size(self) -> tuple[int, int]:
        """Return how many rows and columns there are."""
        return len(self.cells), len(self.cells[0]) if self.cells else 0

    @property
    def missing(self) -> int:
        """Return how many cells hold no figure."""
        return sum(number(value) is None for row in self.cells for value in row)

    def largest(self, limit: int) -> list[Cell]:
        """Return the cells with the largest absolute figures, the largest first."""
        return [self._cell(found) for found in nlargest(limit, self._figures(), _size)]

    def highest(self) -> Cell | None:
        """Return the cell with the highest figure."""
        found = max(self._figures(), default=None)
        return self._cell(found) if found else None

    def lowest(self) -> Cell | None:
        """Return the cell with the lowest figure."""
        found = min(self._figures(), default=None)
        return self._cell(found) if found else None

    def along_row(self, index: int) -> list[Cell]:
        """Return the cells of one row that hold a figure."""
        figures = ((number(value), j) for j, value in enumerate(self.cells[index]))
        return [self._cell((value, index, j)) for value, j in figures if value is not None]

    def along_column(self, index: int) -> list[Cell]:
        """Return the cells of one column that hold a figure."""
        figures = ((number(row[index]), i) for i, row in enumerate(self.cells))
        return [self._cell((value, i, index)) for value, i in figures if value is not None]

    def until(self, limit: datetime | None) -> "Grid | None":
        """Return the rows whose time lies before `limit`, None where there is none.

        Without a limit, or an axis of times, that is the whole grid.
        """
        if limit is None or self.rows is None:
            return self
        stamps = [moment(value) for value in self.rows.values]
        kept = [place for place, at in enumerate(stamps) if at is None or at < limit]
        if not kept:
            return None
        axis = GridAxis(self.rows.name, [self.rows.values[place] for place in kept], self.rows.role)
        return replace(self, cells=[self.cells[place] for place in kept], rows=axis)

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

    def _figures(self) -> Iterator[_Figure]:
        for i, row in enumerate(self.cells):
            for j, value in enumerate(row):
                if (figure := number(value)) is not None:
                    yield figure, i, j

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
        isinstance(row, list)
        and len(row) == len(first)
        and not any(isinstance(value, list | Mapping) for value in row)
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
        if values and not any(isinstance(value, list | Mapping) for value in values)
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
