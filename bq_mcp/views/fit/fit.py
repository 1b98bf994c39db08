"""Choose the lines of an answer that fit, the most decisive first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .marks import Line


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


def fit(found: Sequence[Line], room: int, ranks: int) -> Fitted:
    """Return the lines of the first `ranks` ranks that fit in `room` tokens.

    They are taken by (rank, importance, position); where one does not fit, the lines behind it are
    still tried, but for other rows of its table. The head of a table comes with its first row.
    """
    heads = {line.table: line for line in found if line.total is not None}
    wanted = [line for line in found if line.total is None and line.rank <= ranks]
    kept: set[int] = set()
    shown = Counter[str]()
    closed: set[str] = set()
    used = 0
    for line in sorted(wanted, key=lambda line: (line.rank, line.importance)):
        head = None if shown[line.table] else heads.get(line.table)
        size = line.size + (head.size if head else 0)
        if line.table not in closed and used + size <= room:
            kept.add(id(line))
            shown[line.table] += 1
            used += size
        elif line.table:
            closed.add(line.table)
    kept.update(id(head) for name, head in heads.items() if shown[name])
    # A table that the next larger answer has not either is no reason to ask for it.
    rows = {name: head.total or 0 for name, head in heads.items() if head.rank <= ranks + 3}
    left = {name: (many - shown[name], many) for name, many in rows.items() if many > shown[name]}
    lines_left = sum(not line.table for line in found) - shown[""]
    lines = [line.text for line in found if id(line) in kept]
    return Fitted(lines, used, left, lines_left, whole=shown.total() == len(wanted))
