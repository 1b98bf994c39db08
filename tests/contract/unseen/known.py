"""What the figures of an answer may come from: the payload, and plain derivations of it."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

from tests.contract.unseen.facts import Figure
from tests.contract.unseen.shapes import NOW, Row, words
from tests.contract.unseen.worlds import Canon, Case, between, middle

PRICES = frozenset(
    words("o h l c flip cw pw spot price k nav index up down up2 down2 low high zero")
)
# Canonical columns by what their figures are; the names are those of the generators.
_IN_PERCENT = frozenset(words("iv rv spread basis wide pct disp prm greek"))
_FRACTIONS = frozenset(("rate", "iv", "dens"))
_NO_DOLLARS = frozenset(
    words("iv rv spread basis wide pct disp rate pcr dens vrp dte heat n tier prm")
)
NOT_ADDING = PRICES | _IN_PERCENT | frozenset(words("cum cumlong cumshort rate pcr dens vrp dte"))
_IN_MILLIONS = frozenset(("x", "total", "cum"))
_STEPS = (-10, -5, -2, -1, 0, 1, 2, 5, 10)


@dataclass
class Known:
    """Pools of figures by what they may be printed as, and the dates and minutes served.

    any · dollar · percent · price: what may stand so; change: percentages that compare two figures
    of a column; served: figures of the payload as they are; adds, never: sums of columns that add
    and of those that do not; instant: times as numbers.
    """

    pools: dict[str, list[float]] = field(default_factory=dict)
    days: set[date] = field(default_factory=set)
    minutes: set[str] = field(default_factory=set)
    rows: int = 4000

    def add(self, pool: str, values: Iterable[float]) -> None:
        """Put figures into a pool."""
        self.pools.setdefault(pool, []).extend(values)

    def has(self, pool: str, figure: Figure) -> bool:
        """Tell whether a pool holds a figure, to the precision it is printed with."""
        return within(figure, self.pools.get(pool, ()))

    def has_percent(self, pool: str, figure: Figure) -> bool:
        """Tell the same of a percentage, which may stand without its sign: `3.9% below`."""
        return self.has(pool, figure) or (
            not figure.text.startswith(("+", "-")) and within(figure, self.pools.get(pool, ()), -1)
        )


def within(figure: Figure, ordered: Sequence[float], sign: int = 1) -> bool:
    """Tell whether a sorted sequence holds a figure, to the precision it is printed with."""
    slack = figure.half * (1 + 1e-6) + 1e-12
    wanted = sign * figure.value
    at = bisect_left(ordered, wanted - slack)
    return at < len(ordered) and ordered[at] <= wanted + slack


_MADE: dict[tuple[str, str], Known] = {}


def known_of(case: Case) -> Known:
    """Return what the figures of a payload's answers may come from."""
    key = (case.path, case.label[0])
    if key not in _MADE:
        _MADE[key] = _known(case)
    return _MADE[key]


def _known(case: Case) -> Known:
    known = Known()
    served = [*_numbers(case.body), *_numbers(case.query), case.spot]
    known.add("served", served)
    known.add("any", served)
    for pool in ("any", "percent"):
        known.add(pool, (100 * value for value in served if abs(value) < 10))
    known.add("price", [case.spot])
    for one in case.canon:
        for name in numeric(one.rows):
            _add_column(known, case.spot, one, name)
        _add_pairs(known, one)
        _add_days(known, one)
    known.add("dollar", known.pools["price"])
    _add_texts(known, (case.body, case.query))
    for values in known.pools.values():
        values.sort()
    return known


