"""Shorten a payload to a size while it stays JSON of the same shape."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...text import clean, redact
from ..arithmetic import spread
from .size import estimate

_FEWEST_ROWS = 2
_FEWEST_FIELDS = 24
# What is tried in turn: characters of a text, levels of records and lists.
_CUTS = ((400, 24), (80, 24), (24, 24), (24, 4), (24, 3), (24, 2), (24, 1), (24, 0), (24, -1))
# A token is at least this many characters of JSON on average; longer text is over the ceiling.
_CHARACTERS_PER_TOKEN = 8


@dataclass
class Shortened:
    """A payload as JSON with at most `rows` rows a list, `text_cap` characters a text and `depth`
    levels; `lost` has how many rows lists and maps of a length lack.
    """

    rows: int
    text_cap: int
    depth: int
    json: str = ""
    lost: dict[int, int] = field(default_factory=dict)

    @property
    def rows_cut(self) -> int:
        """How many rows it lacks; those of lists of one length, parallel or not, count once."""
        return sum(self.lost.values())

    def keep(self, node: object, level: int = 0) -> object:
        """Return what is kept of a value at a level of the payload."""
        if isinstance(node, Mapping):
            keys = self._some(list(node), max(self.rows, _FEWEST_FIELDS), level)
            return {self._text(str(key)): self.keep(node[key], level + 1) for key in keys}
        if isinstance(node, list | tuple):
            return [self.keep(value, level + 1) for value in self._some(node, self.rows, level)]
        if isinstance(node, str):
            return self._text(node)
        return None if isinstance(node, float) and not math.isfinite(node) else node

    def _some(self, held: Sequence[object], cap: int, level: int) -> list[object]:
        places = spread(len(held), cap if level <= self.depth else 0)
        self.lost[len(held)] = len(held) - len(places)
        return [held[place] for place in places]

    def _text(self, value: str) -> str:
        return value if len(value) <= self.text_cap else clean(value, self.text_cap)


def shorten_json(data: object, limit: int) -> Shortened:
    """Return `data` as JSON of at most `limit` tokens.

    Lists, and maps with many entries, lose whole rows at evenly spread places; lists of one length
    lose the same places, so that parallel ones stay parallel. Figures that are not finite become
    null. Where even two rows are too much, long text is cut, then whole parts.
    """
    tried = (_within(data, limit, text_cap, depth, _FEWEST_ROWS) for text_cap, depth in _CUTS)
    found = next(filter(None, tried))
    while found.rows_cut and found.rows < max(found.lost):
        more = _within(data, limit, found.text_cap, found.depth, found.rows * 4 // 3 + 1)
        if not more:
            break
        found = more
    return found


def _within(data: object, limit: int, text_cap: int, depth: int, rows: int) -> Shortened | None:
    made = Shortened(rows, text_cap, depth)
    # ASCII keeps invisible and bidirectional characters visible as escapes.
    made.json = redact(json.dumps(made.keep(data), separators=(",", ":")))
    fits = len(made.json) <= limit * _CHARACTERS_PER_TOKEN and estimate(made.json) <= limit
    return made if fits else None
