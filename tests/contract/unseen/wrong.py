"""What in an answer its payload does not bear out: figures, units, places, dates and labels.

Conservative on purpose: a figure counts as wrong where no value and no plain derivation prints as
it, or where it stands in one phrase with a place, a superlative or a sum that it does not fit.
"""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import permutations
from typing import Any

from tests.contract.unseen.facts import CELL, Figure, figures, first_day, heading, stands
from tests.contract.unseen.known import (
    NOT_ADDING,
    PRICES,
    Known,
    by_axis,
    known_of,
    numeric,
    within,
)
from tests.contract.unseen.shapes import NOW, Row, token
from tests.contract.unseen.worlds import Canon, Case

_FRAME = ("…", "more:", "next:", "caveat", "error:", "SIMULATED", "STALE")
_STAMPS = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[ T](?P<at>\d\d:\d\d))?|(?P<clock>\b\d\d:\d\d)(?::\d\d)?Z"
    r"|\b(?P<token>\d{1,2}[A-Z]{3}\d{2})\b"
)
# Figures of our own wording: at spot, ±1, 2, 5, 10 %, per 1%, 25 delta, 0-100.
_FIXED = frozenset((0.0, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 75.0, 100.0))
_EXTREME = re.compile(r"\b(?:highest|lowest|largest|biggest|max(?:imum)?|min(?:imum)?)\b", re.I)
_ENDS = ((re.compile(r"\b(?:latest|newest|now)\b(?! \d\b)", re.I), max),
         (re.compile(r"\b(?:oldest|first)\b", re.I), min))  # fmt: skip
_SUM = re.compile(r"\b(?:sums?|totals?)\b", re.I)
# Words after which a figure need not be one of the place beside it.
_ELSEWHERE = re.compile(
    r"\b(?:since|from|to|over|chang\w*|mean|median|sum|totals?|share|of|rows|window|prints|between"
    r"|within|cumul\w*|slope|vs|against|days?|other)\b|≈",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"[<>]-?\d|\d (?:items|more|columns)")
_DISTANCE = re.compile(r"(?P<before>\S+) \((?P<percent>[+-]\d+(?:\.\d+)?%)\)")
_EMPTY = re.compile(r"\b(?:none|null|nan|undefined)\b", re.IGNORECASE)


def faults(case: Case, text: str) -> Sequence[str]:
    """Return what is wrong in an answer, a phrase each."""
    known, day = known_of(case), first_day(text)
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.split("\n")]
    found = []
    for at, line in enumerate(lines):
        wrong = [f"{word} printed" for word in _EMPTY.findall(line)]
        wrong += _strange_stamps(line, known, day)
        if at and line and not line.startswith(_FRAME):
            wrong += _in_body(case, known, line, lines[:at], day)
        found += [f"{what}: {line[:200]}" for what in wrong]
    return found


def _in_body(case: Case, known: Known, line: str, above: Sequence[str], day: date) -> Iterator[str]:
    yield from _strange_figures(known, line)
    yield from _strange_distances(case, known, line)
    if heading(line, len(line), above):
        yield from _misplaced_cells(case, line, day)
        return
    for phrase in re.split(r" · |; ", line):
        yield from _misplaced(case, phrase, day)
        yield from _mislabelled(case, phrase, day)
        yield from _senseless_sums(known, phrase)


def _strange_stamps(line: str, known: Known, day: date) -> Iterator[str]:
    """Yield dates, times and expiry tokens that are not in the payload."""
    tokens = {token(one) for one in known.days}
    for found in _STAMPS.finditer(line):
        clock = found["at"] or found["clock"]
        if found["token"]:
            fine = found["token"].zfill(7) in tokens
        elif clock:
            fine = f"{found['day'] or day} {clock}" in known.minutes
        else:
            fine = date.fromisoformat(found["day"]) in known.days
        if not fine:
            yield f"date {found[0]} not served"


def _strange_figures(known: Known, line: str) -> Iterator[str]:
    """Yield figures that no value, and no plain derivation of one, prints as."""
    for figure in figures(line):
        bounded = line[: figure.start].endswith(("<", ">"))
        if bounded or figure.value in _FIXED or _is_duration(figure):
            continue
        if figure.percent:
            fine = known.has_percent("percent", figure)
        elif figure.dollar:
            fine = known.has("dollar", figure)
        else:
            fine = known.has("any", figure) or _is_count(known, figure)
        if not fine or (figure.value >= 1e9 and known.has("instant", figure)):
            yield f"figure {figure.text} from nowhere"


def _is_duration(figure: Figure) -> bool:
    return re.fullmatch(r"\d{1,3}m", figure.text) is not None


def _is_count(known: Known, figure: Figure) -> bool:
    return figure.value.is_integer() and 0 <= figure.value <= known.rows


def _strange_distances(case: Case, known: Known, line: str) -> Iterator[str]:
    """Yield bracketed percentages: of what is no price, or not the distance of a price."""
    for found in _DISTANCE.finditer(line):
        (percent,) = figures(found["percent"])
        for figure in figures(found["before"]):
            away = 100 * (figure.value / case.spot - 1)
            is_distance = abs(away - percent.value) < 0.051
            if is_distance and not known.has("price", figure):
                yield f"distance {found[0]} of what is no price"
            elif (
                known.has("price", figure) and not is_distance and not known.has("change", percent)
            ):
                yield f"distance {found[0]} is not from spot"


def _misplaced_cells(case: Case, line: str, day: date) -> Iterator[str]:
    """Yield cells of a table's row that stand beside a place with other figures."""
    near = _near(case, line, day)
    for cell in line.split(CELL) if near else ():
        told = [figure for figure in figures(cell) if not _is_duration(figure)]
        fine = any(within(figure, near) for figure in told) or all(
            _is_place(case, one) for one in told
        )
        if not fine and not _COUNTED.search(cell):
            yield f"cell {cell!r} not of that row"


