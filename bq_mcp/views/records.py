"""Bring documented tables into rows and choose among them; what is missing is left out.

A row is a mapping; a dotted column leads into records inside it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from operator import itemgetter
from typing import Any

from .arithmetic import days_left, distance_pct, expiry_type, share_pct, side, total
from .read.units import IvScale, iv_scale
from .read.values import (
    CONTAINER,
    RECORD,
    TEXT,
    Row,
    derive,
    field_at,
    figure,
    holds,
    mapping,
    text,
)

_NAMES = ("name", "id", "venue", "exchange", "symbol", "category")
_NAMED = 3
_first = itemgetter(0)


def rows_of(source: object) -> list[Row]:
    """Return the records in a list; an empty list for anything else."""
    listed = source if isinstance(source, list | tuple) else ()
    return [row for row in listed if isinstance(row, Mapping)]


def paired(source: object, **columns: str | Sequence[str]) -> list[Row]:
    """Return rows of some columns, each read from the first of its spellings.

    `source` is a list of records, or a record that holds one or parallel lists. The first column
    that is a list sets the length; a list of another length belongs to no row and is left out.
    Numbers written as text are numbers.
    """
    names = {name: (key,) if isinstance(key, str) else key for name, key in columns.items()}
    if isinstance(source, Mapping):
        lists = [_first_list(source, keys) for keys in names.values()]
        lead = next((held for held in lists if held is not None), [])
        if not holds(lead, RECORD):
            cells = zip(*(_along(lead, held) for held in lists), strict=True)
            return [dict(zip(names, row, strict=True)) for row in cells]
        source = lead
    return [{name: _cell(row, keys) for name, keys in names.items()} for row in rows_of(source)]


def records_in(
    data: object, most: int = 2_000, width: int = 500
) -> Iterator[tuple[tuple[str, ...], Row]]:
    """Yield the records below the root of a payload and the names that lead there, shallow first.

    An unnamed one has its place. The `most` first parts are looked at, of each the first `width`
    rows or fields.
    """
    waiting: list[tuple[tuple[str, ...], object]] = [((), data)]
    # It grows while it is walked.
    for path, part in islice(waiting, most):
        inner: Iterable[tuple[str | int, object]] = ()
        if isinstance(part, dict):
            inner = part.items()
            if path:
                yield path, part
        elif isinstance(part, list) and holds(part[:width], CONTAINER):
            inner = enumerate(part)
        for at, held in islice(inner, width):
            if isinstance(held, dict | list):
                name = at if isinstance(at, str) else _own_name(held) or str(at)
                waiting.append(((*path, name), held))


def read(value: object) -> object:
    """Return a number written as text as a number, any other value as it is."""
    found = figure(value) if isinstance(value, str) else None
    return value if found is None else found


def level(value: object, spot: float | None) -> dict[str, Any]:
    """Return a price with its distance in percent of spot and the side of it spot is on."""
    price = figure(value)
    return {"value": price, "away": derive(distance_pct, price, spot), "side": side(spot, price)}


def scope_of(root: Row) -> dict[str, Any]:
    """Return the expiries a payload covers in words, or else the one and its days."""
    stated = text(root.get("expiry"))
    words = {"": "expiries not stated", "all": "all expiries", "0dte": "0DTE"}
    scope = words.get((stated or "").casefold())
    expiry = None if scope else stated
    return {"scope": scope, "expiry": expiry, "dte": figure(root.get("dte"))}


def values_of(rows: Iterable[Row], column: str) -> list[object]:
    """Return one column, None where a row lacks it."""
    return [field_at(row, column) for row in rows]


def measured(rows: Iterable[Row], *columns: str) -> list[Row]:
    """Return the rows that have a figure in each of the columns."""
    return [row for row in rows if all(figure(field_at(row, name)) is not None for name in columns)]


def ordered(rows: Iterable[Row], column: str) -> list[Row]:
    """Return the rows that have a figure in a column, in its ascending order."""
    return [row for _, row in _sized(rows, column)]


def around(rows: Iterable[Row], column: str, target: float) -> list[Row]:
    """Return the nearest row on either side of `target` and any row on it, in order."""
    found = _sized(rows, column)
    low, high = (cut(found, target, key=_first) for cut in (bisect_left, bisect_right))
    return [row for _, row in found[max(low - 1, 0) : high + 1]]


def top(rows: Iterable[Row], column: str, limit: int) -> list[Row]:
    """Return the rows with the largest absolute figures, the largest first."""
    return [row for _, row in sorted(_sized(rows, column), key=lambda of: -abs(of[0]))][:limit]


def largest_of(sizes: Mapping[str, object]) -> Mapping[str, Any]:
    """Return the largest of named sizes with their names, and the count of the others.

    Their share is in percent.
    """
    known = [(name, size) for name, value in sizes.items() if (size := figure(value))]
    held = sorted(known, key=lambda pair: -pair[1])
    rest = [size for _, size in held[_NAMED:]]
    share = derive(share_pct, derive(total, rest), derive(total, [size for _, size in held]))
    return {"listed": held[:_NAMED], "more": derive(len, rest) or None, "share": share}


def grouped(rows: Iterable[Row], *columns: str) -> list[list[Row]]:
    """Return rows in groups of the same values of some columns, in the order of their first."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str([row.get(column) for column in columns]), []).append(row)
    return list(groups.values())


