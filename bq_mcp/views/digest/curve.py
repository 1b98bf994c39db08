"""Quantities by expiry: the front, usual tenors, the next anchor, the largest and the slope."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..arithmetic import expiry_type
from ..read.forms import Column, Table
from ..read.values import number, settlement
from .groups import shares
from .lens import Lens, holds
from .measures import Measure, total_rows, totals
from .sheet import Figure, Pick

TENORS = (7, 30, 90)
_TOLERANCE = 1 / 3


@dataclass(frozen=True)
class Tenors:
    """Expiries along an axis; `living` are those not settled, the nearest first, with their days.

    Days are whole and to the settlement, as served beside the expiries or else computed.
    """

    axis: Column
    living: Mapping[int, float]

    def named(self, tenors: Sequence[int]) -> list[tuple[str, int]]:
        """Return the expiries that have a name, one with several names once, the nearest first."""
        rows = dict[int, list[str]]()
        kinds = {at: expiry_type(self.axis.values[at]) for at in self.living}
        anchors = [at for at, kind in kinds.items() if kind in ("monthly", "quarterly")]
        named = {"front": next(iter(kinds), None), "next anchor": next(iter(anchors), None)}
        named |= {f"~{days}d": self.near(days) for days in tenors}
        for words, at in named.items():
            if at is not None:
                rows.setdefault(at, []).append(words)
        return [(", ".join(rows[at]), at) for at in self.living if at in rows]

    def near(self, days: float) -> int | None:
        """Return the expiry nearest to a tenor, None where none lies within a third of it."""
        away = {at: abs(left - days) for at, left in self.living.items()}
        found = min(away, key=lambda at: away[at], default=None)
        return found if found is not None and away[found] <= days * _TOLERANCE else None


def tenors_of(axis: Column, columns: Sequence[Column], lens: Lens) -> Tenors:
    """Return the expiries along an axis with their days: beside them as served, else computed."""
    served = next((one.values for one in (axis, *columns) if one.role == "days"), None)
    rows = range(len(axis.values))
    days = [number(served[at] if served else lens.place(axis, at).days) for at in rows]
    ends = [settlement(value) for value in axis.values]
    past = {at for at, end in enumerate(ends) if end and end <= lens.instant}
    left = {at: x for at, x in enumerate(days) if x is not None and x >= 0 and at not in past}
    return Tenors(axis, {at: left[at] for at in sorted(left, key=left.__getitem__)})


def curve_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in figures by expiry; of what adds the usual tenors say nothing."""
    columns, whole = (*table.key, *table.columns), total_rows(table.key, measures)
    axis = next((one for one in columns if one.role == "expiry"), table.key[0])
    tenors = tenors_of(axis, columns, lens)
    leads = [one.without(whole) for one in lens.leading(measures)]
    placed = partial(lens.places, [axis])
    yield totals(table, measures, partial(lens.places, table.key))
    if leads[0].adds:
        yield Pick(1, [shares(leads[0], placed)], ["largest"])
    for place, held in enumerate(leads):
        part = held.along(tenors.named(() if held.adds else TENORS), placed)
        part = replace(part, figures=[*part.figures, *_slope(held, tenors)])
        yield Pick(4 if place else 1, [part], ["tenors"])


def _slope(held: Measure, tenors: Tenors) -> Sequence[Figure]:
    """Return the difference of a level between 30 and 90 days."""
    near, far = tenors.near(30), tenors.near(90)
    if near is None or far is None or near == far or held.adds or holds(held.name, "running"):
        return []
    return held.changed("slope ~30d to ~90d", held.values[near], held.values[far])
