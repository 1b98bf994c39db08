"""A bounded look into a payload, for what its first line and caveats must not miss."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ..read.columns import words_of
from ..read.values import figure, text

Part = Mapping[str, object]
_LOOKED_AT = 160
_ROWS = 24
_FIELDS = 64
# Words that make a name with `gex` something else than an amount of it.
_NO_AMOUNT = frozenset(
    ("at", "count", "date", "flip", "level", "pct", "percent", "price", "rank")
    + ("regime", "share", "sign", "strike", "time", "unit")
)


def parts(data: object) -> list[Part]:
    """Return records of a payload, the root first; of long lists and maps only the start."""
    found: list[Part] = []
    waiting = deque([data])
    for _ in range(_LOOKED_AT):
        if not waiting:
            break
        held = waiting.popleft()
        inner: Iterable[object] = ()
        if isinstance(held, dict):
            found.append(held)
            inner = islice(held.values(), _FIELDS)
        elif isinstance(held, list):
            inner = held[:_ROWS]
        waiting.extend(value for value in inner if isinstance(value, dict | list))
    return found


def stated(seen: Sequence[Part], name: str) -> list[str]:
    """Return the texts that parts hold under `name`."""
    return [found for part in seen if (found := text(part.get(name)))]


def shows_gex(seen: Sequence[Part]) -> bool:
    """Tell whether a figure is a gamma exposure; a flag or a word of that name is none."""
    amounts = [name for name in {name for part in seen for name in part} if _names_gex(name)]
    values = (part.get(name, "") for part in seen for name in amounts)
    if any(not isinstance(value, bool | str) or figure(value) is not None for value in values):
        return True
    return any(_names_gex(name) for part in seen[:_ROWS] for name in _columns(part))


def _names_gex(name: str) -> bool:
    words = frozenset(words_of(name)) if "gex" in name.casefold() else frozenset()
    return "gex" in words and not words & _NO_AMOUNT


def _columns(part: Part) -> Iterator[str]:
    """Yield the columns a part names beside its lists of lists."""
    lists = [value for value in part.values() if isinstance(value, list) and value]
    if any(isinstance(value[0], list) for value in lists):
        yield from (name for value in lists for name in value[:_FIELDS] if isinstance(name, str))
