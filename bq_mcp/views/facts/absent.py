"""Find which tokens of a list that was asked for a reply does not contain."""

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from ...envelope import Envelope
from ..read.values import expiry_day, text
from ..scene import Scene

# Lists whose tokens need not stand in a reply under their own names.
_UNNAMED = ("include", "fields", "series", "tags", "exchanges", "venues")
# Blocks that repeat what was asked.
ECHOES = ("filter", "request", "asked", "missing", "invalid")
_MOST_LOOKED_AT = 200_000
# The words of a reply are kept for as long as the reply itself.
_READ: WeakKeyDictionary[Envelope, tuple[set[str], set[str]] | None] = WeakKeyDictionary()
_LONGEST = 11


def absent_tokens(scene: Scene) -> list[str]:
    """Return the tokens asked for that a reply has not, as far as it names any of their kind."""
    hints = scene.question.hint.params
    asked = {name: text(scene.query.get(name)) for name in hints if name not in _UNNAMED}
    lists = {name: told.split(",") for name, told in asked.items() if told and hints[name].csv}
    if lists and scene.envelope not in _READ:
        _READ[scene.envelope] = _words(scene.data)
    words = _READ[scene.envelope] if lists else None
    if words is None:
        return []
    found: list[str] = []
    for name, tokens in lists.items():
        served, listed = ({_plain(word) for word in part} for part in words)
        if hints[name].expiry:
            served, listed = (
                {word for word in part if expiry_day(word)} for part in (served, listed)
            )
        elif served.isdisjoint(map(_plain, tokens)):
            continue
        known = served or listed
        found += [token for token in tokens if known and _plain(token) not in known]
    return found


def _words(data: object) -> tuple[set[str], set[str]] | None:
    """Return the short texts and names of a payload, those of its lists of what there is apart.

    None where there is too much to look at all of it.
    """
    found: tuple[set[str], set[str]] = set(), set()
    waiting = [(data, False)]
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return found
        value, listing = waiting.pop()
        if isinstance(value, str) and len(value) <= _LONGEST:
            found[listing].add(value)
        elif isinstance(value, list):
            waiting += [(item, listing) for item in value]
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                if not any(echo in name for echo in ECHOES):
                    waiting += [(name, listing), (inner, listing or "available" in name)]
    return None


def _plain(token: str) -> str:
    day = expiry_day(token)
    return day.isoformat() if day else token.casefold()
