"""Choose what the rows of a table are placed by, and put them in that order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from math import inf, prod
from typing import Any, cast, get_args

from .columns import TIME_WORDS, is_even, sampled, word_set, words_of
from .forms import Column, Columns, Form, Role

# What places rows better stands first; even times come before, names with digits after all.
_PREFERRED: tuple[Role, ...] = ("expiry", "days", "name", "price", "time", "key")
_EVEN, _PRICE, _KEY, _LABEL = -1, 3, 5, 6
_FORMS: dict[tuple[Role, ...], Form] = {
    ("time",): "series",
    ("price",): "ladder",
    ("expiry",): "curve",
    ("days",): "curve",
    ("name",): "cross_section",
    ("time", "name"): "panel",
}
_SIDES = word_set("buy sell b s bid ask bought sold buyer seller taker maker long short")
_TYPES = word_set("call put c p calls puts")
_AXES = 6
_PREFIX = 2000
# Cells for each row of its table: of a grid with times, and of any other beyond so many.
_DENSE, _SPARSE, _CELLS = 2, 8, 200_000
# The share of instants that a series has at least: a few rows may come twice.
_DISTINCT = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    column: Column
    distinct: int
    rank: int


def choose_key(along: Columns, columns: Columns) -> tuple[Columns, Form | None, bool]:
    """Return the smallest set of axis columns that no two rows share, and what follows from it.

    That is the form (None for a grid) and whether the order means nothing. The columns `along`
    belong to rows around these and are part of the key where they place anything.
    """
    size = len(columns[0].values)
    axes = sorted(_axes(columns, size), key=lambda axis: axis.rank)[:_AXES]
    timed = any(axis.column.role == "time" for axis in axes)
    sided = any(column.role == "name" and _are(_SIDES, column) for column in columns)
    # Sides of one bucket share its instant, prints do not.
    if timed and sided and (axes[0].rank > _EVEN or axes[0].distinct == size):
        return (), "prints", False
    around = [axis for axis in axes if any(axis.column is held for held in along)]
    strong = [axis for axis in axes if axis.rank <= _PRICE or axis.distinct < size]
    several = chain.from_iterable(combinations(strong, count) for count in (1, 2, 3))
    single = ([axis] for axis in axes if axis.rank < _LABEL or not timed)
    for found in chain(several, single, [] if timed else _by_figures(columns, axes, size)):
        if all(axis in found for axis in around) and _are_unique(found, size):
            key = sorted((axis.column for axis in found), key=axis_rank)
            return key, _form(key), key[0].role == "key"
    unread = any(TIME_WORDS & set(words_of(column.name)[-1:]) for column in columns)
    return (), "prints" if timed else "rows", size > 2 and unread and not timed


def axis_rank(axis: Column | None) -> int:
    """Return where an axis stands in a key: of a grid the lower lies down, the higher across."""
    return get_args(Role).index(axis.role if axis else "")


def ordered(columns: Columns, by: Columns) -> list[Column]:
    """Return columns in ascending order of the axes `by`; names and keys stay as served."""
    served = range(len(columns[0].values))
    rows = list(served)
    for axis in reversed(by):
        order_by(axis, rows)
    return list(columns) if rows == [*served] else [column.take(rows) for column in columns]


def order_by(axis: Column, rows: list[int]) -> list[int]:
    """Sort rows by their places along an axis, what has no place last; names stay as served."""
    if axis.role not in ("name", "key"):
        places: list[Any] = [inf if place is None else place for place in axis.places]
        rows.sort(key=places.__getitem__)
    return rows


def _axes(columns: Columns, size: int) -> Iterator[_Axis]:
    for column in columns:
        distinct = len(set(column.places))
        placed = column.role and column.places.count(None) <= max(1, size // 10)
        if placed and (distinct > 1 or size == 1):
            yield _Axis(column, distinct, _rank(column))


def _rank(column: Column) -> int:
    if column.role == "time" and is_even(cast("Sequence[float | None]", column.places)):
        return _EVEN
    names = map(str, sampled(column.values))
    if column.role == "name" and all(any(map(str.isdigit, name)) for name in names):
        return _LABEL
    return _PREFERRED.index(column.role)


def _are(words: frozenset[str], column: Column) -> bool:
    return all(str(value).lower() in words for value in sampled(column.values) if value)


def _by_figures(columns: Columns, axes: Sequence[_Axis], size: int) -> Iterator[Sequence[_Axis]]:
    """Yield the axes whose places all come with each value of a column of figures."""
    for column in [column for column in columns if column.numeric and not column.role][:_AXES]:
        key = replace(column, role="key", places=column.values)
        found = _Axis(key, len(set(column.values)), _KEY)
        yield from ([axis, found] for axis in axes if axis.distinct * found.distinct == size)


def _are_unique(chosen: Sequence[_Axis], size: int) -> bool:
    """Tell whether no two rows share the places of axes, and the rows fill enough of them."""
    if len(chosen) == 1:
        least = _DISTINCT * size if chosen[0].rank == _EVEN else size
        return chosen[0].distinct >= least
    roles = {axis.column.role for axis in chosen}
    most = _DENSE * size if "time" in roles else max(_SPARSE * size, _CELLS)
    if not size <= prod(a.distinct for a in chosen) <= most:
        return False
    for count in (min(size, _PREFIX), size):
        rows = zip(*(axis.column.places[:count] for axis in chosen), strict=True)
        if len(set(rows)) < count:
            return False
    return True


def _form(key: Columns) -> Form | None:
    """Return the form of a key; None for a grid."""
    roles = tuple(axis.role for axis in key)
    typed = roles == ("price", "name") and _are(_TYPES, key[1])
    if typed or (len(key) == 3 and "time" not in roles):
        return "contracts"
    return _FORMS.get(roles, None if len(key) == 2 else "rows")
