"""Tell which arguments left nothing in a reply, so that its zeros are not read as figures."""

from collections.abc import Mapping

from ...text import clean
from ..read.columns import word_set, words_of
from ..read.values import figure
from ..scene import Scene
from .absent import ECHOES

# What is asked for with these narrows nothing down.
_NARROW_NOTHING = (
    "symbol", "symbols", "greek", "positioning", "include", "fields", "series", "order", "sort",
    "limit", "top", "weight", "market", "interval", "granularity", "bucket_minutes",
    "max_contracts", "max_strikes", "max_expiries", "time_steps", "price_steps", "vol_shift_pct",
    "before",
)  # fmt: skip
# Words of single values at the root of an empty payload that are settings or the market's.
_NO_FIGURES = word_set("spot price hour hours minutes day days window time timestamp ms ts limit")
_MOST_LOOKED_AT = 500
_SHOWN = 3
_VALUE_LIMIT = 24


def emptied_by(scene: Scene) -> str:
    """Return the arguments that left nothing, "" where something is left or none can have."""
    asked = {name: scene.query[name] for name in scene.query if name not in _NARROW_NOTHING}
    if not asked or not _is_empty(scene.data, asked) or scene.forms.tables or scene.forms.grids:
        return ""
    told = [f"{name} {clean(value, _VALUE_LIMIT)}" for name, value in asked.items()]
    more = [f"{len(told) - _SHOWN} more arguments"] if len(told) > _SHOWN else []
    return ", ".join([*told[:_SHOWN], *more])


def _is_empty(data: object, asked: Mapping[str, object]) -> bool:
    """Tell whether a payload has no row, and no figure that is not zero."""
    waiting = [data]
    for _ in range(_MOST_LOOKED_AT):
        if not waiting:
            return True
        value = waiting.pop()
        if isinstance(value, Mapping):
            inside = {name: inner for name, inner in value.items() if name not in asked}
            waiting += [
                inner for name, inner in inside.items() if not _is_aside(name, inner, value is data)
            ]
        elif (isinstance(value, list) and value) or value is True or figure(value):
            return False
    return False


def _is_aside(name: str, inner: object, at_root: bool) -> bool:
    """Tell whether a field says nothing of rows: what was asked, what there is, a setting."""
    if any(part in name.casefold() for part in (*ECHOES, "available")):
        return True
    words = {"window"} if isinstance(inner, Mapping) else _NO_FIGURES
    return at_root and not isinstance(inner, list) and not words.isdisjoint(words_of(name))