def united(*parts: Iterable[Row]) -> list[Row]:
    """Return the rows of all parts in order, each row once."""
    return list({id(row): row for part in parts for row in part}.values())


def named(rows: Iterable[Row], picks: Mapping[str, Row | None]) -> list[tuple[Row, list[str]]]:
    """Return the rows that are picked, in their order, with the names they are picked by."""
    found = [(row, [name for name, held in picks.items() if held is row]) for row in rows]
    return [(row, names) for row, names in found if names]


def without(rows: Iterable[Row], others: Iterable[Row]) -> list[Row]:
    """Return the rows that are none of `others`."""
    gone = {id(row) for row in others}
    return [row for row in rows if id(row) not in gone]


def placed(rows: Sequence[Row], order: Iterable[Row]) -> list[Row]:
    """Return rows as they stand, each with its place in `order` (text) under `place`."""
    places = {id(row): str(place) for place, row in enumerate(united(order, rows))}
    return [{**row, "place": places[id(row)]} for row in rows]


def by_expiry(rows: Iterable[Row], instant: datetime) -> tuple[list[Row], list[Row]]:
    """Return the rows that have not settled at `instant`, the nearest first, and the others.

    Where a row states no days they are counted to its settlement; rows without days come last.
    """
    alive: list[Row] = []
    settled: list[Row] = []
    for row in rows:
        left = derive(days_left, row.get("expiry"), instant)
        if figure(row.get("dte")) is None:
            row = {**row, "dte": left}
        ahead = min(figure(row["dte"]) or 0, left or 0) >= 0
        (alive if ahead else settled).append(row)
    return united(ordered(alive, "dte"), alive), settled


def next_anchor(rows: Iterable[Row]) -> Row | None:
    """Return the first monthly or quarterly expiry of rows that `by_expiry` put in order."""
    return next((row for row in rows if row["dte"] is not None and is_anchor(row)), None)


def is_anchor(row: Row) -> bool:
    """Tell whether an expiry is monthly or quarterly: by its flag, else by the calendar."""
    flag = row.get("is_anchor")
    dated = expiry_type(row.get("expiry")) in ("monthly", "quarterly")
    return flag if isinstance(flag, bool) else dated


def tenor(rows: Iterable[Row], column: str, days: float, tolerance: float = 1 / 3) -> Row | None:
    """Return the row whose days are nearest `days`, None where they differ by over a part of them.

    Choose among rows that have the axis, not the figure: a tenor without the figure is told as
    n/a, never replaced by another one.
    """
    apart = ((abs(x - days), row) for x, row in _sized(rows, column))
    gap, row = min(apart, key=_first, default=(0.0, None))
    return row if gap <= tolerance * days else None


def common_scale(levels: Iterable[object]) -> IvScale | None:
    """Return the scale all volatility levels agree on; None where they do not, or without one."""
    found = {iv_scale([level]) for level in levels if figure(level)}
    return found.pop() if len(found) == 1 else None


def _sized(rows: Iterable[Row], column: str) -> list[tuple[float, Row]]:
    """Return the rows that have a figure in a column, each behind it, in ascending order."""
    found = [(x, row) for row in rows if (x := figure(field_at(row, column))) is not None]
    return sorted(found, key=_first)


def _along(lead: list[Any], values: list[Any] | None) -> list[Any]:
    if values is None or len(values) != len(lead):
        return [None] * len(lead)
    return list(map(read, values)) if holds(values, TEXT) else values


def _cell(record: Row, names: Sequence[str]) -> object:
    for name in names:
        if (value := field_at(record, name)) is not None:
            return read(value)
    return None


def _first_list(source: Row, names: Sequence[str]) -> list[Any] | None:
    found = (source.get(name) for name in names)
    return next((value for value in found if isinstance(value, list)), None)


def _own_name(node: object) -> str | None:
    return next((name for key in _NAMES if (name := text(mapping(node).get(key)))), None)
