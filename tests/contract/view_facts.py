"""What the answers of a view must settle: read from `facts/*.toml`, checked against payloads.

A file holds, for one view:

path       the path of its endpoint
queries    the questions to put, tables of parameters; `symbols` of each defaults to all four
[[fact]]   question   what a reader asks
           label      words on the line that answers it, before the figure
           truth      an expression over the payload, see `NAMESPACE`
           form       level, price, usd, iv, ratio, pct, size, count or text
           details    the sizes of answer that must settle it
           missing    words the answer must hold where the truth is missing; optional
           when       an expression; the fact is left out where it is false; optional
           each       names; the fact is asked for each, put in place of `{each}`; optional
[[claim]]  words      a claim the view makes only where it has the field
           field      the name of that field
[[trap]]   words      what a fluent but wrong answer would say, and this one never does
           when       an expression; the trap is left out where it is false; optional
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.contract.sandbox_answers import SYMBOLS, Case
from tests.contract.unseen.report import PATHS

FOLDER = Path(__file__).with_name("facts")
_SCALES = {"k": 1e3, "m": 1e6, "bn": 1e9}
# What is printed: a sign, a dollar, digits with commas, a fraction, a scale.
_FIGURE = re.compile(
    r"(?<![\w.,$])(?P<sign>[+-]?)\$?(?P<digits>\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)(?P<scale>bn|m|k)?"
    r"(?![\d\w]*[A-Za-z]{3})"
)
# How far a printed figure may be from the truth, from the truth's size.
_RESOLUTION: Mapping[str, Callable[[float], float]] = {
    "level": lambda size: size * 1e-9,
    "count": lambda size: 0.0,
    "price": lambda size: _unit(size, 5),
    "usd": lambda size: _unit(size, 3),
    "iv": lambda size: 0.1,
    "ratio": lambda size: 0.01,
    "pct": lambda size: 0.1,
    "size": lambda size: 0.1,
}
_SIGNED = ("pct",)


@dataclass(frozen=True)
class Fact:
    """One question an answer must settle."""

    question: str
    label: str
    truth: str
    form: str
    details: Sequence[str]
    missing: str = ""
    when: str = "True"


@dataclass(frozen=True)
class Claim:
    """Words that may stand in an answer only where the payload has the field."""

    words: str
    field: str


@dataclass(frozen=True)
class Trap:
    """Words that may not stand in an answer."""

    words: str
    when: str = "True"


@dataclass(frozen=True)
class ViewFacts:
    """The facts of one view."""

    path: str
    queries: Sequence[Mapping[str, Any]]
    facts: Sequence[Fact]
    claims: Sequence[Claim]
    traps: Sequence[Trap]

    def cases(self, seeds: Iterable[int]) -> Iterator[Case]:
        """Return every question in every world."""
        for seed in seeds:
            for query in self.queries:
                asked = {key: str(value) for key, value in query.items() if key != "symbol"}
                for symbol in _symbols(query):
                    yield Case(self.path, {**symbol, **asked}, seed)


@cache
def all_facts() -> tuple[ViewFacts, ...]:
    """Return the facts of every view that has a file."""
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.toml")))


def typed_facts() -> tuple[ViewFacts, ...]:
    """Return the facts of the views whose endpoints have a published shape or a page."""
    return tuple(view for view in all_facts() if view.path not in PATHS)


def evaluate(expression: str, body: Mapping[str, Any], query: Mapping[str, str]) -> Any:
    """Return what an expression says about a reply."""
    meta = body.get("meta") or {}
    names = {
        "data": body.get("data"),
        "meta": meta,
        "extra": meta.get("extra") or {},
        "spot": meta.get("spot_price"),
        "query": query,
    }
    known = {"__builtins__": {}, **NAMESPACE, **names}
    return eval(expression, known)  # noqa: S307  # from the files beside this one


def settles(fact: Fact, truth: Any, text: str) -> bool:
    """Tell whether a line of `text` has the label of a fact and, after it, the truth."""
    if truth is None:
        return not fact.missing or fact.missing in text
    after = [line.split(fact.label, 1)[1] for line in text.split("\n") if fact.label in line]
    return any(_holds(rest, truth, fact.form) for rest in after)


def _holds(line: str, truth: Any, form: str) -> bool:
    if form == "text":
        return str(truth) in line
    wanted = float(truth)
    signed = form in _SIGNED or (form in ("usd", "iv") and wanted < 0)
    return any(_same(found, wanted, form, signed) for found in _FIGURE.finditer(line))


def _same(found: re.Match[str], wanted: float, form: str, signed: bool) -> bool:
    figure = float(found["digits"].replace(",", "")) * _SCALES.get(found["scale"] or "", 1)
    if signed and wanted:
        figure = -figure if found["sign"] == "-" else figure
    else:
        wanted = abs(wanted)
    if figure == 0 and wanted != 0:
        return found.string[: found.start()].endswith("about ") and abs(wanted) < 0.05
    if found.string[: found.start()].endswith(("<", ">")):
        return 0 < abs(wanted) < abs(figure)
    return abs(figure - wanted) <= _RESOLUTION[form](abs(wanted)) / 2 * (1 + 1e-6) + 1e-12


def _unit(size: float, digits: int) -> float:
    """Return one unit of the last of `digits` significant digits."""
    return float(10.0 ** (math.floor(math.log10(size)) - digits + 1)) if size else 0.0


def _symbols(query: Mapping[str, Any]) -> list[dict[str, str]]:
    asked = query.get("symbol", SYMBOLS)
    listed = [asked] if isinstance(asked, str) else asked
    return [{"symbol": symbol} if symbol else {} for symbol in listed]


def _read(path: Path) -> ViewFacts:
    raw = tomllib.loads(path.read_text("utf-8"))
    return ViewFacts(
        path=raw["path"],
        queries=raw.get("queries", [{}]),
        facts=[Fact(**asked) for entry in raw["fact"] for asked in _each(entry)],
        claims=[Claim(**entry) for entry in raw.get("claim", [])],
        traps=[Trap(**entry) for entry in raw.get("trap", [])],
    )


def _each(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a fact once, or once for every name it is asked for."""
    told = {key: value for key, value in entry.items() if key != "each"}
    for name in entry.get("each", [""]):
        yield {
            key: value.replace("{each}", name) if isinstance(value, str) else value
            for key, value in told.items()
        }


