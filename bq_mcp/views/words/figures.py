"""Word the figures and places of a digest by their units."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..digest.sheet import Figure, Place
from ..read.forms import Role
from ..read.units import Kind
from ..read.values import moment, number
from . import filters

_BY_KIND: Mapping[Kind, Callable[[object], str]] = {
    "price": lambda value: "$" + filters.level(value),
    "usd": filters.usd,
    "exposure": filters.exposure,
    "pct": filters.pct,
    "ratio": filters.ratio,
    "days": filters.days,
    "duration": filters.duration,
    "count": filters.count,
    "coin": filters.price,
    "as_served": filters.plain,
}
# So many places tell a print by its side, type, strike and expiry.
_PRINT = 4
_BRACKETED: Sequence[Role] = ("name", "key", "expiry")
_BY_ROLE: Mapping[Role, Callable[[object], str]] = {
    "price": filters.level,
    "days": filters.days,
}


def told(figure: Figure) -> str:
    """Return the value of a figure in its unit, its share of the whole in brackets."""
    value = _value(figure)
    plus = figure.signed and (number(figure.value) or 0) > 0 and value[:1] not in "+a"
    part = f" ({filters.share(figure.share)})" if figure.share is not None else ""
    return f"{'+' * plus}{value}{part}"


def placed(places: Sequence[Place], day: datetime | None = None, short: bool = False) -> str:
    """Return where figures belong; the date of an instant is left out on `day`.

    Short, an expiry stands without its days, and a print without its instant.
    """
    if short:
        timed = len(places) < _PRINT
        places = [replace(one, days=None) for one in places if timed or one.role != "time"]
    return " ".join(_place(one, day) for one in places)


def at(places: Sequence[Place], day: datetime | None = None, short: bool = False) -> str:
    """Return where one figure belongs, as it stands behind the figure; short without distance.

    Names and expiries stand in brackets.
    """
    bare = [replace(one, away=None) if short and one.value is not None else one for one in places]
    shown = placed(bare, day, short)
    if not shown or shown.startswith("("):
        return shown
    if all(one.role in _BRACKETED for one in places):
        return f"({shown.replace(' (', ', ').replace(')', '')})"
    return f"at {shown}"


def _place(found: Place, day: datetime | None) -> str:
    shown = []
    if found.role == "time" and found.value is not None:
        shown = [filters.clock(found.value, day)]
    elif found.value is not None:
        shown = [_BY_ROLE.get(found.role, filters.word)(found.value)]
    if found.away is not None:
        shown.append(f"({filters.signed_pct(found.away)})")
    if found.days is not None:
        shown.append(f"({filters.days(found.days)})")
    return " ".join(shown)


def _value(figure: Figure) -> str:
    value, unit = figure.value, figure.unit
    if isinstance(value, list | tuple):
        return filters.names(value, 3)
    if (found := number(value)) is None:
        return filters.word(value) if moment(value) is None else filters.clock(value)
    if unit.kind == "iv":
        return filters.iv(value, figure.scale)
    if unit.kind == "iv_points":
        return filters.points(value, figure.scale)
    scaled = found * unit.factor if unit.factor != 1 else value
    return _BY_KIND.get(unit.kind, filters.plain)(scaled)


FIGURE_FILTERS: Mapping[str, Callable[..., str]] = {
    "told": told,
    "placed": placed,
    "at": at,
}
