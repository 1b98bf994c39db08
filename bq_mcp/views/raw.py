"""Shorten a payload to a size while it stays JSON of the same shape."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..text import clean, redact
from .select import spread
from .tokens import estimate

_FIRST_CAP = 2
_LAST_CAP = 1 << 22
_TEXT_CAPS = (400, 80, 24)
_MAX_DEPTH = 24
# A token is at least this many characters of JSON on average; longer text is over the ceiling.
_CHARACTERS_PER_TOKEN = 8


@dataclass(frozen=True, slots=True)
class Shortened:
    """JSON text, how many rows it lacks, and whether long text in it was cut."""

    json: str
    rows_cut: int
    text_cut: bool


def shorten_json(data: object, limit: int) -> Shortened:
    """Return `data` as JSON of at most `limit` tokens.

    Lists, and maps with as many entries, lose whole rows at evenly spread places; lists of one
    length lose the same places, so that parallel ones stay parallel. Figures that are not finite
    become null. Where even two rows are too much, long text is cut, then whole parts.
    """
    best: Shortened | None = None
    for text_cap in _TEXT_CAPS:
        best = _longest(data, text_cap, limit)
        if best is not None:
            return best
    for depth in range(4, -1, -1):
        cut = _Cut(1, _TEXT_CAPS[-1], depth)
        text = cut.dump(data)
        if estimate(text) <= limit:
            return Shortened(text, cut.rows, True)
    return Shortened("{}" if isinstance(data, Mapping) else "[]", 1, True)


def _longest(data: object, text_cap: int, limit: int) -> Shortened | None:
    """Return the version with the most rows that fits, None where two rows are too much."""
    best, low = _try(data, _FIRST_CAP, text_cap, limit), _FIRST_CAP
    if best is None:
        return None
    high = low
    while high < _LAST_CAP and best.rows_cut:
        high *= 2
        found = _try(data, high, text_cap, limit)
        if found is None:
            break
        best, low = found, high
    while best.rows_cut and high - low > 1:
        half = (low + high) // 2
        found = _try(data, half, text_cap, limit)
        if found is None:
            high = half
        else:
            best, low = found, half
    return best


def _try(data: object, rows: int, text_cap: int, limit: int) -> Shortened | None:
    cut = _Cut(rows, text_cap, _MAX_DEPTH)
    text = cut.dump(data)
    if len(text) > limit * _CHARACTERS_PER_TOKEN or estimate(text) > limit:
        return None
    return Shortened(text, cut.rows, cut.text)


class _Cut:
    """One attempt: at most `rows` rows of a list and `text` characters of a string."""

    def __init__(self, rows: int, text_cap: int, depth: int) -> None:
        self._cap = rows
        self._text_cap = text_cap
        self._depth = depth
        self.rows = 0
        self.text = False

    def dump(self, data: object) -> str:
        kept = self._keep(data, 0)
        # ASCII keeps invisible and bidirectional characters visible as escapes.
        return redact(json.dumps(kept, separators=(",", ":"), ensure_ascii=True))

    def _keep(self, node: object, depth: int) -> object:
        if isinstance(node, Mapping):
            return self._record(node, depth)
        if isinstance(node, list | tuple):
            return self._list(node, depth)
        if isinstance(node, str):
            return self._string(node)
        if isinstance(node, float) and not math.isfinite(node):
            return None
        return node if node is None or isinstance(node, bool | int | float) else str(node)

    def _record(self, node: Mapping[str, object], depth: int) -> object:
        if depth > self._depth and node:
            self.rows += 1
            return {}
        keys = list(node)
        if len(keys) > max(self._cap, 24):
            places = spread(len(keys), max(self._cap, 24))
            self.rows += len(keys) - len(places)
            keys = [keys[place] for place in places]
        before, counted = self.rows, set[int]()
        kept: dict[str, object] = {}
        for key in keys:
            value = node[key]
            kept[self._string(str(key))] = self._keep(value, depth + 1)
            if isinstance(value, list) and len(value) > self._cap:
                if len(value) in counted and not _holds_rows(value):
                    self.rows = before
                counted.add(len(value))
            before = self.rows
        return kept

    def _list(self, node: list[object] | tuple[object, ...], depth: int) -> object:
        if depth > self._depth and node:
            self.rows += len(node)
            return []
        places = spread(len(node), self._cap)
        self.rows += len(node) - len(places)
        return [self._keep(node[place], depth + 1) for place in places]

    def _string(self, value: str) -> str:
        short = value if len(value) <= self._text_cap else clean(value, self._text_cap)
        self.text = self.text or short != value
        return short


def _holds_rows(values: list[object]) -> bool:
    return any(isinstance(value, Mapping) for value in values[:4])
