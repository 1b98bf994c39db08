"""Quantities by name: the largest, the smallest, the total; over time the newest instant first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import share_of_gross
from ..read.forms import Table
from ..read.values import derive
from .lens import LEADS, Lens
from .measures import LARGEST, Measure, Placed, bare, total_rows, totals
from .sheet import Figure, Part, Pick


def cross_section_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out among named rows; one that is their total is no member."""
    placed, whole = partial(lens.places, table.key), total_rows(table.key, measures)
    yield totals(table, measures, placed)
    for place, held in enumerate(one.without(whole) for one in measures[:LEADS]):
        order = sorted(held.present, key=lambda at: -(held.values[at] or 0))
        ends = order if len(order) <= LARGEST else [*order[:2], *order[-2:]]
        part = held.along(bare(ends), placed, "highest and lowest")
        shared = held.adds and not held.signed
        yield Pick(1 + place, [shares(held, placed) if shared else part], ["largest"])
    empty = [at for at, x in enumerate(measures[0].values) if x is None]
    absent = [Figure("", None, places=placed(at)) for at in empty]
    yield Pick(3, [Part("not reported", absent)], ["absent"])


def panel_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield the newest instant of named rows as a cross-section."""
    time = next(axis for axis in table.key if axis.role == "time")
    newest = max(filter(None, time.places), key=str)
    rows = [at for at, place in enumerate(time.places) if place == newest]
    key = [axis.take(rows) for axis in table.key if axis is not time]
    now = [one.over([one.values[at] for at in rows]) for one in measures]
    latest = Part("latest", [], [lens.place(time, rows[0])])
    for pick in cross_section_picks(replace(table, size=len(rows), key=key), now, lens):
        parts = [part for part in pick.parts if part.figures]
        kinds = [*pick.kinds, "latest"] if "total" in pick.kinds else pick.kinds
        yield replace(pick, parts=[latest, *parts] if parts else [], kinds=kinds)


def shares(held: Measure, placed: Placed) -> Part:
    """Return the largest figures, each with its share of the sum of sizes."""
    words = "largest (share of gross)" if held.signed else "largest (share)"
    part = held.along(bare(held.largest(LARGEST)), placed, words, 2)
    parts = [derive(share_of_gross, one.value, held.values) for one in part.figures]
    found = [replace(one, share=x) for one, x in zip(part.figures, parts, strict=True)]
    return replace(part, figures=found)
