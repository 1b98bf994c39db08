"""A quantity over time: the latest row, its range, what it changed or added up to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import change, change_pct, mean, middle, share_above
from ..read.columns import is_name, words_of
from ..read.forms import Table
from ..read.units import Kind, Unit
from ..read.values import derive
from .lens import Lens, holds
from .measures import Measure, Placed, row, sums
from .sheet import Figure, Part, Pick

_MEANS = {"mean": mean, "median": middle}
_STATISTICS = {**_MEANS, "above 0": share_above}
_RELATIVE: Sequence[Kind] = ("pct", "ratio", "iv", "iv_points")
_CHANGE, _RECENT, _DIFFERENCE, _ABOVE = "change", "last 5", "difference", "spot above"
_SPOT = frozenset(["spot", "underlying"])
# Trading days.
_WEEK = 5
# Which end of its range a column of candles is told by.
_ENDS = {"high": slice(1), "low": slice(1, 2)}
_SHOWN, _EXTREMES = 6, 2


def series_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in a series whose rows are ordered by time."""
    leads, placed = lens.leading(measures), partial(lens.places, table.key)
    lead, last = leads[0], max(one.present[-1] for one in leads)
    rest = [one for one in measures if one not in leads]
    named = [one for one in rest if is_name(one.name)]
    candles = [one for one in measures if _ending(one) in _ENDS]
    newest = [one.figure(one.values[last]) for one in leads]
    yield Pick(1, [Part("latest", newest, placed(last))], ["latest"])
    if last < (end := table.size - 1):
        absent = [Figure(one.name, None) for one in leads]
        yield Pick(2, [Part("newest row", absent, placed(end))])
    if _DIFFERENCE in lens.hint.picks and len(leads) > 1:
        less = lead.changed("less", leads[1].values[last], lead.values[last])
        found = [replace(one, name=leads[1].name) for one in less]
        yield Pick(2, [Part("", found, (), lead.name)], [_DIFFERENCE])
    if _ABOVE in lens.hint.picks:
        yield Pick(2, [_above(lead, measures)], [_ABOVE])
    held = candles if len(candles) == 2 else [lead]
    ranges = [one.along(one.ends()[_ENDS.get(_ending(one), slice(2))], placed) for one in held]
    yield Pick(2, ranges, ["range"])
    runs = holds(table.path, "running")
    yield Pick(3, [] if runs else [_statistics(lead, lens)], [*_STATISTICS, _CHANGE])
    flows = [one for one in measures if one.flows]
    yield Pick(3, [sums(f"sum of {table.size:,} rows", flows)], ["sum"])
    if _RECENT in lens.hint.picks:
        recent = [one.over(one.values[-_WEEK:]) for one in flows]
        yield Pick(3, [sums(f"sum of the last {_WEEK} rows", recent)], [_RECENT])
    if lead.present[0] != last:
        yield Pick(4, [row("first", leads[:1], lead.present[0], placed)], ["first"])
    if len(named) > _SHOWN:
        yield Pick(3, _extremes(named, last, placed), ["largest"])
        rest = [one for one in rest if one not in named]
    if rest:
        yield Pick(5, [row("latest", rest[:_SHOWN], last, placed)])
    for one in leads[1:3]:
        yield Pick(5, [one.along(one.ends(), placed)], ["ranges"])


def _above(level: Measure, measures: Sequence[Measure]) -> Part:
    """Return in which share of the rows spot stood above a level."""
    spots = (one.values for one in measures if _SPOT & set(words_of(one.name)))
    off = [derive(change, *pair) for pair in zip(level.values, next(spots, ()), strict=False)]
    share = Figure("", derive(share_above, off), Unit("pct"))
    return Part("share of rows with spot above", [share] if any(off) else [], (), level.name)


def _extremes(named: Sequence[Measure], at: int, placed: Placed) -> list[Part]:
    """Return the two highest and the two lowest figures of a row, and whose there is none."""
    known = [one for one in named if one.values[at] is not None]
    order = sorted(known, key=lambda one: -(one.values[at] or 0))
    ends = order if len(order) <= 2 * _EXTREMES else [*order[:_EXTREMES], *order[-_EXTREMES:]]
    absent = [one for one in named if one not in known]
    return [
        Part("latest", [], placed(at)),
        Part("highest and lowest", [one.figure(one.values[at]) for one in ends]),
        Part("not reported", [one.figure(None) for one in absent]),
    ]


def _ending(held: Measure) -> str:
    return "".join(words_of(held.name)[-1:])


def _statistics(held: Measure, lens: Lens) -> Part:
    """Return what a hint asks for, else the change of a level; nothing of what adds over time."""
    figures: list[Figure] = []
    if held.flows or holds(held.name, "running"):
        return Part("", figures)
    for kind, function in _STATISTICS.items():
        if kind in lens.hint.picks:
            unit = held.unit if kind in _MEANS else Unit("pct")
            figures.append(replace(held.figure(derive(function, held.values), kind), unit=unit))
    if not figures or _CHANGE in lens.hint.picks:
        ends = [held.values[held.present[end]] for end in (0, -1)]
        figures += held.changed(_CHANGE, *ends)
        if held.unit.kind not in _RELATIVE and (part := derive(change_pct, *ends)) is not None:
            figures.append(Figure("", part, Unit("pct"), signed=True))
    return Part("", [replace(one, name="") for one in figures], (), held.name)
