"""The facts an answer must hold, and whether a text holds them."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract.unseen.shapes import NOW, days_left, token

LEADS = 3
CELL = " · "
_SCALES = {"": 1.0, "k": 1e3, "m": 1e6, "bn": 1e9, "b": 1e9}
_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?Z?|\b\d\d:\d\d(?::\d\d)?Z?\b"
    r"|\b\d{1,2}[A-Z]{3}\d{2}\b|\b\d{1,2} [A-Z][a-z]{2} \d{4}\b"
)
_FIGURE = re.compile(
    r"(?<![\w.,])(?P<sign>[-+−]?)(?P<unit>\$?)(?P<inner>-?)(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?P<power>e[-+]?\d+)?(?P<scale>bn|[kmb])?(?P<percent> ?%)?(?![\w%]|\.\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Told:
    """What a payload says about a fact: its value, or several that would do, and its places.

    A place is a strike (float), an instant (datetime), an expiry or a day (date), or a name; in a
    set any of its members will do.
    """

    values: Sequence[float]
    places: Sequence[Any] = ()


@dataclass(frozen=True)
class Fact:
    """One fact of one payload; `kind` and `words` as in `facts.toml`."""

    name: str
    kind: str
    words: str
    told: Told
    lead: bool
    flags: Sequence[str] = ()


@dataclass(frozen=True)
class Figure:
    """A printed figure: its value, half a unit of its last digit, and what stands around it."""

    value: float
    half: float
    dollar: bool
    percent: bool
    start: int
    end: int
    text: str


@cache
def wanted() -> Mapping[str, Mapping[str, str]]:
    """Return the facts of every endpoint as they are written in `facts.toml`."""
    return tomllib.loads(Path(__file__).with_name("facts.toml").read_text())


def facts_of(path: str, told: Mapping[str, Any], filled: Mapping[str, str]) -> Iterator[Fact]:
    """Yield the facts of a payload; `told` has a value, a `Told` or nothing for each name."""
    for number, (name, line) in enumerate(wanted()[path].items()):
        head, _, words = line.partition(": ")
        kind, *flags = head.split()
        for mark, pattern in filled.items():
            words = words.replace(mark, pattern)
        value = told.get(name, Told(()))
        if kind != "words" and name not in told:
            raise KeyError(f"{path}: {name}")
        held = value if isinstance(value, Told) else Told((value,))
        yield Fact(name, kind, words, held, number < LEADS, flags)


def kept(fact: Fact, text: str) -> bool:
    """Tell whether one line of an answer holds the figure of a fact, its words and its places."""
    return not lost(fact, text)


def lost(fact: Fact, text: str) -> str:
    """Return what no line of an answer has of a fact: `figure`, `words`, `place`, or nothing."""
    if fact.kind == "words":
        return "" if re.search(fact.words, text, re.IGNORECASE | re.MULTILINE) else "words"
    day = first_day(text)
    lines = text.split("\n")
    reasons = {_missing(fact, line, lines[:at], day) for at, line in enumerate(lines)}
    return next(
        why for why in ("", "words", "place", "words and place", "figure") if why in reasons
    )


def _missing(fact: Fact, line: str, above: Sequence[str], day: date) -> str:
    telling = [figure for figure in figures(line) if _tells(figure, fact)]
    if not telling:
        return "figure"
    lacks = []
    said = [line, *(heading(line, figure.start, above) for figure in telling)]
    if not any(re.search(fact.words, words, re.IGNORECASE) for words in said):
        lacks.append("words")
    if not all(stands(place, line, day) for place in fact.told.places):
        lacks.append("place")
    return " and ".join(lacks)


def heading(line: str, start: int, above: Sequence[str]) -> str:
    """Return the name of the column a position of a table's row lies in, "" outside of tables.

    The heading is the nearest line above with as many names, none of which but the first has a
    figure: `3 rows: strike · net_gex`, or `3 rows: strike, net_gex`.
    """
    cells = line.split(CELL)
    for candidate in reversed(above if len(cells) > 1 else ()):
        for names in (candidate.split(CELL), candidate.rpartition(": ")[2].split(", ")):
            named = (name.partition(";")[0] for name in names[1:])
            if len(names) == len(cells) and not any(map(_FIGURE.search, named)):
                return names[line[:start].count(CELL)]
    return ""


def figures(line: str) -> Iterator[Figure]:
    """Yield the figures printed on a line, without those of dates, times and expiry tokens."""
    bare = _STAMP.sub(lambda stamp: " " * len(stamp[0]), line)
    for found in _FIGURE.finditer(bare):
        digits = found["digits"].rstrip(",").replace(",", "")
        size = _SCALES[(found["scale"] or "").lower()] * float("1" + (found["power"] or ""))
        decimals = len(digits.partition(".")[2])
        negative = found["sign"] in ("-", "−") or found["inner"] == "-"
        yield Figure(
            float(digits) * size * (-1 if negative else 1),
            10.0**-decimals * size / 2,
            bool(found["unit"]),
            bool(found["percent"]),
            found.start(),
            found.end(),
            found[0],
        )


def _tells(figure: Figure, fact: Fact) -> bool:
    derived = fact.kind == "pct" and "derived" in fact.flags
    return any(
        _same(figure.value, value, "share" if derived else fact.kind, factor)
        for value in fact.told.values
        for factor in _factors(fact.kind, figure)
    )


def _factors(kind: str, figure: Figure) -> Sequence[float]:
    return (1.0, 100.0) if kind == "rate" and figure.percent else (1.0,)


def _same(printed: float, value: float, kind: str, factor: float = 1.0) -> bool:
    value *= factor
    if (printed < 0) != (value < 0) and abs(value) > 1e-12:
        return False
    return abs(printed - value) <= resolution(value, kind) / 2 * (1 + 1e-6) + 1e-12


def resolution(value: float, kind: str) -> float:
    """Return the coarsest unit in which a figure of a kind may be printed."""
    if kind == "price":
        return digit(value, 5)
    if kind in ("iv", "pts", "share") or (kind == "pct" and abs(value) >= 1):
        return 0.1
    if kind == "ratio":
        return 0.01
    return 0.0 if kind == "count" else digit(value, 3)


def digit(value: float, digits: int) -> float:
    """Return the size of the last of so many significant digits."""
    return float(10.0 ** (int(f"{abs(value):e}".partition("e")[2]) - digits + 1)) if value else 0.0


def first_day(text: str) -> date:
    """Return the date of the first line, which may be left out elsewhere."""
    found = re.search(r"\d{4}-\d\d-\d\d", text.split("\n", 1)[0])
    return date.fromisoformat(found[0]) if found else NOW.date()


def stands(place: Any, line: str, day: date) -> bool:
    """Tell whether a line names a place in one of the forms a reader knows it by."""
    if isinstance(place, frozenset | set):
        return any(stands(one, line, day) for one in place)
    return re.search(_pattern(place, day), line, re.IGNORECASE) is not None


@cache
def _pattern(place: Any, day: date) -> str:
    if isinstance(place, datetime):
        clock = rf"{place:%H:%M}(?::\d\d)?(?:Z|\b)"
        dated = rf"(?:{place:%Y-%m-%d}|\b{place:%m-%d}|\b{place.day} {place:%b})[T ,]+{clock}"
        midnight = rf"|{place:%Y-%m-%d}(?!.\d\d:)" if not (place.hour or place.minute) else ""
        bare = rf"|(?<!\d\d-\d\d[T ])(?<![\d:]){clock}" if place.date() == day else ""
        return dated + bare + midnight
    if isinstance(place, date):
        left = days_left(place)
        forms = [
            f"{place:%Y-%m-%d}",
            rf"\b0?{place.day} {place:%b}",
            rf"\b0?{token(place).lstrip('0')}\b",
        ]
        tenor = [rf"(?<![\w.]){left} ?d(?:ays?)?\b"] if left >= 0 else []
        return "|".join(forms + tenor)
    if isinstance(place, str):
        return rf"(?<![a-z0-9]){re.escape(place)}(?![a-z0-9_])"
    return _level(float(place))


def _level(strike: float) -> str:
    exact = f"{strike:,.10f}".rstrip("0").rstrip(".")
    rounded = round(strike / digit(strike, 5)) * digit(strike, 5) if strike else 0.0
    forms = {exact, f"{rounded:,.10f}".rstrip("0").rstrip(".")}
    forms |= {form.replace(",", "") for form in forms}
    written = "|".join(map(re.escape, forms))
    return rf"(?<![\d.,])\$?(?:{written})(?:\.0+)?(?![\d%kmb]|[.,]\d)"
