"""Read what stands out along a curve: humps, and places where it changes sign."""

from .derived import IvScale
from .grids import Grid
from .select import rows_of
from .shape import Row
from .values import number

_POINT = {"decimal": 0.01, "percent": 1.0}


def humps(source: object, column: str, scale: IvScale | None) -> list[Row]:
    """Return the rows more than one vol point above both neighbours, the highest above first.

    Each row carries `over_before` and `over_after`, how far it stands above its neighbours in
    units of the wire. A neighbour without a figure proves nothing, so there is no hump beside it.
    """
    if scale is None:
        return []
    rows = rows_of(source)
    figures = [number(row.get(column)) for row in rows]
    found: list[tuple[float, Row]] = []
    neighbours = zip(figures, figures[1:], figures[2:], rows[1:], strict=False)
    for before, here, after, row in neighbours:
        if before is None or here is None or after is None:
            continue
        least = min(here - before, here - after)
        if least > _POINT[scale]:
            over = {"over_before": here - before, "over_after": here - after}
            found.append((least, {**row, **over}))
    return [row for _, row in sorted(found, key=lambda pair: -pair[0])]


def zeros(grid: object, at: object) -> list[Row]:
    """Return where the row at one place of a grid changes sign along its columns.

    Each has `level`, the place of the zero on the straight line between the two cells beside
    it, and `below`, the sign (+1 or -1) before it. A run of exact zeros counts as its middle;
    a cell without a figure breaks the line.
    """
    if not isinstance(grid, Grid) or grid.columns is None:
        return []
    found: list[Row] = []
    last: tuple[float, float] | None = None
    flat: list[float] = []
    for level, figure in zip(map(number, grid.columns.values), grid.row(at), strict=False):
        value = number(figure)
        if level is None or value is None:
            last, flat = None, []
        elif value == 0:
            flat.append(level)
        else:
            if last is not None and (last[1] > 0) != (value > 0):
                middle = (flat[0] + flat[-1]) / 2 if flat else _between(last, (level, value))
                found.append({"level": middle, "below": 1 if last[1] > 0 else -1})
            last, flat = (level, value), []
    return found


def _between(left: tuple[float, float], right: tuple[float, float]) -> float:
    (x0, y0), (x1, y1) = left, right
    return x0 + (x1 - x0) * y0 / (y0 - y1)
