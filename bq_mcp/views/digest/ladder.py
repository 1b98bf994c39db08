"""Quantities by price: the largest, beside spot, some percent away, and their total."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise

from ..read.forms import Table
from ..read.values import number
from .lens import Lens, holds
from .measures import LARGEST, Measure, Placed, bare, row, totals
from .sheet import Pick

_STEPS = (1, 2, 5, 10)


def ladder_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in figures by price, whose rows are ordered by it."""
    leads, placed = lens.leading(measures), partial(lens.places, table.key)
    prices = [number(value) for value in table.key[0].values]
    yield _largest(leads, placed)
    yield totals(table, measures, placed)
    near = lens.near(prices, 0, leads[0].present)
    yield Pick(2, [] if near is None else [row("nearest spot", leads, near, placed)], ["spot"])
    for step in _STEPS:
        steps = {f"{away:+d}%": lens.near(prices, away, leads[0].present) for away in (-step, step)}
        rows = [(words, at) for words, at in steps.items() if at is not None]
        parts = [row(words, leads, at, placed) for words, at in rows]
        parts = [leads[0].along(rows, placed)] if len(leads) == 1 else parts
        yield Pick(4 if step in (1, 5) else 5, parts, [f"{step}%"])
    found = _turns(leads[0], prices, lens.spot)
    turns = [leads[0].along(x, placed, f"sign change nearest spot{side}") for side, x in found]
    yield Pick(4, turns, ["sign change"])


def _largest(leads: Sequence[Measure], placed: Placed) -> Pick:
    """Return the largest figures of each sign: three of one quantity, one where several lead.

    Of levels, whose size means nothing, the highest and the lowest; nothing of a running sum.
    """
    lead, sized = leads[0], [one for one in leads if one.adds]
    if len(leads) == 1 and (lead.signed or lead.unit.kind in ("usd", "exposure")):
        sized = [lead]
    if holds(lead.name, "running"):
        return Pick(1, [], ["largest"])
    if lead not in sized:
        return Pick(1, [lead.along(lead.ends(), placed)], ["range"])
    limit, parts = LARGEST if len(sized) == 1 else 1, []
    for one in sized:
        signs = {"largest positive": 1, "largest negative": -1} if one.signed else {"largest": 0}
        for words, sign in signs.items():
            parts.append(one.along(bare(one.largest(limit, sign)), placed, words, 2))
    return Pick(1, parts, ["largest"])


def _turns(
    held: Measure, prices: Sequence[float | None], spot: float | None
) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield between which two listed prices a quantity changes sign, nearest to spot.

    A sum that runs from spot starts anew there: its sides are looked at one by one.
    """
    off = {at: price - spot for at in held.present if (price := prices[at]) and spot}
    signs = {at: value > 0 for at in off if (value := held.values[at])}
    turns = [pair for pair in pairwise(signs) if signs[pair[0]] != signs[pair[1]]]
    sides = {" above": 1, " below": -1} if holds(held.name, "running") else {"": 0}
    for side, sign in sides.items():
        fits = [turn for turn in turns if all(off[at] * sign >= 0 for at in turn)]
        if fits:
            low, high = min(fits, key=lambda turn: abs(off[turn[0]]))
            yield side, [("from", low), ("to", high)]
