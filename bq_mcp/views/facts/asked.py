"""Compare a reply with what was asked: tokens it lacks, arguments that left nothing in it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from ...text import clean
from ..read.columns import word_set, words_of
from ..read.forms import Forms
from ..read.values import expiry_day, figure, text
from ..scene import Scene

# Lists whose tokens need not stand in a reply under their own names.
_UNNAMED = ("include", "fields", "series", "tags", "exchanges", "venues")
# Parts so called repeat what was asked, or list what there is.
_ECHOES, _LISTS = ("filter", "request", "asked", "missing", "invalid"), ("available",)
# What is asked for with these narrows nothing down.
_NARROW_NOTHING = (
    "symbol", "symbols", "greek", "positioning", "include", "fields", "series", "order", "sort",
    "limit", "top", "weight", "market", "interval", "granularity", "bucket_minutes",
    "max_contracts", "max_strikes", "max_expiries", "time_steps", "price_steps", "vol_shift_pct",
    "before",
)  # fmt: skip
# Words of single values at the root of an empty payload that are settings or the market's.
_NO_FIGURES = word_set("spot price hour hours minutes day days window time timestamp ms ts limit")
_SHOWN = 3
_VALUE_LIMIT = 24


def absent_tokens(scene: Scene) -> list[str]:
    """Return the tokens asked for that a reply has not, as far as it names any of their kind."""
    hints = scene.question.hint.params
    given = {name: text(value) for name, value in scene.query.items() if name not in _UNNAMED}
    named = [name for name in given if name in hints and hints[name].csv]
    lists = {name: told.split(",") for name in named if (told := given[name])}
    asked = {token for tokens in lists.values() for token in tokens}
    names = set[str](), set[str]()
    for is_listed, name in _named(scene.data) if asked else ():
        names[is_listed].add(name)
        if asked <= names[False]:
            return []
    served, listed = ({*map(_plain, found)} for found in names)
    days = set(filter(expiry_day, served)) or set(filter(expiry_day, listed))
    found: list[str] = []
    for name, tokens in lists.items():
        known = days if hints[name].expiry else served.intersection(map(_plain, tokens))
        found += [token for token in tokens if known and _plain(token) not in known]
    return found


def emptied_by(scene: Scene) -> str:
    """Return the arguments that left nothing, "" where something is left or none can have."""
    asked = {name: scene.query[name] for name in scene.query if name not in _NARROW_NOTHING}
    forms = scene.forms
    if not asked or forms.tables or forms.grids or forms.unread or _figures(forms, asked):
        return ""
    told = [f"{name} {clean(value, _VALUE_LIMIT)}" for name, value in asked.items()]
    more = [f"{len(told) - _SHOWN} more arguments"] if len(told) > _SHOWN else []
    return ", ".join([*told[:_SHOWN], *more])


def _named(data: object) -> Iterator[tuple[bool, str]]:
    """Yield the names and texts of a payload, and whether they stand among what there is."""
    waiting = [(False, data)]
    # It grows while it is walked.
    for is_listed, part in waiting:
        if isinstance(part, str):
            yield is_listed, part
        elif isinstance(part, list):
            waiting += [(is_listed, held) for held in part if isinstance(held, str | dict | list)]
        elif isinstance(part, dict):
            for name in (name for name in part if not _holds(name, _ECHOES)):
                yield is_listed, name
                waiting.append((is_listed or _holds(name, _LISTS), part[name]))


def _figures(forms: Forms, asked: Iterable[str]) -> list[str]:
    """Return the places of lists, flags and figures, but for settings and what was asked."""
    places = [one.path for one in forms.listings]
    for record in forms.records:
        settings = frozenset() if record.path else _NO_FIGURES
        told = [name for name, value in record.fields.items() if value is True or figure(value)]
        places += [f"{record.path}.{name}" for name in told if settings.isdisjoint(words_of(name))]
    windows = (place for place in places if "window" in words_of(place.partition(".")[0]))
    aside = {*windows, *(place for place in places if _holds(place, (*_ECHOES, *_LISTS)))}
    asked = frozenset(asked)
    return [place for place in places if place not in aside and asked.isdisjoint(place.split("."))]


@lru_cache(maxsize=4096)
def _holds(path: str, words: Iterable[str]) -> bool:
    return any(word in path.casefold() for word in words)


def _plain(token: str) -> str:
    day = expiry_day(token)
    return day.isoformat() if day else token.casefold()
