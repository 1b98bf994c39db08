"""Turn single values, and the figures of digests with their places, into words of an answer.

Every function takes any value and returns `MISSING` for one that is missing or not a number: null
means "not measured", zero is 0. A figure that is not zero never prints as zero. Text from upstream
comes out bounded, on one line, and quoted unless it is one plain token.
"""

import math
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial, wraps
from itertools import islice
from typing import Any

from ...text import clean
from ..digest.sheet import Figure, Place
from ..fit.marks import MISSING, MISSING_WORDS
from ..read.units import IvScale
from ..read.values import moment, number, utc_day

_ABSENT = frozenset({"none", "null", "nan", "undefined", "nat", "nil"})
# Words that open a line of ours; as a value they would pass for one.
_OURS = frozenset({"simulated", "stale", "error", "caveat", "caveats", "next"})
_TOKEN = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_.:+/@%-]*")
_PROSE_LIMIT = 160
_SCIENTIFIC_BELOW = 1e-9
_SCIENTIFIC_FROM = 1e15
_SCALES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
# A unit is used up to two of the next one: 95s and 110m say more than 2m and 2h.
_DURATIONS = ((120, 1, "s"), (7_200, 60, "m"), (172_800, 3_600, "h"), (math.inf, 86_400, "d"))
_TO_PERCENT: Mapping[IvScale, float] = {"decimal": 100.0, "percent": 1.0}
_NUMBER_DIGITS = 6
_ABOUT_ZERO_BELOW = 0.05
# So many places tell a print by its side, type, strike and expiry.
_PRINT = 4


def _figure(worded: Callable[..., str]) -> Callable[..., str]:
    """Make the words of a finite figure those of any value."""

    @wraps(worded)
    def of_any(value: object, *more: Any, **named: Any) -> str:
        figure = number(value)
        return MISSING if figure is None else worded(figure, *more, **named)

    return of_any


def plain(value: object) -> str:
    """Return a figure of unknown unit as served, with six significant digits."""
    figure = number(value)
    if figure is None:
        return f"{Decimal(value):.3e}" if type(value) is int else MISSING
    shown = _significant(figure, 15 if figure == int(figure) else _NUMBER_DIGITS)
    return shown.replace(",", "") if abs(figure) < 10_000 else shown


@_figure
def exposure(figure: float, plus: str = "+", unit: str = "$") -> str:
    """Return signed US dollars, of a gamma exposure per 1% move: three digits with k, m or bn."""
    # An ASCII minus: it costs a token less than U+2212, and it is the sign the wire uses.
    sign = "-" if figure < 0 else plus if figure > 0 else ""
    size = float(f"{abs(figure):.2e}")
    scale, suffix = next((pair for pair in _SCALES if size >= pair[0]), (1.0, ""))
    return f"{sign}{unit}{_significant(size / scale, 3)}{suffix}"


@_figure
def _volatility(figure: float, scale: IvScale | None, worded: Callable[[float], str]) -> str:
    """Return a figure of implied volatility in percent, worded so.

    `scale` is what the levels of the same payload say; without one the figure goes as served.
    """
    return worded(figure * _TO_PERCENT[scale]) if scale else plain(figure)


@_figure
def pct(figure: float) -> str:
    """Return a figure that is in percent: three significant digits below 10, else one decimal."""
    return share(figure) if abs(figure) >= 10 else _significant(figure, 3) + "%"


@_figure
def chance(figure: float) -> str:
    """Return a probability of 0 to 1 in percent with one decimal; anything else as served.

    One that is not certain never prints as 100%.
    """
    if not 0 <= figure <= 1:
        return plain(figure)
    return ">99.9%" if 0.9995 <= figure < 1 else share(figure * 100)


def count(value: object) -> str:
    """Return a whole number with thousands separators, any other figure as served."""
    figure = number(value)
    if figure is None or figure != int(figure) or abs(figure) >= _SCIENTIFIC_FROM:
        return plain(value)
    return f"{int(figure):,}"


@_figure
def duration(figure: float) -> str:
    """Return seconds as one figure in the unit a reader would choose: 12s, 5m, 3h, 4d."""
    size, unit = next((size, unit) for most, size, unit in _DURATIONS if round(figure) <= most)
    many = figure / size
    return f"<1{unit}" if 0 < many < 0.5 else f"{round(many):,}{unit}"


