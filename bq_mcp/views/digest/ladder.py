"""Quantities by price: the largest, beside spot, some percent away, and their total."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise

from ..read.forms import Table
from ..read.values import number
from .lens import Lens, is_running
from .measures import LARGEST, Measure, Placed, bare, gaps, row, sums
from .sheet import Pick

_STEPS = (1, 2, 5, 10)
_WITHIN = (2, 5)


def ladder_picks(table: Table, measures: Sequence[Measure], lens: Lens) -> Iterator[Pick]:
    """Yield what stands out in figures by price, whose rows are ordered by it."""
    leads, placed = lens.leading(measures), partial(lens.places, table.key)
    prices = [number(value) for value in table.key[0].values]
    added = [one for one in measures if one.adds]
    yield Pick(1, [sums(f"total of {table.size:,} rows", added)], ["total"])
    yield from largest_picks(leads, placed, lens.asked("largest by sign"))
    beside = _beside(leads[0], prices, lens.spot)
    near = [row("nearest spot", leads, at, placed) for at in beside[:1]]
    near += [replace(row("", leads, at, placed), most=0) for at in beside[1:]]
    yield Pick(2, near, ["spot"])
    yield from _steps(leads, prices, lens, placed, set(beside if lens.asked("spot") else ()))
    for step in _WITHIN if lens.spot else ():
        off = [abs((price or 0) / (lens.spot or 1) - 1) * 100 for price in prices]
        rows = [at for at, away in enumerate(off) if away <= step]
        inside = [one.over([one.values[at] for at in rows]) for one in added if not one.signed]
        yield Pick(5, [sums(f"total within {step}% of spot", inside)], [f"within {step}%"])
    turns = [leads[0].along(turn, placed, f"sign change nearest spot{side}")
             for side, turn in _turns(leads[0], prices, lens.spot)]  # fmt: skip
    yield Pick(4, turns, ["sign change"])
    yield Pick(6, [gaps(leads)])


def largest_picks(
    leads: Sequence[Measure],
    placed: Placed,
    by_sign: bool = False,
) -> Iterator[Pick]:
    """Yield the largest figures: three of one quantity, or one of each where several lead.

    Then those among the three largest of each sign that are not told yet; `by_sign` only these. Of
    levels, whose size means nothing, the highest and the lowest.
    """
    sized = [one for one in leads if one.sized and (one.adds or len(leads) == 1)]
    if leads[0] not in sized:
        yield Pick(1, [leads[0].along(leads[0].ends(), placed)], ["range"])
        return
    limit = 0 if by_sign else LARGEST if len(sized) == 1 else 1
    tops = [one.largest(limit) for one in sized]
    parts = [
        one.along(bare(rows), placed, "largest") for one, rows in zip(sized, tops, strict=True)
    ]
    yield Pick(1, parts, ["largest"])
    for one, told in zip(sized[:2], tops, strict=False):
        signs = {"positive ": 1, "negative ": -1} if one.signed else {"": 0}
        for word, sign in signs.items():
            rows = [at for at in one.largest(LARGEST, sign) if at not in told]
            words = f"{'next ' if told else ''}largest {word}".strip()
            yield Pick(5, [one.along(bare(rows), placed, words, 2)], ["largest by sign"])


def _beside(held: Measure, prices: Sequence[float | None], spot: float | None) -> list[int]:
    """Return the rows listed next to spot on either side, the nearest first."""
    away = {at: price - spot for at in held.present if (price := prices[at]) is not None and spot}
    below = [at for at in away if away[at] <= 0][-1:]
    above = [at for at in away if away[at] > 0][:1]
    return sorted([*below, *above], key=lambda at: abs(away[at]))


def _steps(
    leads: Sequence[Measure],
    prices: Sequence[float | None],
    lens: Lens,
    placed: Placed,
    seen: set[int],
) -> Iterator[Pick]:
    """Yield the figures at the listed prices nearest to some percent from spot."""
    for step in _STEPS:
        steps = {f"{sign * step:+d}%": sign * step for sign in (-1, 1)}
        found = [
            (words, lens.near(prices, away, leads[0].present)) for words, away in steps.items()
        ]
        rows = [(words, at) for words, at in found if at is not None and at not in seen]
        seen.update(at for _, at in rows)
        parts = [row(words, leads, at, placed) for words, at in rows]
        parts = [leads[0].along(rows, placed)] if len(leads) == 1 else parts
        yield Pick(4 if step in (1, 5) else 5, parts, [f"{step}%"])


def _turns(
    held: Measure, prices: Sequence[float | None], spot: float | None
) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield between which two listed prices a quantity changes sign, nearest to spot.

    A sum that runs from spot starts anew there: its sides are looked at one by one.
    """
    rows = [at for at in held.present if held.values[at] and prices[at]] if spot else []
    turns = [
        (low, high)
        for low, high in pairwise(rows)
        if ((held.values[low] or 0) > 0) != ((held.values[high] or 0) > 0)
    ]
    off = {at: (prices[at] or 0) - (spot or 0) for turn in turns for at in turn}
    sides = {" above": 1, " below": -1} if is_running(held.name) else {"": 0}
    for side, sign in sides.items():
        fits = [turn for turn in turns if all(off[at] * sign >= 0 for at in turn)]
        if fits:
            low, high = min(fits, key=lambda turn: abs(off[turn[0]]))
            yield side, [("from", low), ("to", high)]
