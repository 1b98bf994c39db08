"""Single prints and rows without an order, and which rows of any table are printed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from ..arithmetic import thinned, total
from ..read.columns import words_of
from ..read.forms import Column, Columns, Role, Table
from ..read.units import Unit
from ..read.values import derive, number
from .lens import Lens
from .measures import LARGEST, Measure, bare, row, totals
from .sheet import Figure, Part, Pick, Place, Rows

_CLASSES, _SAMPLE, _LONGEST_NAME = 4, 500, 16
_SIDES = frozenset(["side", "direction", "taker", "aggressor"])
_SUBJECT = frozenset(["symbol", "coin", "currency", "underlying", "asset"])
_ORDER: Sequence[Role] = ("name", "price", "expiry")


def prints_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out among rows that no axis places: a tape, or a plain list."""
    lead, axes, newest = measures[0], telling(table), newest_first(table)
    placed = partial(lens.places, axes)
    window = [lens.place(axes[0], at) for at in (*newest[-1:], *newest[:1])]
    yield Pick(1, [Part("window from", [], window[:1]), Part("to", [], window[1:])], ["window"])
    same = [lens.place(axis, 0) for axis in _axes_by_values(table, one=True)]
    yield Pick(2, [Part("in every row", [], same)] if same else [], ["same"])
    yield totals(table, [one for one in measures[:2] if one.adds][:1], placed)
    yield from _groups(lead, table)
    flags = [one for one in table.columns if any(x is True for x in one.values[:_SAMPLE])]
    held = ((one.name, derive(list.count, list(one.values), True)) for one in flags)
    counts = [Figure(name, many, Unit("count")) for name, many in held]
    yield Pick(3, [Part("rows with", counts)], ["flags"])
    leads, tops = lens.leading(measures), lead.largest(LARGEST) if axes else ()
    yield Pick(2, [row("largest", leads, at, placed) for at in tops[:1]], ["largest"])
    yield Pick(2, [lead.along(bare(tops[1:]), placed, "next largest", 2)], ["largest"])
    yield Pick(4, [lead.along(bare(newest[:LARGEST]), placed, "newest", 2)], ["newest"])


def newest_first(table: Table) -> list[int]:
    """Return the rows that have a time, the newest first; of one instant as served."""
    known = [(value, at) for axis in _axes(table, "time")[:1]
             for at, value in enumerate(axis.values) if isinstance(value, datetime)]  # fmt: skip
    falling = len(known) > 1 and known[0][0] > known[-1][0]
    known.sort(key=lambda one: (one[0], -one[1] if falling else one[1]), reverse=True)
    return [at for _, at in known]


def telling(table: Table) -> list[Column]:
    """Return what tells a print from others: its time, side, type, strike, expiry and venue.

    What is the same in all rows is told once, and no long identity is told.
    """
    found = [*_axes(table, "time")[:1], *(one for one in table.key if not one.name)]
    return [*found, *_axes_by_values(table, one=False)]


def _axes_by_values(table: Table, one: bool) -> Iterator[Column]:
    """Yield the axes with one value in all rows, or those with several, long identities apart."""
    for axis in (axis for role in _ORDER for axis in _axes(table, role)):
        values = {str(value) for value in axis.values[:_SAMPLE]}
        short = axis.role != "name" or max(map(len, values)) <= _LONGEST_NAME
        if short and (len(values) == 1) == one and not _SUBJECT & set(words_of(axis.name)):
            yield axis


def _axes(table: Table, role: Role) -> list[Column]:
    return [column for column in (*table.key, *table.columns) if column.role == role]


def _groups(lead: Measure, table: Table) -> Iterator[Pick]:
    """Yield the total of each side, type or other class of rows, the sides first."""
    found = [axis for axis in _axes(table, "name") if 1 < len({*axis.values}) <= _CLASSES]
    found.sort(key=lambda axis: (len({*axis.values}), not _SIDES & set(words_of(axis.name))))
    for axis in found[:2] if lead.adds else ():
        figures = []
        for name in dict.fromkeys(axis.values):
            pairs = zip(axis.values, lead.values, strict=True)
            held = lead.over([value for other, value in pairs if other == name])
            places = [Place("name", name)]
            figures += [replace(x, name="", places=places) for x in held.made("", total)]
        yield Pick(2, [Part("total by", figures, [Place("name", axis.name)], lead.name)], ["sides"])


def rows_of(
    table: Table, held: Sequence[Measure], lens: Lens, rank: int, name: str, further: Columns = ()
) -> Rows:
    """Return the rows of a table in their order, with those that matter most kept longest.

    What tells them apart, `further` columns and quantities are their cells; the first one leads.
    """
    told_by = telling(table) if table.form in ("prints", "contracts", "rows") else table.key
    axes = [*told_by, *further]
    chosen = list(dict.fromkeys(_chosen(table, held[0], lens)))[: lens.most_rows]
    rows = []
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
