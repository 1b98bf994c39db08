"""Quantities by expiry: the front, usual tenors, the next anchor, the largest and the slope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..arithmetic import expiry_type, share_of_gross
from ..read.forms import Column, Table
from ..read.units import Kind
from ..read.values import derive, number, settlement
from .lens import Lens, is_running
from .measures import LARGEST, Measure, Placed, bare, gaps, row, sums, total_rows
from .sheet import Figure, Part, Pick, Place

_TENORS = (7, 30, 90)
_TOLERANCE = 1 / 3
_SLOPES: Sequence[Kind] = ("iv", "iv_points", "pct", "ratio", "as_served")
# Of a day or two an annualised rate says little.
_NEAREST, _FROM_DAYS = "nearest from 3d", 3


@dataclass(frozen=True)
class Tenors:
    """Expiries along an axis; `days` are whole days left, as served or to their settlement."""

    axis: Column
    days: Sequence[float | None]
    lens: Lens

    @property
    def living(self) -> dict[int, float]:
        """The expiries that have not settled with their days, the nearest first."""
        ends = [settlement(value) for value in self.axis.values]
        found = [(days, at) for at, days in enumerate(self.days) if days is not None and days >= 0]
        past = {at for at, end in enumerate(ends) if end and end <= self.lens.instant}
        return {at: days for days, at in sorted(found) if at not in past}

    def named(self, without: str) -> list[tuple[str, int]]:
        """Return the expiries that have a name, one with several names once, the nearest first.

        `without` is how the names begin that say nothing here.
        """
        living, rows = self.living, dict[int, list[str]]()
        kinds = [expiry_type(value) for value in self.axis.values]
        anchors = [at for at in living if kinds[at] in ("monthly", "quarterly")]
        front = _NEAREST if self.lens.asked(_NEAREST) else "front"
        least = _FROM_DAYS if front == _NEAREST else 0
        named = {front: next((at for at in living if living[at] >= least), None)}
        named["next anchor"] = next(iter(anchors), None)
        named |= {f"~{days}d": self.near(days) for days in _TENORS}
        for words, at in named.items():
            if at is not None and not words.startswith(without):
                rows.setdefault(at, []).append(words)
        return [(", ".join(rows[at]), at) for at in living if at in rows]

    def near(self, days: float) -> int | None:
        """Return the expiry nearest to a tenor, None where none lies within a third of it."""
        away = {at: abs(left - days) for at, left in self.living.items()}
        found = min(away, key=lambda at: away[at], default=None)
        return found if found is not None and away[found] <= days * _TOLERANCE else None

    def placed(self, at: int) -> list[Place]:
        """Return an expiry with its days, or the days alone where there is no date."""
        role, value = self.axis.role, self.axis.values[at]
        return [Place(role, value, days=None if role == "days" else self.days[at])]


def tenors_of(axis: Column, columns: Sequence[Column], lens: Lens) -> Tenors:
    """Return the expiries along an axis with their days: beside them as served, else computed."""
    served = next((one for one in (axis, *columns) if one.role == "days"), None)
    if served is not None:
        return Tenors(axis, [number(value) for value in served.values], lens)
    return Tenors(axis, [number(lens.place(axis, at).days) for at in range(len(axis.values))], lens)


def curve_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in figures by expiry; of what adds the usual tenors say nothing."""
    totals = total_rows(table.key, measures)
    served = [one for one in measures if one.adds]
    measures = [one.without(totals) for one in measures]
    columns, leads = (*table.key, *table.columns), lens.leading(measures)
    axis = next((one for one in columns if one.role == "expiry"), table.key[0])
    tenors, added = tenors_of(axis, columns, lens), [one for one in measures if one.adds]
    whole = [row("as served", served, at, partial(lens.places, table.key)) for at in totals]
    yield Pick(1, whole or [sums(f"total of {table.size:,} rows", added)], ["total"])
    if leads[0].adds:
        yield Pick(1, [shares(leads[0], tenors.placed)], ["largest"])
    for place, held in enumerate(leads):
        part = held.along(tenors.named("~" if held.adds else " "), tenors.placed)
        part = replace(part, figures=[*part.figures, *_slope(held, tenors)])
        yield Pick(4 if place else 1, [part], ["tenors"])
    yield Pick(6, [gaps([one for one in leads if one.values.count(None) > len(totals)])])


def shares(held: Measure, placed: Placed) -> Part:
    """Return the largest figures, each with its share of the sum of sizes."""
    rows, base = held.largest(LARGEST), "share of gross" if held.signed else "share"
    part = held.along(bare(rows), placed, f"largest ({base})", 2)
    parts = [derive(share_of_gross, held.values[at], held.values) for at in rows]
    found = [replace(one, share=x) for one, x in zip(part.figures, parts, strict=True)]
    return replace(part, figures=found)


def _slope(held: Measure, tenors: Tenors) -> list[Figure]:
    """Return the difference of two tenors, 30 to 90 days or else 7 to 90."""
    start = next((days for days in (30, 7) if tenors.near(days) is not None), 0)
    near, far = tenors.near(start), tenors.near(90)
    slopes = held.unit.kind in _SLOPES and not is_running(held.name)
    if near is None or far is None or near == far or held.adds or not slopes:
        return []
    return held.changed(f"slope ~{start}d to ~90d", held.values[near], held.values[far])
