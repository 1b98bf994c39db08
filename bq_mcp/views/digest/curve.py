"""Quantities by expiry: the front, usual tenors, the next anchor, the largest and the slope."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from ..read.forms import Column, Table
from ..read.values import Row
from ..records import by_expiry, measured, named, next_anchor, tenor
from .groups import shares
from .lens import Lens, holds
from .measures import Measure, total_rows, totals
from .sheet import Figure, Pick

TENORS = (7, 30, 90)


def dated(axis: Column, columns: Sequence[Column]) -> list[Row]:
    """Return the expiries along an axis with the days served beside them; `at` is the place."""
    days = next((one.values for one in (axis, *columns) if one.role == "days"), None)
    return [{"at": at, "expiry": x, "dte": days and days[at]} for at, x in enumerate(axis.values)]


def living(axis: Column, columns: Sequence[Column], lens: Lens) -> list[Row]:
    """Return the expiries that have not settled, the nearest first, with served or whole days."""
    return measured(by_expiry(dated(axis, columns), lens.instant)[0], "dte")


def tenors(rows: Sequence[Row], days: Sequence[int] = TENORS) -> list[tuple[str, Any]]:
    """Return the expiries that have a name, the nearest first, with their names."""
    picks = {"front": next(iter(rows), None), "next anchor": next_anchor(rows)}
    picks |= {f"~{left}d": tenor(rows, "dte", left) for left in days}
    return [(", ".join(names), row["at"]) for row, names in named(rows, picks)]


def curve_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in figures by expiry; of what adds the usual tenors say nothing."""
    columns, whole = (*table.key, *table.columns), total_rows(table.key, measures)
    axis = next((one for one in columns if one.role == "expiry"), table.key[0])
    rows = living(axis, columns, lens)
    leads = [one.without(whole) for one in lens.leading(measures)]
    placed = partial(lens.places, [axis])
    yield totals(table, measures, partial(lens.places, table.key))
    if leads[0].adds:
        yield Pick(1, [shares(leads[0], placed)], ["largest"])
    for place, held in enumerate(leads):
        part = held.along(tenors(rows, () if held.adds else TENORS), placed)
        part = replace(part, figures=[*part.figures, *_slope(held, rows)])
        yield Pick(4 if place else 1, [part], ["tenors"])


def _slope(held: Measure, rows: Sequence[Row]) -> Sequence[Figure]:
    """Return the difference of a level between 30 and 90 days."""
    near, far = (tenor(rows, "dte", days) for days in (30, 90))
    if not near or not far or near is far or held.adds or holds(held.name, "running"):
        return []
    return held.changed("slope ~30d to ~90d", *(held.values[row["at"]] for row in (near, far)))