@_figure
def days(figure: float) -> str:
    """Return days to expiry as served: 26d, 0.4d."""
    return f"{_significant(figure, 3)}d"


def clock(value: object, now: datetime | None = None, seconds: bool = False) -> str:
    """Return a UTC instant to the minute with its date: `2026-11-28 10:47Z`.

    The date is left out on the day of `now`. A value that is only a date stays one.
    """
    instant = moment(value)
    if instant is None:
        return MISSING
    if isinstance(value, str) and len(value.strip()) == len("2026-11-28"):
        return value.strip()
    today = now is not None and utc_day(instant) == utc_day(now)
    shape = ("" if today else "%Y-%m-%d ") + ("%H:%M:%SZ" if seconds else "%H:%MZ")
    return f"{instant:{shape}}"


def word(value: object, limit: int = 64) -> str:
    """Return an upstream name or value: bare when it is one plain token, quoted otherwise."""
    if not isinstance(value, str):
        return served(value)
    line = clean(value, limit)
    plain_token = _TOKEN.fullmatch(line) and line.casefold().rstrip(":") not in _ABSENT | _OURS
    return line if plain_token else quoted(line, limit)


def quoted(value: object, limit: int = _PROSE_LIMIT) -> str:
    """Return upstream prose on one line, bounded, in double quotes."""
    if not isinstance(value, str):
        return served(value)
    line = clean(value, limit).replace('"', "'")
    return MISSING if not line or line.casefold() in _ABSENT else f'"{line}"'


def each(
    parts: Iterable[object] | None, say: Callable[[object], str], mark: str, first: str = ""
) -> str:
    """Return what a macro says of each part, joined by a mark; `first` opens a list of any."""
    told = [say(part) for part in parts or ()]
    return first + mark.join(told) if told else ""


def record(value: object, limit: int = 12, depth: int = 3) -> str:
    """Return any small value of upstream on one line: `name value, name (name value)`.

    Of a record or list the first `limit` parts are told, and inner ones to `depth` levels.
    """
    if isinstance(value, Mapping) and value and depth:
        return _listing(value.items(), limit, lambda held: _field(held, limit, depth - 1))
    if isinstance(value, list | tuple) and depth:
        mark = "; " if any(isinstance(held, Mapping) for held in value[:limit]) else ", "
        return _listing(value, limit, lambda held: record(held, limit, depth - 1), mark) or "empty"
    if isinstance(value, str):
        return clock(value) if "T" in value and moment(value) else word(value, _PROSE_LIMIT)
    return served(value) if number(value) is None else count(value)


