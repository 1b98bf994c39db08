"""Tell the unit of a figure: what the payload says, a name that says all of it, a hint."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from statistics import median
from typing import Literal

from .columns import TIME_WORDS, in_price_range, leaf_of, names_price, word_set, words_of
from .forms import Role
from .values import figure

Kind = Literal[
    "price", "usd", "exposure", "iv", "iv_points", "pct", "ratio",
    "days", "duration", "count", "coin", "as_served",
]  # fmt: skip
IvScale = Literal["decimal", "percent"]
_SCALES = {
    **dict.fromkeys(("k", "thousand", "thousands"), 1e3),
    **dict.fromkeys(("m", "mn", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1e9),
}
_DOLLARS = word_set("usd us $ dollar dollars usdt usdc")
# Words beside dollars that do not change how many a figure is.
_FILLING = _DOLLARS | word_set("price in of per 1% % move pct notional value nominal premium s")
_SILENT = word_set("vol points price min")
_TENOR = re.compile(r"\d+d")
# Words that make a name with `iv` something else than a level of it.
_NO_LEVEL = word_set(
    "rank percentile change diff difference spread dispersion gap skew vrp std count"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """What figures are measured in; `note` is the hint's own text where `kind` does not say it.

    `factor` is how many USD (usd) or seconds (duration) one served unit is.
    """

    kind: Kind = "as_served"
    note: str = ""
    factor: float = 1.0


AS_SERVED = Unit()
_UNITS = {
    word: unit
    for words, unit in (
        ("% percent pct", Unit("pct")),
        ("iv vol", Unit("iv")),
        ("pts points", Unit("iv_points")),
        ("days dte", Unit("days")),
        ("ms milliseconds", Unit("duration", factor=0.001)),
        ("s sec secs second seconds", Unit("duration")),
        ("min mins minute minutes", Unit("duration", factor=60.0)),
        ("hour hours hrs", Unit("duration", factor=3600.0)),
        ("count counts", Unit("count")),
        ("coin coins btc eth sol hype", Unit("coin")),
        ("price", Unit("price")),
        ("ratio", Unit("ratio")),
    )
    for word in words.split()
}


def unit_of(
    name: str,
    hinted: Mapping[str, str],
    *,
    stated: str = "",
    role: Role = "",
    figures: Sequence[object] = (),
    spot: float | None = None,
) -> Unit:
    """Return the unit of the field or column `name`.

    `stated` is the payload's own unit text, `hinted` maps patterns of leaf names to unit texts,
    the first that matches counts. `figures` and `spot` tell a price that only its name suggests.
    """
    words = words_of(name)
    unit, dollars = _told(stated, words), _DOLLARS & set(words_of(stated))
    if unit.kind != "as_served" or dollars:
        return unit
    if role in ("price", "days"):
        return _UNITS[role]
    for part in reversed(name.split(".")):
        full = _by_name(part)
        # In a record `iv` stands also what is no level of it.
        if full and not (full.kind == "iv" and _NO_LEVEL & {*words, *words_of(part)}):
            return full
    for pattern, hint in hinted.items():
        if matches(name, [pattern]):
            return _told(hint, words)
    priced = names_price(words) and in_price_range(figures, spot)
    return Unit("price") if priced else AS_SERVED


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Tell whether a pattern fits the leaf of `name`, case and underscores folded."""
    leaf = leaf_of(name)
    return any(_fits(leaf, pattern) for pattern in patterns)


def iv_scale(levels: Iterable[object]) -> IvScale | None:
    """Return the scale of a payload's implied volatilities from its at-the-money levels.

    Their median decides, below 5 is a decimal; zero is the same on either scale. None without one.
    """
    found = [level for level in map(figure, levels) if level]
    if not found:
        return None
    return "decimal" if median(found) < 5 else "percent"


# The names and patterns of a payload come back with each reply.
@lru_cache(maxsize=8192)
def _fits(leaf: str, pattern: str) -> bool:
    return fnmatchcase(_folded(leaf), _folded(pattern))


def _folded(name: str) -> str:
    return re.sub(r"[_\-\s\[]", "", name[:64]).casefold()


@lru_cache(maxsize=4096)
def _told(stated: str, words: tuple[str, ...]) -> Unit:
    """Return the unit that a text names; a text that names none is kept as the note."""
    told = re.findall(r"[a-z]+|[%$/]", stated.casefold())
    if not told:
        return AS_SERVED
    if _DOLLARS & set(told) and "/" not in told:
        return _dollars(stated, told, words)
    if len(told) > 1 and told[0] not in ("vol", "iv"):
        return Unit("ratio", stated) if "/" in told else Unit(note=stated)
    return _UNITS.get(told[-1], Unit(note=stated))


def _dollars(stated: str, told: Sequence[str], words: tuple[str, ...]) -> Unit:
    """Return dollars with the scale stated, no dollars where a word beside them is not known."""
    scales = [word for word in told if word in _SCALES]
    if len(scales) > 1 or set(told) - _FILLING - set(scales):
        return Unit(note=stated)
    factor = _SCALES[scales[0]] if scales else 1.0
    if "per" in told and ("%" in told or "pct" in told):
        return Unit("exposure", "USD per 1% move", factor)
    priced = not scales and ("price" in told or names_price(words))
    return Unit("price") if priced else Unit("usd", factor=factor)


@lru_cache(maxsize=4096)
def _by_name(name: str) -> Unit | None:
    """Return the unit a name says in full by its ending, None where it says none.

    A tenor such as 30d behind it changes nothing.
    """
    words = tuple(word for word in words_of(name) if not _TENOR.fullmatch(word))
    before, last = ("", "", *words)[-2:]
    told = [word for word in (before, last) if word == "usd" or word in _SCALES]
    if "usd" in told and last in told:
        return _dollars("", told, words)
    unit = _UNITS.get(last, AS_SERVED)
    silent = (
        last in _SILENT
        or (unit.kind == "pct" and before.isdigit())
        or (unit.kind == "duration" and TIME_WORDS & set(words))
        or (len(words) == 1 and unit.kind not in ("iv", "days", "ratio", "pct"))
    )
    return None if silent else _UNITS.get(last)
