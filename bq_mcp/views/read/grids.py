"""Make grids of tables with two axes, and tables of the grids that mean them."""

from dataclasses import replace
from itertools import chain

from .forms import Column, Columns, Grid
from .keys import axis_rank, order_by


def grid_of(path: str, key: Columns, figures: Columns) -> Grid:
    """Return the grid of a table with two key columns; a cell no row speaks of is None."""
    (down, rows), (across, places) = map(_places, key)
    layers: dict[str, list[list[object]]] = {}
    for figure in figures:
        cells = layers[figure.name] = [[None] * len(across.values) for _ in down.values]
        for row, place, value in zip(rows, places, figure.values, strict=True):
            cells[row][place] = value
    return Grid(path, down, across, layers)


def in_order(grid: Grid) -> Grid:
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


def panel_of(grid: Grid) -> Columns:
    """Return a grid of times and names as the columns of the table it means; () for others."""
    down, across = grid.down, grid.across
    if not (down and across and [down.role, across.role] == ["time", "name"] and grid.oriented):
        return ()
    height, width = len(down.values), len(across.values)
    rows = down.take([row for row in range(height) for _ in range(width)])
    figures = [
        Column(name, list(chain.from_iterable(cells)), numeric=True)
        for name, cells in grid.layers.items()
    ]
    return [rows, across.take([*range(width)] * height), *figures]


def _places(axis: Column) -> tuple[Column, list[int]]:
    """Return the distinct places of an axis, and for each row the number of its place."""
    first: dict[object, int] = {}
    for row, place in enumerate(axis.places):
        first.setdefault(place, row)
    numbers = {place: number for number, place in enumerate(first)}
    return axis.take([*first.values()]), [numbers[place] for place in axis.places]
