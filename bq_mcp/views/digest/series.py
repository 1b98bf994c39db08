"""A quantity over time: the latest row, its range, what it changed or added up to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import change_pct, mean, middle, share_above
from ..read.columns import words_of
from ..read.forms import Table
from ..read.units import Unit
from ..read.values import derive
from .lens import Lens, is_running
from .measures import Measure, Placed, row, sums
from .sheet import Figure, Part, Pick

_MEANS = {"mean": mean, "median": middle}
_STATISTICS = ("mean", "median", "above 0", "change")
_LESS, _RECENT = "calls less puts", "last 5"
# Trading days.
_WEEK = 5
_SHOWN = 6


def series_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in a series whose rows are ordered by time."""
    leads = lens.leading(measures)
    lead, rest = leads[0], [one for one in measures if one not in leads]
    last, end = max(one.present[-1] for one in leads), table.size - 1
    placed = partial(lens.places, table.key)
    flows = [one for one in measures if one.flows]
    yield Pick(1, [row("latest", leads, last, placed)], ["latest"])
    yield from _ranges(lead, measures, lens, placed)
    yield Pick(3, [_statistics(lead, lens)], _STATISTICS)
    yield Pick(3, [sums(f"sum of {table.size:,} rows", flows)], ["sum"])
    if lens.asked(_RECENT):
        recent = [one.over(one.values[-_WEEK:]) for one in flows]
        yield Pick(3, [sums(f"sum of the last {_WEEK} rows", recent)], [_RECENT])
    if lens.asked(_LESS):
        yield Pick(3, list(_less(measures, placed)), [_LESS])
    if lead.present[0] != last:
        yield Pick(4, [row("first", leads[:1], lead.present[0], placed)], ["first"])
    late = [one for one in leads if one.values[last] is None]
    known = [one.along([("", one.present[-1])], placed, "newest") for one in late]
    yield Pick(2, known)
    if last < end:
        missing = [Figure(one.name, None) for one in leads if one.values[end] is None]
        yield Pick(2, [Part("newest row", missing, placed(end))])
    if len(rest) > _SHOWN and len({one.unit for one in rest}) == 1:
        filled = [one for one in rest if one.values[last] is not None]
        order = sorted(filled, key=lambda one: -(one.values[last] or 0))
        words = f"latest, highest and lowest of {len(rest)} others"
        yield Pick(2, [row(words, [*order[:2], *order[2:][-2:]], last, placed)], ["largest"])
    elif rest:
        yield Pick(5, [row("latest", rest[:_SHOWN], last, placed)])
    for held in (one for one in leads[1:3] if _ending(one) not in ("open", "high", "low", "close")):
        yield Pick(5, [held.along(_ends(held), placed)], ["ranges"])
        yield Pick(6, [_statistics(held, lens)])


def _ranges(
    lead: Measure, measures: Sequence[Measure], lens: Lens, placed: Placed
) -> Iterator[Pick]:
    """Yield the range of what leads; of candles the highest high and the lowest low."""
    candles = [one for one in measures if _ending(one) in ("high", "low")]
    held = candles if len(candles) == 2 else [lead]
    kinds = [["highest"], ["lowest"]] if lens.asked("highest") else [["highest", "lowest"]]
    for wanted in kinds:
        kind = wanted[0] if len(kinds) == 2 else "range"
        parts = [
            one.along([end for end in _ends(one) if kind in ("range", end[0])], placed)
            for one in held
        ]
        yield Pick(2, parts, [kind])


def _ends(held: Measure) -> list[tuple[str, int]]:
    """Return the rows of a range; of what flows the largest of each sign, the larger first."""
    ends, leaf = held.ends(), _ending(held)
    if leaf in ("high", "low"):
        return ends[:1] if leaf == "high" else ends[1:]
    if not held.flows or not ends:
        return ends
    if not held.signed:
        return [("largest", at) for at in held.largest(1)]
    found = [("largest positive", ends[0][1]), ("largest negative", ends[1][1])]
    return sorted(found, key=lambda end: -abs(held.values[end[1]] or 0))


def _ending(held: Measure) -> str:
    return "".join(words_of(held.name)[-1:])


def _statistics(held: Measure, lens: Lens) -> Part:
    runs = is_running(held.name)
    usual = [] if runs else ["above 0", "median"] if held.signed else ["change"]
    if held.flows and not held.signed:
        usual = []
    wanted = [kind for kind in _STATISTICS if lens.asked(kind) and not (held.flows or runs)]
    figures: list[Figure] = []
    for kind in wanted or usual:
        if kind == "above 0":
            figures += _percent(kind, derive(share_above, held.values))
        elif kind == "change":
            first, last = (held.values[held.present[end]] for end in (0, -1))
            figures += held.changed(kind, first, last)
            if first != last and held.unit.kind not in ("pct", "ratio", "iv", "iv_points"):
                figures += _percent("", derive(change_pct, first, last), signed=True)
        else:
            figures += held.made(kind, _MEANS[kind])
    return Part("", [replace(one, name="") for one in figures], (), held.name)


def _percent(words: str, value: object, signed: bool = False) -> list[Figure]:
    found = Figure("", value, Unit("pct"), words, signed=signed)
    return [] if value is None else [found]


def _less(measures: Sequence[Measure], placed: Placed) -> Iterator[Part]:
    """Yield the latest figure of calls less that of puts, of quantities alike but for it."""
    words = {frozenset(words_of(one.name)): one for one in measures}
    for found, call in words.items():
        put = words.get(found - {"call"} | {"put"}) if "call" in found else None
        if put is not None:
            at = call.present[-1]
            yield Part("latest", call.changed(_LESS, put.values[at], call.values[at]), placed(at))
