"""Choose what the rows of a table are placed by, and put them in that order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from math import inf, prod
from operator import gt

from .columns import IDS, TIME_WORDS, is_even, sampled, word_set, words_of
from .forms import Column, Columns, Form, Role
from .values import figure

# What places rows better stands first; even times come before, names with digits after all.
_PREFERRED: tuple[Role, ...] = ("expiry", "days", "name", "price", "time", "position", "key")
_EVEN, _PRICE, _POSITION, _LABEL = -1, 3, 5, 7
_ORDER: tuple[Role, ...] = ("time", "expiry", "days", "price", "name", "position", "key", "")
_FORMS: dict[Role, Form] = {
    "time": "series",
    "price": "ladder",
    "expiry": "curve",
    "days": "curve",
    "name": "cross_section",
}
_SIDES = word_set("buy sell b s bid ask bought sold buyer seller taker maker")
_TYPES = word_set("call put c p calls puts")
_HAS_DIGIT = re.compile(r"\d")
_AXES = 6
_PREFIX = 2000
# Cells for each row of its table: of a grid with times, and of any other beyond so many.
_DENSE, _SPARSE, _CELLS = 2, 8, 200_000
# The share of instants that a series has at least: a few rows may come twice.
_DISTINCT = 0.98

# The columns rows are placed by, the form (None for a grid), whether the order means nothing.
Key = tuple[Columns, Form | None, bool]


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    column: Column
    distinct: int
    rank: int


def choose_key(along: Columns, columns: Columns) -> Key:
    """Return the smallest set of axis columns that no two rows share.

    The columns `along` belong to rows around these and are part of it where they place anything.
    """
    size = len(columns[0].values)
    axes = sorted(_axes(columns, size), key=lambda axis: axis.rank)[:_AXES]
    times = [axis for axis in axes if axis.column.role == "time"]
    if size > 1 and times and _is_tape(columns, times, size):
        return (), "prints", False
    around = [
        axis
        for axis in axes
        if axis.rank < _POSITION and any(axis.column is held for held in along)
    ]
    for found in _orders(axes, size):
        if all(axis in found for axis in around):
            key = sorted((axis.column for axis in found), key=axis_rank)
            return key, _form(key), key[0].role in ("position", "key")
    return ((), "prints", False) if times else _by_figures(columns, axes, size)


def axis_rank(axis: Column | None) -> int:
    """Return where an axis stands in a key: of a grid the lower lies down, the higher across."""
    return _ORDER.index(axis.role) if axis else len(_ORDER)


def ordered(columns: Columns, by: Columns) -> list[Column]:
    """Return columns in ascending order of the axes `by`; names and keys stay as served."""
    rows = list(range(len(columns[0].values)))
    for axis in reversed(by):
        order_by(axis, rows)
    moved = any(map(gt, rows, islice(rows, 1, None)))
    return [column.take(rows) for column in columns] if moved else list(columns)


def order_by(axis: Column, rows: list[int]) -> list[int]:
    """Sort rows by their places along an axis, what has no place last; names stay as served."""
    if axis.role not in ("name", "key"):
        places = [inf if place is None else place for place in axis.places]
        rows.sort(key=places.__getitem__)  # type: ignore[arg-type]
    return rows


def _axes(columns: Columns, size: int) -> Iterator[_Axis]:
    for column in columns:
        distinct = len(set(column.places))
        placed = column.role and column.places.count(None) <= max(1, size // 10)
        if placed and (distinct > 1 or size == 1):
            yield _Axis(column, distinct, _rank(column))


def _rank(column: Column) -> int:
    if column.role == "time" and is_even(column.places):
        return _EVEN
    known = [str(value) for value in sampled(column.places) if value is not None]
    if column.role == "name" and all(map(_HAS_DIGIT.search, known)):
        return _LABEL
    return _PREFERRED.index(column.role)


def _is_tape(columns: Columns, times: Sequence[_Axis], size: int) -> bool:
    """Tell whether rows look like single prints: uneven times with an id or a side."""
    even = [axis for axis in times if axis.rank == _EVEN]
    marked = any(IDS & set(words_of(column.name)[-1:]) for column in columns)
    sided = any(column.role == "name" and _are(_SIDES, column) for column in columns)
    return all(axis.distinct < size for axis in even) and (marked or (sided and not even))


def _are(words: frozenset[str], column: Column) -> bool:
    return all(str(value).lower() in words for value in sampled(column.values) if value)


def _orders(axes: Sequence[_Axis], size: int) -> Iterator[Sequence[_Axis]]:
    """Yield keys that are unique over the rows, the preferred first."""
    single = [
        axis
        for axis in axes
        if axis.distinct == size or (axis.rank == _EVEN and axis.distinct >= _DISTINCT * size)
    ]
    rest = [axis for axis in axes if axis not in single or axis.rank <= _PRICE]
    yield from ([axis] for axis in single if axis.rank <= _PRICE)
    for count in (2, 3):
        yield from (chosen for chosen in combinations(rest, count) if _are_unique(chosen, size))
    timed = any(axis.column.role == "time" for axis in rest)
    yield from ([axis] for axis in single if axis.rank < _LABEL or not timed)


def _are_unique(chosen: Sequence[_Axis], size: int) -> bool:
    """Tell whether no two rows share the places of axes, and the rows fill enough of them."""
    roles = {axis.column.role for axis in chosen}
    most = _DENSE * size if "time" in roles else max(_SPARSE * size, _CELLS)
    if {"expiry", "days"} <= roles or not size <= prod(a.distinct for a in chosen) <= most:
        return False
    rows = (zip(*(axis.column.places for axis in chosen), strict=True) for _ in range(2))
    counts = (min(size, _PREFIX), size)
    return all(len(set(islice(next(rows), count))) == count for count in counts)


def _form(key: Columns) -> Form | None:
    """Return the form of a key; None for a grid."""
    roles = [axis.role for axis in key]
    if len(key) == 1:
        return _FORMS.get(roles[0], "rows")
    if len(key) == 3:
        return "rows" if "time" in roles else "contracts"
    if roles == ["time", "name"]:
        return "panel"
    return "contracts" if roles == ["price", "name"] and _are(_TYPES, key[1]) else None


def _by_figures(columns: Columns, axes: Sequence[_Axis], size: int) -> Key:
    """Return the key of rows whose axis nothing names: figures that only rise, or that repeat."""
    plain = [column for column in columns if column.numeric and not column.role]
    for column in plain[:_AXES]:
        key, distinct = replace(column, role="key", places=column.values), set(column.values)
        second = _Axis(key, len(distinct), _POSITION)
        for axis in axes:
            if axis.distinct * second.distinct == size and _are_unique((axis, second), size):
                return [axis.column, key], None, False
        if column is columns[0] and second.distinct == size >= _AXES and None not in distinct:
            ranked = sorted(map(figure, column.values), key=lambda value: value or 0.0)
            if list(column.values) in (ranked, ranked[::-1]):
                return [key], "rows", True
    timely = any(TIME_WORDS & set(words_of(column.name)[-1:]) for column in columns)
    return (), "rows", size > 2 and timely
