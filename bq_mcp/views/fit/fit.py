"""Choose the lines of an answer that fit, the most decisive first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .marks import Unit


@dataclass(frozen=True, slots=True)
class Fitted:
    """The lines that fit, in reading order, and what was left out.

    `rows_left` maps a table to how many of its rows are not shown and how many were received;
    `lines_left` counts other lines. `whole`: all lines and rows of the ranks asked for are there.
    """

    lines: Sequence[str]
    size: int
    rows_left: Mapping[str, tuple[int, int]]
    lines_left: int
    whole: bool


def fit(found: Sequence[Unit], room: int, ranks: int) -> Fitted:
    """Return the units of the first `ranks` ranks that fit in `room` tokens.

    They are taken by (rank, importance, position); where one does not fit, the units behind it are
    still tried, but for other rows of its table. The head of a table comes with its first row.
    """
    heads = {unit.table: unit for unit in found if unit.total is not None}
    order = sorted(
        (unit.rank, unit.importance, place)
        for place, unit in enumerate(found)
        if unit.total is None and unit.rank <= ranks
    )
    kept: set[int] = set()
    shown = Counter[str]()
    closed: set[str] = set()
    used = 0
    for _, _, place in order:
        unit = found[place]
        if unit.table in closed:
            continue
        size = unit.size
        if unit.table in heads and not shown[unit.table]:
            size += heads[unit.table].size
        if used + size <= room:
            kept.add(place)
            shown[unit.table] += 1
            used += size
        else:
            closed.update(filter(None, [unit.table]))
    rows = {name: (unit.total or 0) for name, unit in heads.items()}
    return Fitted(
        lines=[
            unit.text
            for place, unit in enumerate(found)
            if place in kept or (unit.total is not None and shown[unit.table])
        ],
        size=used,
        rows_left={
            name: (rows[name] - shown[name], rows[name])
            for name in rows
            # A table that the next larger answer has not either is no reason to ask for it.
            if rows[name] > shown[name] and heads[name].rank <= ranks + 3
        },
        lines_left=sum(not unit.table for unit in found) - shown[""],
        whole=len(kept) == len(order),
    )
