"""Quantities by name: the largest, the smallest, the total; over time the newest instant first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import total
from ..read.columns import leaf_of
from ..read.forms import Column, Table
from ..read.values import derive
from .curve import shares
from .lens import LEADS, Lens
from .measures import LARGEST, NOT_LEADING, Measure, bare, row, sums, total_rows
from .series import series_picks
from .sheet import Figure, Part, Pick

_OF_TOTALS = frozenset(["highest", "lowest", "change", "sum", "last 5"])


def cross_section_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out among named rows; one that is their total is no member."""
    placed, totals = partial(lens.places, table.key), total_rows(table.key, measures)
    members = [one.without(totals) for one in measures]
    added = [one for one in measures if one.adds]
    whole = [row("as served", added, at, placed) for at in totals]
    size = table.size - len(totals)
    summed = [one for one in members if one.adds]
    yield Pick(1, whole or [sums(f"total of {size:,} rows", summed)], ["total"])
    for place, held in enumerate(members[:LEADS]):
        order = sorted(held.present, key=lambda at: -(held.values[at] or 0))
        ends = order if len(order) <= LARGEST else [*order[:2], *order[-2:]]
        part = held.along(bare(ends), placed, "highest and lowest")
        shared = held.adds and not held.signed
        yield Pick(1 + place, [shares(held, placed) if shared else part], ["largest"])
    lead = measures[0].values
    absent = [Figure("", None, places=placed(at)) for at, x in enumerate(lead) if x is None]
    yield Pick(3, [Part("not reported", absent)], ["absent"])


def panel_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield the newest instant of named rows as a cross-section, and how their total ran."""
    time = next(axis for axis in table.key if axis.role == "time")
    newest = max(filter(None, time.places), key=str)
    rows = [at for at, place in enumerate(time.places) if place == newest]
    key = [axis.take(rows) for axis in table.key if axis is not time]
    now = [one.over([one.values[at] for at in rows]) for one in measures]
    latest = [Part("latest", [], [lens.place(time, rows[0])])]
    for pick in cross_section_picks(replace(table, size=len(rows), key=key), now, lens):
        parts = [part for part in pick.parts if part.figures]
        kinds = [*pick.kinds, "latest"] if "total" in pick.kinds else pick.kinds
        yield replace(pick, parts=[*latest, *parts] if parts else [], kinds=kinds)
        latest = [] if parts else latest
    if lens.hint.order == "time" and measures[0].adds:
        yield from _totals(table, time, measures[0].without(total_rows(table.key, measures)), lens)


def _totals(table: Table, time: Column, lead: Measure, lens: Lens) -> Iterator[Pick]:
    """Yield how the total of all names ran, where they are there at every instant."""
    held: dict[object, list[int]] = {}
    for at in lead.present:
        held.setdefault(time.places[at], []).append(at)
    if len(held) < 2 or len(set(map(len, held.values()))) > 1:
        return
    instants = time.take([rows[0] for rows in held.values()])
    sums_ = [derive(total, [lead.values[at] for at in rows]) for rows in held.values()]
    run = replace(table, size=len(held), key=[instants], columns=[], form="series")
    for pick in series_picks(run, [lead.over(sums_)], lens):
        if _OF_TOTALS.intersection(pick.kinds):
            parts = [replace(part, words=f"total, {part.words}".strip(" ,")) for part in pick.parts]
            yield replace(pick, rank=max(pick.rank, 3), parts=parts)


def turned(table: Table, lens: Lens) -> Table | None:
    """Return a panel whose names are quantities as the series of these that it is."""
    named = next((axis for axis in table.key if axis.role == "name"), None)
    figures = [one for one in table.columns if one.numeric]
    if table.form != "panel" or named is None or len(table.key) != 2 or len(figures) != 1:
        return None
    time, names = next(one for one in table.key if one is not named), dict.fromkeys(named.values)
    if len({lens.lead(str(name)) for name in names} - {NOT_LEADING}) < len(names):
        return None
    held: dict[object, dict[object, object]] = {}
    for at, place in enumerate(time.places):
        held.setdefault(place, {})[named.values[at]] = figures[0].values[at]
    axis = time.take([time.places.index(place) for place in held])
    columns = [
        Column(leaf_of(str(name)), [found.get(name) for found in held.values()], numeric=True)
        for name in names
    ]
    return replace(table, size=len(held), key=[axis], columns=columns, form="series")
