"""The fault matrix as data: what an agent is promised in each cell, and the page that says so."""

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
COLUMNS = ("cold", "held")
# Fifty meet what one meets, and each other.
CALLERS = (pytest.param(1, marks=pytest.mark.sweep), 50)


@dataclass(frozen=True)
class Cell:
    """What the agent gets, in the words of the page, and the requests it may cost."""

    outcome: str
    requests: int


@dataclass(frozen=True)
class Row:
    """The promises for one fault: with nothing in the store, and with an older answer there.

    Fifty equal questions cost what one does.
    """

    cold: Cell
    held: Cell

    def cells(self) -> tuple[Cell, ...]:
        """Return the cells in the order of `COLUMNS`."""
        return self.cold, self.held


def _fails(kind: str, cold: int, held: int) -> Row:
    """Return the row of a failure that an older answer outlives."""
    return Row(Cell(f"error {kind}", cold), Cell(f"STALE {kind}", held))


def _same(outcome: str) -> Row:
    """Return the row of a reply that counts whatever is held."""
    return Row(Cell(outcome, 1), Cell(outcome, 1))


MATRIX = {
    "refused": _fails("unreachable", 2, 2),
    "reset": _fails("unreachable", 2, 2),
    "slow_first_byte": _fails("timeout", 1, 1),
    "slow_body": _fails("timeout", 1, 1),
    "cut_body": _fails("malformed", 2, 2),
    "html": _fails("malformed", 2, 2),
    "wrong_content_type": _same("fresh"),
    "http_500": _fails("upstream_fault", 2, 2),
    "http_502": _fails("upstream_unavailable", 3, 1),
    "http_503": _fails("upstream_unavailable", 3, 1),
    "http_504": _fails("upstream_unavailable", 3, 1),
    "edge_408": _fails("upstream_unavailable", 3, 1),
    "edge_520": _fails("upstream_unavailable", 3, 1),
    "burst_429": _fails("burst_limit", 1, 1),
    "burst_429_without_retry_after": _fails("burst_limit", 1, 1),
    "quota_429": _fails("quota", 1, 1),
    "http_401": _same("error unauthorized"),
    "http_403": _same("error forbidden"),
    "page_401": _fails("blocked", 1, 1),
    "page_403": _fails("blocked", 1, 1),
    "http_404": _same("no data"),
    "http_422": _same("error invalid_request"),
    "computed_at_in_future": _same("age unknown"),
    "computed_at_1970": _same("old"),
    "clock_ahead": _same("fresh"),
    "clock_behind": _same("fresh"),
    "frozen_data": _same("late"),
    "cached_copy": _same("late"),
    "huge_body": _fails("too_large", 1, 1),
}


def cells() -> list[tuple[str, str, Cell]]:
    """Return every cell of the matrix with its fault and its column."""
    return [
        (kind, column, cell)
        for kind, row in MATRIX.items()
        for column, cell in zip(COLUMNS, row.cells(), strict=True)
    ]


def cells_of_the_page() -> list[tuple[str, str, Cell]]:
    """Return every cell of the one table of the page whose first column is headed `fault`.

    A row is about each of the faults it names.
    """
    lines = PAGE.read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| fault |"))
    columns = _row(lines[start])[1:]
    rows = map(_row, takewhile(lambda line: line.startswith("|"), lines[start + 2 :]))
    return [
        (kind, column, _cell(text))
        for kinds, *texts in rows
        for kind in re.findall(r"`(\w+)`", kinds)
        for column, text in zip(columns, texts, strict=True)
    ]


def _row(line: str) -> list[str]:
    return [part.strip() for part in line.strip("|").split("|")]


def _cell(text: str) -> Cell:
    outcome, requests = text.rsplit(" · ", 1)
    return Cell(outcome, int(requests))
