"""One quantity: its figures with their unit, and what stands out in it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import isclose

from ..arithmetic import change, missing, total
from ..read.columns import is_name, words_of
from ..read.forms import Column, Table
from ..read.units import AS_SERVED, IvScale, Unit
from ..read.values import derive
from .sheet import Figure, Part, Pick, Place

NOT_LEADING = 99
LARGEST = 3
Places = Sequence[Place]
Placed = Callable[[int], Places]
# Rows with the words they are told by.
Told = Iterable[tuple[str, int]]
_SUMMED = 6
_WHOLE = frozenset(["total", "all", "sum", "overall", "combined", "aggregate"])
# Among so many rows one is as large as all others by no accident.
_FEWEST = 4


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity of a table or of the cells of a grid, its figures in the order served.

    `lead` is its place among what the hint says leads. `adds`: a sum over strikes, expiries or
    names means something; `flows`: a sum over time does.
    """

    name: str
    values: Sequence[float | None]
    unit: Unit = AS_SERVED
    scale: IvScale | None = None
    lead: int = NOT_LEADING
    adds: bool = False
    flows: bool = False

    def figure(self, value: object, words: str = "", places: Places = ()) -> Figure:
        """Return a figure in the unit of the measure."""
        return Figure(self.name, value, self.unit, words, places, self.scale)

    def over(self, values: Sequence[float | None]) -> "Measure":
        """Return the same quantity over other rows."""
        return replace(self, values=values)

    def without(self, rows: Sequence[int]) -> "Measure":
        """Return the same quantity with nothing in some rows."""
        return self.over([None if at in rows else x for at, x in enumerate(self.values)])

    def along(
        self, rows: Told, placed: Placed, words: str = "", most: int | None = None, at: Places = ()
    ) -> Part:
        """Return the figures of several rows, each with its words and places; all stand `at`."""
        found = [self.figure(self.values[place], word, placed(place)) for word, place in rows]
        return Part(words, [replace(one, name="") for one in found], at, self.name, most)

    def made(self, words: str, function: Callable[..., float | None]) -> list[Figure]:
        """Return what a function makes of all figures, in their unit; none where it cannot."""
        value = derive(function, self.values)
        return [] if value is None else [self.figure(value, words)]

    def changed(self, words: str, first: object, last: object) -> list[Figure]:
        """Return last - first; of volatilities and percentages in points."""
        value, unit, kind = derive(change, first, last), self.unit, self.unit.kind
        unit = replace(unit, kind="iv_points") if kind in ("iv", "pct") else unit
        scale = "percent" if kind == "pct" else self.scale
        return [] if value is None else [Figure("", value, unit, words, (), scale, signed=True)]

    @property
    def present(self) -> list[int]:
        """The rows that have a figure."""
        return [at for at, value in enumerate(self.values) if value is not None]

    @property
    def signed(self) -> bool:
        """Whether there are figures of both signs."""
        found = [value for value in self.values if value]
        return bool(found) and min(found) < 0 < max(found)

    def largest(self, limit: int, sign: int = 0) -> list[int]:
        """Return the rows of the largest sizes, of one sign where `sign` is 1 or -1."""
        sizes = [(-abs(x), at) for at, x in enumerate(self.values) if x and x * (sign or x) > 0]
        return [at for _, at in sorted(sizes)[:limit]]

    def ends(self) -> list[tuple[str, int]]:
        """Return the rows of the highest and the lowest figure, none where all are the same."""
        order = sorted(self.present, key=lambda at: self.values[at] or 0)
        if not order or self.values[order[0]] == self.values[order[-1]]:
            return []
        return [("highest", order[-1]), ("lowest", order[0])]


def bare(rows: Iterable[int]) -> Told:
    """Return rows without words."""
    return [("", at) for at in rows]


def row(words: str, measures: Sequence[Measure], at: int, placed: Placed) -> Part:
    """Return the figures of one row; of several amounts those that are not zero."""
    held = [one for one in measures if one.values[at] != 0 or not (len(measures) > 1 and one.adds)]
    return Part(words, [one.figure(one.values[at]) for one in held or measures[:1]], placed(at))


def sums(words: str, added: Iterable[Measure]) -> Part:
    """Return the totals over all rows received of quantities that add, and the rows they lack."""
    found: list[Figure] = []
    for one in list(added)[:_SUMMED]:
        found += one.made("", total)
        if one.present and (lacking := derive(missing, one.values)):
            found.append(Figure("", lacking, Unit("count"), "n/a in"))
    return Part(words, found)


def total_rows(key: Sequence[Column], measures: Sequence[Measure]) -> list[int]:
    """Return the rows that are the total of the others: called so, or as large as they are."""
    names = [axis.values for axis in key if axis.role in ("name", "expiry")]
    rows = [" ".join(map(str, found)) for found in zip(*names, strict=True)]
    called = [at for at, name in enumerate(rows) if not _WHOLE.isdisjoint(words_of(name))]
    lead = next((one for one in measures if one.adds), None)
    if called or lead is None or len(key) > 1 or len(lead.present) < _FEWEST:
        return called if len(called) < len(rows) else []
    # A venue or a fund may be as large as the others, and is no total of them.
    whole, top = total(lead.values) or 0.0, [at for at in lead.largest(1) if rows]
    doubled = [at for at in top if isclose(2 * (lead.values[at] or 0), whole, rel_tol=1e-9)]
    return [at for at in doubled if not is_name(rows[at])]


def totals(table: Table, measures: Sequence[Measure], placed: Placed) -> Pick:
    """Return the totals of quantities that add: as served, else of all rows received."""
    added = [one for one in measures if one.adds]
    served = [row("as served", added, at, placed) for at in total_rows(table.key, measures)]
    return Pick(1, served or [sums(f"total of {table.size:,} rows", added)], ["total"])
