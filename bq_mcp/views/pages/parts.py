"""Find records wherever they stand in a payload, for replies whose fields are hardly published."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ..read.values import mapping, text
from .rows import Row

_MOST = 20_000
_NAMES = ("name", "id", "venue", "exchange", "symbol", "category")


@dataclass(frozen=True, slots=True)
class Part:
    """A record inside a payload and the names that lead to it; an unnamed one has its place."""

    path: Sequence[str]
    fields: Row


def parts_of(data: object) -> Iterator[Part]:
    """Yield the records below the root of a payload, in served order."""
    stack: list[tuple[Sequence[str], object]] = [((), data)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict) and path:
            yield Part(path, node)
        stack += [((*path, name), item) for name, item in reversed(list(_inside(node)))]


def parts_with(data: object, *names: str) -> list[Part]:
    """Return the records below the root that have one of the fields `names`, all without one."""
    found = islice(parts_of(data), _MOST)
    return [part for part in found if not names or any(name in part.fields for name in names)]


def _inside(node: object) -> Iterable[tuple[str, object]]:
    if isinstance(node, dict):
        return [(name, item) for name, item in node.items() if isinstance(item, dict | list)]
    listed = enumerate(node) if isinstance(node, list) else ()
    return [(_own_name(item) or str(place), item) for place, item in listed if item]


def _own_name(node: object) -> str | None:
    return next((name for key in _NAMES if (name := text(mapping(node).get(key)))), None)