def _misplaced(case: Case, phrase: str, day: date) -> Iterator[str]:
    """Yield a phrase that names a place and has no figure the payload has there."""
    if _ELSEWHERE.search(phrase):
        return
    told = [
        figure
        for figure in figures(phrase)
        if not _is_place(case, figure) and not phrase[: figure.start].endswith("(")
    ]
    near = _near(case, phrase, day) if told else []
    if near and not any(within(figure, near) for figure in told):
        yield f"{phrase!r} has no figure of its place"


def _mislabelled(case: Case, phrase: str, day: date) -> Iterator[str]:
    """Yield newest and oldest that are not, and extremes that are none."""
    timed = [one for one in case.canon if "t" in one.axes]
    served = {row["t"] for one in timed for row in one.rows}
    for words, pick in _ENDS:
        if served and words.search(phrase):
            said = {place for place in _places(case, phrase, day) if place in served}
            ends = {pick(row["t"] for row in one.rows) for one in timed}
            if said and not said & ends:
                yield f"{phrase!r} names another instant"
    found = _EXTREME.search(phrase)
    told = list(figures(phrase[found.end() :])) if found else []
    if told and not any(within(figure, _tops(case)) for figure in told):
        yield f"{phrase!r} is no extreme"


def _senseless_sums(known: Known, phrase: str) -> Iterator[str]:
    for figure in figures(phrase) if _SUM.search(phrase) else ():
        elsewhere = any(known.has(pool, figure) for pool in ("served", "adds"))
        if known.has("never", figure) and not elsewhere:
            yield f"sum {figure.text} of what does not add"


def _places(case: Case, text: str, day: date) -> Iterator[Any]:
    """Yield the places on the axes of the payload that a text names."""
    for shown, value in _axes(case):
        if shown not in text:
            continue
        if not isinstance(value, float):
            named = stands(value, text, day)
        else:
            level = re.escape(shown)
            mark = rf"\b(?:at|strike) {level}(?![\d,.%]\d?)|(?<![\d.,$]){level} \([+-]"
            named = re.search(mark, text) is not None
        if named:
            yield value


def _near(case: Case, text: str, day: date) -> list[float]:
    """Return the figures a payload has at the places a text names, of the rows that have all."""
    places = list(_places(case, text, day))
    made: list[float] = []
    for one in case.canon if places else ():
        rows, named = list(one.rows), False
        for name in one.axes:
            here = {place for place in places if type(place) is type(one.rows[0][name])}
            here &= {row[name] for row in one.rows}
            if here:
                named, rows = True, [row for row in rows if row[name] in here]
        if named:
            made += _figures_of(case, one, rows)
    return sorted(made)


def _figures_of(case: Case, one: Canon, rows: Sequence[Row]) -> Iterator[float]:
    """Yield the cells of rows, their sums, shares and distances, and the days to their expiries."""
    for name in numeric(one.rows):
        cells = [row[name] for row in rows if row[name] is not None]
        whole = math.fsum(abs(row[name]) for row in one.rows if row[name] is not None) or 1.0
        gross = math.fsum(map(abs, cells))
        yield from (math.fsum(cells), gross, 100 * gross / whole)
        for cell in cells:
            yield from (cell, 100 * cell, cell / 100, cell / 1e6, cell / 1e3, 100 * cell / whole)
            yield 100 * (cell / case.spot - 1)
    adding = [name for name in numeric(one.rows) if name not in NOT_ADDING | set(one.axes)]
    for a, b in permutations(adding, 2):
        yield from (row[a] - row[b] for row in rows if None not in (row[a], row[b]))
    for day in {row["e"] for row in rows if "e" in row}:
        yield from (float((day - NOW.date()).days + off) for off in (-1, 0))


def _is_place(case: Case, figure: Figure) -> bool:
    return figure.value in _FIXED or figure.value in _levels(case)


_MADE: dict[tuple[str, str, str], Any] = {}


def _axes(case: Case) -> Sequence[tuple[str, Any]]:
    """Return each place with a text that any way of writing it holds, to look for it quickly."""
    key = (case.path, case.label[0], "axes")
    if key not in _MADE:
        held = {row[name] for one in case.canon for name in one.axes for row in one.rows}
        _MADE[key] = [(_hint(value), value) for value in held]
    return _MADE[key]  # type: ignore[no-any-return]


def _hint(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%H:%M}" if value.hour or value.minute else f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        return f"{value:,.8f}".rstrip("0").rstrip(".")
    return f"{value:%y}" if isinstance(value, date) else str(value)


def _levels(case: Case) -> frozenset[float]:
    return frozenset(value for _, value in _axes(case) if isinstance(value, float))


def _tops(case: Case) -> list[float]:
    """Return the ten largest and smallest of every column, whole and at each of its places."""
    key = (case.path, case.label[0], "tops")
    if key not in _MADE:
        _MADE[key] = sorted(_extremes(case))
    return _MADE[key]  # type: ignore[no-any-return]


def _extremes(case: Case) -> Iterator[float]:
    for one in case.canon:
        groups = [list(one.rows)]
        if len(one.axes) > 1:
            groups += [held for name in one.axes for held in by_axis(one.rows, name)]
        for rows in groups:
            for name in numeric(rows):
                cells = sorted(row[name] for row in rows if row[name] is not None)
                yield math.fsum(cells)
                for cell in (*cells[:10], *cells[-10:], *sorted(cells, key=abs)[-10:]):
                    yield from (cell, 100 * cell, cell / 100, cell / 1e6)
                    if name in PRICES:
                        yield 100 * (cell / case.spot - 1)
