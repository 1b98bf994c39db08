"""Find which tokens of a list that was asked for a reply does not contain."""

from weakref import WeakKeyDictionary

from ...envelope import Envelope
from ..read.values import expiry_day, text
from ..records import Path, parts_of
from ..scene import Scene

# Lists whose tokens need not stand in a reply under their own names.
_UNNAMED = ("include", "fields", "series", "tags", "exchanges", "venues")
_ECHOES = ("filter", "request", "asked", "missing", "invalid")
# As many parts of a reply, and rows of one, are looked at; of a larger one nothing is said.
_MOST = 20_000
_LONGEST = 11
# The words of a reply are kept for as long as the reply itself.
_READ: WeakKeyDictionary[Envelope, tuple[set[str], set[str]] | None] = WeakKeyDictionary()


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


def is_aside(path: Path) -> bool:
    """Tell whether a part repeats what was asked or lists what there is, and holds no rows."""
    return _is_echo(path) or any("available" in name for name in path)


def _is_echo(path: Path) -> bool:
    return any(echo in name.casefold() for name in path for echo in _ECHOES)


def _words(data: object) -> tuple[set[str], set[str]] | None:
    """Return the short texts and names of a payload, those of its lists of what there is apart.

    None where there is too much to look at all of it.
    """
    found: tuple[set[str], set[str]] = set(), set()
    parts = [part for part in parts_of(data, _MOST, _MOST) if not _is_echo(part[0])]
    for path, part in parts:
        fields = part.items() if isinstance(part, dict) else enumerate(part)
        words = (x for name, held in fields if not _is_echo((str(name),)) for x in (name, held))
        short = (x for x in words if isinstance(x, str) and len(x) <= _LONGEST)
        found[is_aside(path)].update(short)
    return found if len(parts) < _MOST else None


def _plain(token: str) -> str:
    day = expiry_day(token)
    return day.isoformat() if day else token.casefold()
