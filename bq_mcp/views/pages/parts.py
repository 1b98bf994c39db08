"""Find records wherever they stand in a payload, for replies whose fields are hardly published."""

from collections.abc import Iterable, Iterator

from ..read.values import Row, mapping, text

# A record and the names that lead to it; an unnamed one has its place.
Branch = tuple[tuple[str, ...], Row]
_NAMES = ("name", "id", "venue", "exchange", "symbol", "category")


def parts_of(node: object, path: tuple[str, ...] = ()) -> Iterator[Branch]:
    """Yield the records below the root of a payload, in served order."""
    inside: Iterable[tuple[str, object]] = ()
    if isinstance(node, dict):
        if path:
            yield path, node
        inside = node.items()
    elif isinstance(node, list):
        inside = ((_own_name(item) or str(place), item) for place, item in enumerate(node))
    for name, item in inside:
        yield from parts_of(item, (*path, name))


def _own_name(node: object) -> str | None:
    return next((name for key in _NAMES if (name := text(mapping(node).get(key)))), None)
