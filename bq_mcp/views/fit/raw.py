"""Shorten a payload to a size while it stays JSON of the same shape."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...text import clean, redact
from ..arithmetic import spread
from .size import estimate

_FEWEST_ROWS = 2
_FEWEST_FIELDS = 24
# What is tried in turn: characters of a text, levels of records and lists.
_CUTS = ((400, 24), (80, 24), (24, 24), (24, 4), (24, 3), (24, 2), (24, 1), (24, 0), (24, -1))
# A token is at least this many characters of JSON on average; longer text is over the ceiling.
_CHARACTERS_PER_TOKEN = 8


@dataclass(frozen=True, slots=True)
class Shortened:
    """A payload as JSON; `lost` has how many rows its lists and maps of a length lack."""

    json: str
    lost: Mapping[int, int]

    @property
    def rows_cut(self) -> int:
        """How many rows it lacks; those of lists of one length, parallel or not, count once."""
        return sum(self.lost.values())


def shorten_json(data: object, limit: int) -> Shortened:
    """Return `data` as JSON of at most `limit` tokens.

    Lists, and maps with many entries, lose whole rows at evenly spread places; lists of one length
    lose the same places, so that parallel ones stay parallel. Figures that are not finite become
    null. Where even two rows are too much, long text is cut, then whole parts.
    """
    rows, tried = _FEWEST_ROWS, ((cut, _within(data, limit, _FEWEST_ROWS, *cut)) for cut in _CUTS)
    cut, found = next((cut, made) for cut, made in tried if made)
    while found.rows_cut and rows < max(found.lost):
        rows = rows * 4 // 3 + 1
        if not (more := _within(data, limit, rows, *cut)):
            break
        found = more
    return found


def _within(data: object, limit: int, rows: int, text_cap: int, depth: int) -> Shortened | None:
    """Return what is left with so many rows a list, characters a text and levels, if it fits."""
    lost: dict[int, int] = {}

    def some(held: Sequence[Any], cap: int, level: int) -> list[Any]:
        places = spread(len(held), cap if level <= depth else 0)
        lost[len(held)] = len(held) - len(places)
        return [held[place] for place in places]

    def kept(node: object, level: int) -> object:
        if isinstance(node, Mapping):
            names = some([*node], max(rows, _FEWEST_FIELDS), level)
            return {kept(str(name), level): kept(node[name], level + 1) for name in names}
        if isinstance(node, list | tuple):
            return [kept(value, level + 1) for value in some(node, rows, level)]
        if isinstance(node, str):
            return node if len(node) <= text_cap else clean(node, text_cap)
        return None if isinstance(node, float) and not math.isfinite(node) else node

    # ASCII keeps invisible and bidirectional characters visible as escapes.
    made = redact(json.dumps(kept(data, 0), separators=(",", ":")))
    fits = len(made) <= limit * _CHARACTERS_PER_TOKEN and estimate(made) <= limit
    return Shortened(made, lost) if fits else None
