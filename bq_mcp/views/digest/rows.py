"""Choose the rows of a table that say more than its picks do."""

from collections.abc import Iterator, Sequence

from ..read.forms import Column, Table
from ..read.values import number
from .lens import LEADS, Lens
from .measures import Measure
from .prints import newest_first, telling
from .sheet import Figure, Place, Rows

_FEWEST, _WIDEST = 2, 16


def rows_of(
    table: Table, measures: Sequence[Measure], lens: Lens, rank: int, name: str
) -> Rows | None:
    """Return the rows of a table in their order, with those that matter most kept longest."""
    if table.size < _FEWEST:
        return None
    axes = telling(table) if table.form in ("prints", "contracts", "rows") else table.key
    chosen = list(dict.fromkeys(_chosen(table, measures[0], lens)))[: lens.most_rows]
    rows, held = [], measures[:LEADS]
    for at in sorted(chosen):
        cells: list[Place | Figure] = [*lens.places(axes, at)]
        shown = [(one, one.values[at]) for one in held]
        cells += [Figure("", value, one.unit, "", (), one.scale) for one, value in shown]
        rows.append((chosen.index(at), cells))
    names = [axis.name or axis.role for axis in axes] + [one.name for one in held]
    return Rows(rank, name, names, rows, table.size)


def _chosen(table: Table, lead: Measure, lens: Lens) -> Iterator[int]:
    """Yield the rows of a table, the most telling first: by its form, then as the hint says."""
    order = lens.hint.order
    if table.form == "series":
        yield from _thinned(table.size)
    elif table.form == "ladder" and lens.spot is not None and order != "size":
        yield from _nearest(table.key[0], lens.spot)
    elif table.form in ("curve", "contracts"):
        yield from range(table.size)
    else:
        yield from (order == "time" and newest_first(table)) or lead.largest(table.size)


def _thinned(size: int) -> Iterator[int]:
    """Yield the last and the first row, then rows between them, wide steps first."""
    parts = 1
    while parts <= _WIDEST:
        yield from (round((size - 1) * (1 - part / parts)) for part in range(parts + 1))
        parts *= 2


def _nearest(axis: Column, spot: float) -> Sequence[int]:
    prices = {at: price for at, value in enumerate(axis.values) if (price := number(value))}
    return sorted(prices, key=lambda at: abs(prices[at] - spot))