def _add_texts(known: Known, served: object) -> None:
    for text in _texts(served):
        known.days |= {date.fromisoformat(day) for day in re.findall(r"\d{4}-\d\d-\d\d", text)}
        tokens = re.findall(r"\b\d\d[A-Z]{3}\d\d\b", text)
        known.days |= {datetime.strptime(day, "%d%b%y").date() for day in tokens}
        found = re.findall(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", text)
        known.minutes |= {f"{day} {clock}" for day, clock in found}
    known.minutes |= {f"{NOW - timedelta(seconds=back):%Y-%m-%d %H:%M}" for back in (0, 30, 60)}
    known.days |= {NOW.date(), date(2026, 5, 17)}


def _add_days(known: Known, one: Canon) -> None:
    for value in {row[name] for name in one.axes for row in one.rows}:
        if isinstance(value, datetime):
            known.minutes.add(f"{value:%Y-%m-%d %H:%M}")
            known.add("instant", (value.timestamp() * scale for scale in (1, 1e3, 1e6)))
        if isinstance(value, date):
            day = value.date() if isinstance(value, datetime) else value
            known.days.add(day)
            left = (day - NOW.date()).days
            known.add("any", (float(left), float(left - 1)))


def _add_column(known: Known, spot: float, one: Canon, name: str) -> None:
    cells = _cells(one.rows, name)
    sides = [by for by in (*one.axes, "side", "type") if by in one.rows[0] and by != name]
    groups = [cells, *(_cells(held, name) for by in sides for held in by_axis(one.rows, by))]
    made, percent, sums = [*cells, *_read_between(spot, one, name)], [], []
    for group in filter(None, groups):
        sums += _sums(group)
        made += [math.fsum(group) / len(group), middle(group), max(group) - min(group)]
        made += [cell - group[0] for cell in group] + [b - a for a, b in pairwise(group)]
        made.append(math.fsum(group[-5:]))
        changes = [100 * (group[-1] / cell - 1) for cell in group if cell]
        changes += [100 * (cell / group[0] - 1) for cell in group if group[0]]
        known.add("change", changes)
        wholes = [whole for whole in _sums(group) if whole]
        percent += changes
        percent += [100 * cell / whole for whole in wholes for cell in (*_sums(group), *group)]
        percent += [100 * sum(cell > 0 for cell in group) / len(group)]
    wholes = [whole for whole in sums[:2] if whole]
    percent += [100 * part / whole for part in sums for whole in wholes]
    if len(cells) <= 60:
        made += [b - a for a, b in permutations(cells, 2)]
    windows = list(_within_steps(spot, one, name))
    made += [*sums, *windows]
    if name in PRICES or name in one.axes:
        known.add("price", cells)
        percent += [100 * (cell / spot - 1) for cell in cells]
    if name in _IN_PERCENT:
        percent += made
    if name in _FRACTIONS:
        percent += [100 * value for value in made if abs(value) < 10]
    if name not in _NO_DOLLARS:
        known.add("dollar", made)
    if name in _IN_MILLIONS:
        known.add("any", (value / 1e6 for value in made))
        known.add("dollar", (value * 1e6 for value in made))
    known.add("never" if name in NOT_ADDING else "adds", [*sums[:1], *windows])
    known.add("any", made)
    known.add("any", percent)
    known.add("percent", percent)


def _sums(cells: Sequence[float]) -> list[float]:
    """Return the net sum, the gross sum, and those of either sign."""
    plus, minus = (math.fsum(cell for cell in cells if sign * cell > 0) for sign in (1, -1))
    return [plus + minus, plus - minus, plus, minus]


def _read_between(spot: float, one: Canon, name: str) -> Iterator[float]:
    """Yield figures read between strikes, at spot and at the usual distances from it."""
    if "k" not in one.axes or name == "k":
        return
    others = [axis for axis in one.axes if axis != "k"]
    for rows in by_axis(one.rows, others[0]) if others else [list(one.rows)]:
        ladder = [row for row in rows if row[name] is not None]
        low, high = (pick(row["k"] for row in ladder) for pick in (min, max))
        levels = (spot * (1 + step / 100) for step in _STEPS)
        yield from (between(ladder, "k", level, name) for level in levels if low <= level <= high)


def _within_steps(spot: float, one: Canon, name: str) -> Iterator[float]:
    """Yield what stands within the usual distances of spot, on both sides and on either."""
    for step in _STEPS if one.axes == ["k"] else ():
        ends = sorted((spot, spot * (1 + step / 100)))
        for low, high in (ends, (spot * (1 - abs(step) / 100), spot * (1 + abs(step) / 100))):
            yield math.fsum(_cells([row for row in one.rows if low <= row["k"] <= high], name))


def _add_pairs(known: Known, one: Canon) -> None:
    """Add differences, sums and shares of two columns, by row and in total."""
    columns = [name for name in numeric(one.rows) if name not in one.axes][:12]
    for a, b in permutations(columns, 2):
        if (a in PRICES, a in NOT_ADDING) != (b in PRICES, b in NOT_ADDING):
            continue
        pairs = [(row[a], row[b]) for row in one.rows if None not in (row[a], row[b])]
        above = 100 * sum(x > y for x, y in pairs) / max(1, len(pairs))
        pairs.append((math.fsum(x for x, _ in pairs), math.fsum(y for _, y in pairs)))
        made = [value for x, y in pairs for value in (x - y, x + y)]
        shares = [x / whole for x, y in pairs for whole in (y, x + y, abs(x) + abs(y)) if whole]
        known.add("any", made)
        known.add("any", shares)
        known.add("percent", [above, *(100 * part for part in shares)])
        known.add("percent", [100 * (x / y - 1) for x, y in pairs if y])
        if not {a, b} & _NO_DOLLARS:
            known.add("dollar", made)


def numeric(rows: Sequence[Row]) -> list[str]:
    """Return the columns of figures."""
    first: dict[str, Any] = {}
    for row in rows[:50]:
        first |= {name: value for name, value in row.items() if value is not None}
    return [name for name, value in first.items() if isinstance(value, int | float)]


def _cells(rows: Iterable[Row], name: str) -> list[float]:
    return [float(row[name]) for row in rows if row[name] is not None]


def by_axis(rows: Sequence[Row], name: str) -> list[list[Row]]:
    """Return the rows of each place on an axis."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[name], []).append(row)
    return list(groups.values())


def _numbers(value: object) -> Iterator[float]:
    """Yield all figures of a payload, those written as text and those that are keys too."""
    if isinstance(value, int | float):
        yield float(value)
    for text in _texts(value) if isinstance(value, str) else ():
        yield from map(float, re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", text))
    for part in _parts(value):
        yield from _numbers(part)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in _parts(value):
        yield from _texts(part)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from map(str, value)
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value
