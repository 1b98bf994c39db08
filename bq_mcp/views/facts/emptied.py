"""Tell which arguments left nothing in a reply, so that its zeros are not read as figures."""

from collections.abc import Iterator, Mapping

from ...text import clean
from ..read.columns import word_set, words_of
from ..read.forms import Forms
from ..read.values import figure
from ..scene import Scene
from .absent import is_aside

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


def emptied_by(scene: Scene) -> str:
    """Return the arguments that left nothing, "" where something is left or none can have."""
    asked = {name: scene.query[name] for name in scene.query if name not in _NARROW_NOTHING}
    forms = scene.forms
    if not asked or forms.tables or forms.grids or forms.unread or any(_figures(forms, asked)):
        return ""
    told = [f"{name} {clean(value, _VALUE_LIMIT)}" for name, value in asked.items()]
    more = [f"{len(told) - _SHOWN} more arguments"] if len(told) > _SHOWN else []
    return ", ".join([*told[:_SHOWN], *more])


def _figures(forms: Forms, asked: Mapping[str, object]) -> Iterator[object]:
    """Yield the lists of a payload, its flags and figures, but for settings and what was asked."""
    found: list[tuple[str, object]] = [(one.path, one.values) for one in forms.listings]
    for record in forms.records:
        fields = (pair for pair in record.fields.items() if pair[1] is True or figure(pair[1]))
        found += [(f"{record.path}.{name}", value) for name, value in fields]
    for place, value in found:
        path = tuple(filter(None, place.split(".")))
        words = frozenset(words_of(path[0])) if path else frozenset()
        setting = words & (_NO_FIGURES if len(path) == 1 else {"window"})
        if not setting and not is_aside(path) and asked.keys().isdisjoint(path):
            yield value
