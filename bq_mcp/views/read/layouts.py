"""Recognise how a payload lays out its figures: maps by an axis, headers, rows without names."""

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from .columns import FIELD_WORDS, is_name, sampled, word_set, words_of
from .forms import Column, Columns
from .values import Row, Values, expiry_day, figure, moment

_PLACE = re.compile(r"-?\d{1,16}(\.\d{1,8})?[dD]?")
_CONTAINERS = word_set(
    "by strike strikes expiry expiries level levels venue venues rows data points values series "
    "items history results records buckets bars table map surface curve curves heatmap grid matrix "
    "smile smiles profile frames snapshots cells x y z"
)
_CANDLE = ("time", "open", "high", "low", "close", "volume")


def keys_of(node: Row) -> list[str]:
    """Return the keys of a map that are places or names; [] where they are names of fields."""
    sample = sampled(list(node))
    if sum(map(_is_place, sample)) >= 0.6 * len(sample):
        return [key for key in node if _is_place(key)]
    return list(node) if all(map(is_name, node)) else []


def are_maps(rows: Iterable[Row]) -> bool:
    """Tell whether records are maps from places or names, by the first that holds anything."""
    first = next((row for row in rows if row), {})
    return bool(first) and len(keys_of(first)) == len(first)


def header_of(axes: Columns) -> Column | None:
    """Return the list that names the columns of rows beside it: one with a word of a field."""
    for axis in axes:
        words = set(chain.from_iterable(words_of(str(name)) for name in axis.values))
        if axis.role == "name" and words & FIELD_WORDS:
            return axis
    return None


def quantity(name: str) -> str:
    """Return the name of a container as that of the figures in it, "" where it names none."""
    return "" if _CONTAINERS.issuperset(words_of(name)) else name


def names_for(columns: Sequence[Values], name: str) -> list[str]:
    """Return names for the columns of rows `name`: those of pairs, of candles, else numbers."""
    names = ["", name] if len(columns) == 2 else list(_CANDLE) if _are_candles(columns) else []
    numbers = range(len(names) + 1, len(columns) + 1)
    return [*names, *(f"column {number}" for number in numbers)]


def _is_place(key: object) -> bool:
    return isinstance(key, str) and bool(_PLACE.fullmatch(key) or expiry_day(key))


def _are_candles(columns: Sequence[Values]) -> bool:
    """Tell whether columns are instant, open, high, low, close: on each row in these bounds."""
    if not 5 <= len(columns) <= 12 or moment(columns[0][0]) is None:
        return False
    rows = zip(*map(sampled, columns[1:5]), strict=True)
    prices = [[price for price in map(figure, row) if price is not None] for row in rows]
    return all(row and [max(row), min(row)] == row[1:3] for row in prices)