def _get(node: Any, place: str) -> Any:
    """Return the value at a dotted place, None where there is none."""
    for name in place.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def _table(node: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
    """Return parallel lists as rows."""
    columns = zip(*(node[name] for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in columns]


def _with(rows: Iterable[Any], place: str) -> list[Any]:
    """Return the rows that have a figure at a place."""
    return [row for row in rows if isinstance(_get(row, place), int | float)]


def _nearest(rows: Iterable[Any], place: str, target: float) -> Any:
    """Return the row whose figure is nearest a target."""
    return min(_with(rows, place), key=lambda row: abs(_get(row, place) - target), default={})


def _top(rows: Iterable[Any], place: str, sign: int = 0) -> Any:
    """Return the row with the largest absolute figure, of one sign if one is given."""
    kept = [row for row in _with(rows, place) if not sign or _get(row, place) * sign > 0]
    return max(kept, key=lambda row: abs(_get(row, place)), default={})


def _total(values: Iterable[Any]) -> float | None:
    """Return the sum of the figures that are there, None where there is none."""
    figures = [value for value in values if value is not None]
    return sum(figures) if figures else None


def _away(level: float | None, spot: float | None) -> float | None:
    """Return how far a level lies from spot in percent."""
    return None if level is None or not spot else (level / spot - 1) * 100


def _side(spot: float | None, level: float | None) -> str | None:
    """Return on which side of a level spot stands."""
    if spot is None or level is None:
        return None
    return "above" if spot > level else "below" if spot < level else "at"


def _percent(value: float | None, levels: Iterable[Any]) -> float | None:
    """Return a volatility in percent, its scale read from the levels of the payload."""
    figures = [level for level in levels if level]
    if value is None or not figures:
        return None
    return value * 100 if max(figures) < 5 else value


def _share(part: float | None, whole: float | None) -> float | None:
    """Return a part in percent of the whole."""
    return None if part is None or not whole else part / whole * 100


def _days(token: str, instant: str) -> int:
    """Return the whole days from an instant to 08:00 UTC on the day of an expiry token."""
    end = datetime.strptime(f"{token} 08 +0000", "%d%b%y %H %z")
    return (end - datetime.fromisoformat(instant)).days


def _settlement_ms(token: str) -> float:
    """Return when an expiry token settles: 08:00 UTC on its day, in Unix ms."""
    return datetime.strptime(f"{token} 08 +0000", "%d%b%y %H %z").timestamp() * 1000


NAMESPACE: Mapping[str, Any] = {
    "get": _get,
    "table": _table,
    "having": _with,
    "nearest": _nearest,
    "top": _top,
    "total": _total,
    "away": _away,
    "side": _side,
    "percent": _percent,
    "share": _share,
    "days": _days,
    "settlement_ms": _settlement_ms,
    **{
        function.__name__: function
        for function in (abs, all, any, dict, len, list, max, min, next, round, sorted, str, sum)
    },
}
