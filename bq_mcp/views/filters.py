"""Turn single values into the words of an answer.

Every function takes any value and returns `n/a` for one that is missing or not a number: null
means "not measured", zero is 0. A figure that is not zero never prints as zero.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

from ..text import clean
from .derived import IvScale
from .values import moment, number, utc_day

MISSING = "n/a"
_ABSENT_WORDS = frozenset({"none", "null", "nan", "undefined", "nat", "nil"})
_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_.:+/@%-]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORD_LIMIT = 40
_QUOTE_LIMIT = 160
_SCIENTIFIC_BELOW = 1e-9
_SCIENTIFIC_FROM = 1e15
_SCALES = ((1e9, "bn"), (1e6, "m"), (1e3, "k"))
# A unit is used up to two of the next one: 95s and 110m say more than 2m and 2h.
_DURATIONS = ((120, 1, "s"), (7_200, 60, "m"), (172_800, 3_600, "h"))
_LEVEL_DIGITS = 10
_NUMBER_DIGITS = 6
_PRICE_DIGITS = 5


def price(value: object, against: Iterable[float] = ()) -> str:
    """Return a price with five significant digits, or more where `against` needs them.

    Rounding never moves the price to the other side of a level in `against`, nor onto it.
    """
    figure = number(value)
    if figure is None:
        return MISSING
    levels = [level for level in map(number, against) if level is not None]
    for digits in range(_PRICE_DIGITS, 16):
        shown = _rounded(figure, digits)
        if all(_sign(shown - level) == _sign(figure - level) for level in levels):
            return _significant(figure, digits)
    return f"{figure:,.15g}"


def level(value: object) -> str:
    """Return a strike or level as served, without the noise of binary fractions."""
    figure = number(value)
    return MISSING if figure is None else _significant(figure, _LEVEL_DIGITS)


def plain(value: object) -> str:
    """Return a figure of unknown unit as served, with six significant digits."""
    figure = number(value)
    if figure is None:
        return _huge(value) if isinstance(value, int) and not isinstance(value, bool) else MISSING
    digits = 15 if figure == int(figure) else _NUMBER_DIGITS
    shown = _significant(figure, digits)
    return shown.replace(",", "") if abs(figure) < 10_000 else shown


def usd(value: object) -> str:
    """Return US dollars with three significant digits and k, m or bn."""
    figure = number(value)
    return MISSING if figure is None else ("-" if figure < 0 else "") + _dollars(abs(figure))


def exposure(value: object) -> str:
    """Return signed US dollars; of a gamma exposure they are dollars per 1% move."""
    figure = number(value)
    if figure is None:
        return MISSING
    return (_mark(figure)) + _dollars(abs(figure))


def iv(value: object, scale: IvScale | None) -> str:
    """Return an implied volatility level in percent with one decimal.

    `scale` is what the levels of the same payload say; without one the figure goes as served.
    """
    figure = number(value)
    if figure is None:
        return MISSING
    if scale is None:
        return plain(figure)
    return _decimals(figure * 100 if scale == "decimal" else figure, 1, "%")


def points(value: object, scale: IvScale | None) -> str:
    """Return a signed difference of implied volatilities in vol points with one decimal."""
    figure = number(value)
    if figure is None:
        return MISSING
    if scale is None:
        return plain(figure)
    return _signed(figure * 100 if scale == "decimal" else figure, 1, " pts")


def pct(value: object) -> str:
    """Return a figure that is already in percent with one decimal."""
    figure = number(value)
    return MISSING if figure is None else _decimals(figure, 1, "%")


def signed_pct(value: object) -> str:
    """Return a percentage with its sign always printed."""
    figure = number(value)
    return MISSING if figure is None else _signed(figure, 1, "%")


def size_pct(value: object) -> str:
    """Return a percentage without its sign, for use beside the word above or below."""
    figure = number(value)
    return MISSING if figure is None else _decimals(abs(figure), 1, "%")


def chance(value: object) -> str:
    """Return a probability of 0 to 1 in percent with one decimal; anything else as served.

    One that is not certain never prints as 100%.
    """
    figure = number(value)
    if figure is None or not 0 <= figure <= 1:
        return plain(value)
    return ">99.9%" if 0.9995 <= figure < 1 else pct(figure * 100)


def ratio(value: object) -> str:
    """Return a ratio with two decimals."""
    figure = number(value)
    return MISSING if figure is None else _decimals(figure, 2, "")


def count(value: object) -> str:
    """Return a whole number with thousands separators, any other figure as served."""
    figure = number(value)
    if figure is None or figure != int(figure) or abs(figure) >= _SCIENTIFIC_FROM:
        return plain(value)
    return f"{int(figure):,}"


def duration(value: object) -> str:
    """Return seconds as one figure in the unit a reader would choose: 12s, 5m, 3h, 4d."""
    figure = number(value)
    if figure is None:
        return MISSING
    seconds = abs(figure)
    for limit, size, unit in _DURATIONS:
        if round(seconds) <= limit:
            return f"{_mark(figure) if figure < 0 else ''}{_duration_figure(seconds / size)}{unit}"
    return f"{'-' if figure < 0 else ''}{round(seconds / 86_400):,}d"


def clock(value: object, now: datetime | None = None) -> str:
    """Return a UTC instant to the second, with its date unless that is the date of `now`."""
    instant = value if isinstance(value, datetime) else moment(value)
    if instant is None:
        return MISSING
    stamp = instant.strftime("%H:%M:%SZ")
    if now is not None and utc_day(instant) == utc_day(now):
        return stamp
    if isinstance(value, str) and len(value.strip()) == 10:
        return value.strip()
    return f"{instant:%Y-%m-%d} {stamp}"


def day(value: object) -> str:
    """Return the UTC date of an instant."""
    instant = value if isinstance(value, datetime) else moment(value)
    return MISSING if instant is None else f"{instant:%Y-%m-%d}"


def word(value: object) -> str:
    """Return a short upstream value: bare when it is one plain token, quoted otherwise."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return plain(value)
    line = clean(value, _WORD_LIMIT)
    if not line or line.casefold() in _ABSENT_WORDS:
        return MISSING
    return line if _PLAIN.fullmatch(line) else _quote(line)


