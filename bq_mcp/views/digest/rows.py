"""Choose the rows of a table that say more than its picks do."""

from collections.abc import Iterator, Sequence

from ..arithmetic import thinned
from ..read.forms import Column, Table
from ..read.values import number
from .lens import LEADS, Lens
from .measures import Measure
from .prints import newest_first, telling
from .sheet import Figure, Place, Rows


def rows_of(
    table: Table,
    measures: Sequence[Measure],
    lens: Lens,
    rank: int,
    name: str,
    *,
    most: int = LEADS,
    further: Sequence[Column] = (),
) -> Rows:
    """Return the rows of a table in their order, with those that matter most kept longest.

    What tells them apart, `further` columns, and the first `most` quantities are their cells.
    """
    told_by = telling(table) if table.form in ("prints", "contracts", "rows") else table.key
    axes = [*told_by, *further]
    chosen = list(dict.fromkeys(_chosen(table, measures[0], lens)))[: lens.most_rows]
    rows, held = [], measures[:most]
    for at in sorted(chosen):
        cells: list[Place | Figure] = [*lens.places(axes, at)]
        cells += [Figure("", one.values[at], one.unit, "", (), one.scale) for one in held]
        rows.append((chosen.index(at), cells))
    names = [axis.name or axis.role for axis in axes] + [one.name for one in held]
    return Rows(rank, name, names, rows, table.size)


def _chosen(table: Table, lead: Measure, lens: Lens) -> Iterator[int]:
    """Yield the rows of a table, the most telling first: by its form, then as the hint says."""
    order = lens.hint.order
    if table.form == "series":
        yield from thinned(table.size)
    elif table.form == "ladder" and lens.spot is not None and order != "size":
        prices, spot = table.key[0].values, lens.spot
        yield from sorted(range(table.size), key=lambda at: abs((number(prices[at]) or 0) - spot))
    elif table.form in ("curve", "contracts"):
        yield from range(table.size)
    else:
        yield from (order == "time" and newest_first(table)) or lead.largest(table.size)