def served(value: object) -> str:
    """Return any value that reached a template unformatted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, date):
        return clock(value) if isinstance(value, datetime) else value.isoformat()
    return f"{len(value)} parts" if isinstance(value, Mapping | list | tuple) else MISSING


def _listing(
    values: Collection[Any], limit: int, worded: Callable[[Any], str], mark: str = ", "
) -> str:
    shown = mark.join(map(worded, islice(values, limit)))
    return f"{shown} and {len(values) - limit:,} more" if len(values) > limit else shown


def _field(item: tuple[object, object], limit: int, depth: int) -> str:
    name, held = item
    # One null among them does not make the record a missing one.
    told = record(held, limit, depth).replace(MISSING, MISSING_WORDS)
    return f"{word(name)} ({told})" if isinstance(held, Mapping | list) else f"{word(name)} {told}"


@_figure
def _decimals(figure: float, places: int, unit: str = "", signed: bool = False) -> str:
    """Return a figure with so many decimals, but a difference too small for them has no sign."""
    if signed and 0 < abs(figure) < _ABOUT_ZERO_BELOW:
        return f"about 0{unit}"
    shown = f"{figure:,.{places}f}" if abs(figure) < _SCIENTIFIC_FROM else f"{figure:.2e}"
    if figure != 0 and float(shown.replace(",", "")) == 0:
        shown = _significant(figure, 2)
    return f"{'+' if signed and figure > 0 else ''}{shown}{unit}"


def _significant(figure: float, digits: int) -> str:
    size = abs(figure)
    if size == 0:
        return "0"
    if size < _SCIENTIFIC_BELOW or size >= _SCIENTIFIC_FROM:
        digit, power = f"{figure:.{min(digits, _NUMBER_DIGITS) - 1}e}".split("e")
        return f"{digit.rstrip('0').rstrip('.')}e{int(power)}"
    places = max(digits - 1 - math.floor(math.log10(size)), 0)
    shown = f"{figure:,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


# A price; and a strike, level or spot with all the digits that nearly any of them has: because all
# have as many, rounding never moves spot to the other side of a level.
price = partial(_figure(_significant), digits=5)
level = partial(_figure(_significant), digits=7)
# US dollars without a plus sign, and a signed amount of another unit.
usd = partial(exposure, plus="")
amount = partial(exposure, unit="")
# A part of a whole in percent, and a distance or change whose sign is always printed.
share = partial(_decimals, places=1, unit="%")
signed_pct = partial(_decimals, places=1, unit="%", signed=True)
ratio = partial(_decimals, places=2)
# A level of implied volatility in percent, and a signed difference of two in vol points.
iv = partial(_volatility, worded=share)
points = partial(_volatility, worded=partial(_decimals, places=1, unit=" pts", signed=True))
# An instant to the second, always with its date; for the first line.
stamp = partial(clock, seconds=True)


def told(figure: Figure) -> str:
    """Return the value of a figure in its unit, its share of the whole in brackets."""
    value = _value(figure)
    plus = figure.signed and (number(figure.value) or 0) > 0 and value[:1] not in "+a"
    part = f" ({share(figure.share)})" if figure.share is not None else ""
    return f"{'+' * plus}{value}{part}"


def placed(places: Sequence[Place], day: datetime | None = None, short: bool = False) -> str:
    """Return where figures belong; the date of an instant is left out on `day`.

    Short, an expiry stands without its days, and a print without its instant and distance.
    """
    if short:
        places = [replace(one, days=None) for one in places]
        if len(places) >= _PRINT:
            places = [replace(one, away=None) for one in places if one.role != "time"]
    return " ".join(filter(None, (_place(one, day) for one in places)))


def at(places: Sequence[Place], day: datetime | None = None, short: bool = False) -> str:
    """Return where one figure belongs, as it stands behind the figure; short without distance.

    Names and expiries stand in brackets.
    """
    bare = [replace(one, away=None) if short and one.value is not None else one for one in places]
    shown = placed(bare, day, short)
    if not shown or shown.startswith("("):
        return shown
    if all(one.role in ("name", "key", "expiry") for one in places):
        return f"({shown.replace(' (', ', ').replace(')', '')})"
    return f"at {shown}"


def _place(found: Place, day: datetime | None) -> str:
    say = partial(clock, now=day) if found.role == "time" else _BY_ROLE.get(found.role, word)
    shown = (
        "" if found.value is None else say(found.value),
        "" if found.away is None else f"({signed_pct(found.away)})",
        "" if found.days is None else f"({days(found.days)})",
    )
    return " ".join(filter(None, shown))


def _value(figure: Figure) -> str:
    value, unit = figure.value, figure.unit
    if (found := number(value)) is None:
        return record(value, 3)
    if unit.kind in ("iv", "iv_points"):
        return (iv if unit.kind == "iv" else points)(value, figure.scale)
    scaled = found * unit.factor if unit.factor != 1 else value
    return _BY_KIND.get(unit.kind, plain)(scaled)


FILTERS: dict[str, Callable[..., str]] = {
    "price": price, "level": level, "plain": plain, "usd": usd, "exposure": exposure,
    "amount": amount, "iv": iv, "points": points, "pct": pct, "share": share,
    "signed_pct": signed_pct, "chance": chance, "ratio": ratio, "count": count,
    "duration": duration, "days": days, "clock": clock, "stamp": stamp, "word": word,
    "quoted": quoted, "names": record, "each": each, "record": record, "told": told,
    "placed": placed, "at": at,
}  # fmt: skip
# The filters of figures by the kind of their unit, where it has not the name of one.
_BY_KIND: Mapping[str, Callable[..., str]] = {
    **FILTERS,
    "price": lambda value: ("$" + level(value)).replace("$-", "-$"),
    "coin": price,
}
_BY_ROLE: Mapping[str, Callable[..., str]] = {"price": level, "days": days}