def quoted(value: object, limit: int = _QUOTE_LIMIT) -> str:
    """Return upstream prose on one line, bounded, in double quotes."""
    if not isinstance(value, str):
        return word(value)
    line = clean(value, limit)
    return MISSING if not line or line.casefold() in _ABSENT_WORDS else _quote(line)


def label(value: object) -> str:
    """Return a wire name as spelled; anything that could pass for prose is quoted."""
    line = clean(value, 64)
    if _NAME.fullmatch(line) and line.casefold() not in _ABSENT_WORDS:
        return line
    return _quote(line)


def names(values: object, limit: int = 6) -> str:
    """Return the first `limit` names of a list and how many more there are."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        return word(values)
    shown = ", ".join(word(value) for value in values[:limit])
    left = len(values) - limit
    return f"{shown} and {left:,} more" if left > 0 else shown or "empty"


def labels(values: object, limit: int = 6) -> str:
    """Return the first `limit` wire names of a list and how many more there are."""
    return listed(
        [label(value) for value in values] if isinstance(values, list | tuple) else [], limit
    )


def listed(words: object, limit: int = 6) -> str:
    """Return the first `limit` of words that are printable already and how many more."""
    found = [str(word) for word in words] if isinstance(words, list | tuple) else []
    shown = ", ".join(found[:limit])
    return f"{shown} and {len(found) - limit:,} more" if len(found) > limit else shown


def fields(block: object) -> list[tuple[str, object]]:
    """Return the names and values of a record as pairs, without the missing ones."""
    if not isinstance(block, Mapping):
        return []
    return [(str(name), value) for name, value in block.items() if value is not None]


def members(block: object, first: object = ()) -> list[tuple[str, object]]:
    """Return the names and values of a record as pairs, the missing ones too.

    Names listed in `first` come first, in that order.
    """
    if not isinstance(block, Mapping):
        return []
    listed = first if isinstance(first, list | tuple) else ()
    ahead = (name for name in listed if isinstance(name, str) and name in block)
    return [(str(name), block[name]) for name in dict.fromkeys([*ahead, *block])]


def listing(value: object) -> list[object] | None:
    """Return a list as it is, None for anything else."""
    return value if isinstance(value, list) else None


def lowered(title: object, before: object = "") -> str:
    """Return a title with a small first letter where something stands before it.

    An acronym at its start stays as it is.
    """
    line = clean(title, 80)
    acronym = len(line) > 1 and (line[1].isupper() or line[1].isdigit())
    return line if acronym or not before else line[:1].lower() + line[1:]


def line(cells: object) -> str:
    """Return one row of a table; a row that opens with a name gets a dash before it."""
    listed = [str(cell) for cell in cells] if isinstance(cells, list | tuple) else []
    row = " · ".join(listed)
    return row if row[:1].isdigit() or row[:1] in "+-$<>" else f"- {row}"


def given(value: object) -> str:
    """Return what a caller gave for an argument, bounded and quoted unless a plain figure."""
    if isinstance(value, str | bool):
        return _quote(clean(value, _WORD_LIMIT))
    return served(value)


def clause(value: object) -> str:
    """Return one of our own sentences as a clause: bounded, without its full stop."""
    return clean(value, _QUOTE_LIMIT).rstrip(".")


def phrase(value: object, limit: int = 48) -> str:
    """Return an upstream code such as `flow_tape_empty` as words."""
    line = clean(value, limit).replace("_", " ")
    return line if re.fullmatch(r"[A-Za-z0-9 .-]+", line) else _quote(line)


def served(value: object) -> str:
    """Return any value that reached a template unformatted."""
    if isinstance(value, str):
        return MISSING if value.strip().casefold() in _ABSENT_WORDS else value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, datetime):
        return clock(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return f"{len(value)} fields"
    if isinstance(value, list | tuple):
        return names(value)
    return MISSING


TEMPLATE_FILTERS: Mapping[str, Callable[..., object]] = {
    "price": price,
    "level": level,
    "plain": plain,
    "usd": usd,
    "exposure": exposure,
    "iv": iv,
    "points": points,
    "pct": pct,
    "signed_pct": signed_pct,
    "size_pct": size_pct,
    "chance": chance,
    "ratio": ratio,
    "count": count,
    "duration": duration,
    "clock": clock,
    "day": day,
    "word": word,
    "quoted": quoted,
    "label": label,
    "names": names,
    "labels": labels,
    "listed": listed,
    "fields": fields,
    "members": members,
    "listing": listing,
    "lowered": lowered,
    "served": served,
    "line": line,
    "given": given,
    "clause": clause,
    "phrase": phrase,
}


def _quote(line: str) -> str:
    return '"' + line.replace('"', "'") + '"'


# An ASCII minus: it costs a token less than U+2212 in brackets and before a dollar sign, and it
# is the sign the wire uses, so that a figure can be found again by its digits.
def _mark(figure: float) -> str:
    return "-" if figure < 0 else "+" if figure > 0 else ""


def _signed(figure: float, places: int, unit: str) -> str:
    return ("+" if figure > 0 else "") + _decimals(figure, places, unit)


def _decimals(figure: float, places: int, unit: str) -> str:
    if abs(figure) >= _SCIENTIFIC_FROM:
        return f"{figure:.2e}{unit}"
    shown = f"{figure:,.{places}f}"
    if figure != 0 and float(shown.replace(",", "")) == 0:
        smallest = f"{10**-places:.{places}f}"
        return f"{'<' if figure > 0 else '>-'}{smallest}{unit}"
    return f"{0:.{places}f}{unit}" if figure == 0 and places == 0 else shown + unit


def _dollars(size: float) -> str:
    rounded = float(f"{size:.2e}")
    for scale, suffix in _SCALES:
        if rounded >= scale:
            return f"${_significant(rounded / scale, 3)}{suffix}"
    return f"${_significant(rounded, 3)}"


def _duration_figure(figure: float) -> str:
    return "<1" if 0 < figure < 0.5 else f"{round(figure)}"


def _rounded(figure: float, digits: int) -> float:
    return float(_significant(figure, digits).replace(",", ""))


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


def _huge(value: int) -> str:
    sign = "-" if value < 0 else ""
    digits = str(abs(value))
    return f"{sign}{digits[0]}.{digits[1:4]}e+{len(digits) - 1}"


def _sign(figure: float) -> int:
    return (figure > 0) - (figure < 0)
