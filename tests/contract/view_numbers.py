"""Where the figures of an answer come from: the payload, or a named function over it.

`Ledger.environment` renders like the service's, but writes down every call of a function that
computes figures or rows: what it was given and what it gave.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from inspect import unwrap
from typing import Any

from bq_mcp.views import filters, select
from bq_mcp.views.environment import Views, build
from bq_mcp.views.values import number
from bq_mcp.words import prompts_root

# Functions of other modules of the views compute; these two only print and choose.
_NOT_COMPUTING = (filters.__name__, select.__name__)
# A line of the machinery: the first one and these.
_FRAME = ("caveat", "…", "more:", "next:")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\dZ|\b\d{1,2}[A-Z]{3}\d{2}\b")
_QUOTED = re.compile(r'"[^"\n]*"')
_FIGURE = re.compile(
    r"(?<![\w.,$])(?:<|>-)?[+-]?\$?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?"
    r"(?:bn|[dhkmsx%]| pts)?(?!\w)"
)
_PARTS = re.compile(r"(?P<sign>[+-]?)\$?(?P<digits>\d[\d,]*)(?P<rest>\.\d+)?(?P<scale>bn|[km])?")
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?e-?\d+")
_SIZES: Mapping[str | None, float] = {None: 1.0, "k": 1e3, "m": 1e6, "bn": 1e9}
_STATIC = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
_CODE = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
_FORMS: tuple[Callable[[float], str], ...] = (
    filters.price,
    filters.level,
    filters.plain,
    filters.usd,
    filters.exposure,
    filters.pct,
    filters.signed_pct,
    filters.size_pct,
    filters.ratio,
    lambda value: filters.chance(value).removeprefix(">"),
    filters.count,
    filters.duration,
    lambda value: filters.plain(value) + "d",
    lambda value: filters.price(value, [value * (1 + 1e-9)]),
    lambda value: filters.iv(value, "decimal"),
    lambda value: filters.iv(value, "percent"),
    lambda value: filters.points(value, "decimal"),
    lambda value: filters.points(value, "percent"),
)


@dataclass(frozen=True)
class Entry:
    """One call of a derived function during a render."""

    function: Callable[..., Any]
    inputs: tuple[Any, ...]
    named: Mapping[str, Any]
    output: Any

    def holds(self) -> bool:
        """Tell whether the function gives the same again."""
        return bool(self.function(*self.inputs, **self.named) == self.output)


@dataclass
class Ledger:
    """Writes down what derived functions are asked and answer."""

    entries: list[Entry] = field(default_factory=list)

    def environment(self) -> Views:
        """Return an environment whose derived functions are written down here."""
        views = build()
        for table in (views.globals, views.filters):
            for name, function in list(table.items()):
                if _computes(function):
                    # Without the memory of an answer, which asks for the context first.
                    table[name] = self._noting(unwrap(function))
        return views

    def _noting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def noted(*inputs: Any, **named: Any) -> Any:
            kept = tuple(_kept(value) for value in inputs)
            output = function(*kept, **named)
            self.entries.append(Entry(function, kept, named, output))
            return output

        return noted


def strangers(text: str, body: object, ledger: Ledger, view: str) -> list[str]:
    """Return the figures and dates of an answer that come from nowhere."""
    outputs = {figure for entry in ledger.entries for figure in _figures(entry.output)}
    known = sorted({abs(figure) for figure in _figures(body)} | {abs(value) for value in outputs})
    signed = {*_figures(body), *outputs}
    served = {word for value in _texts(body) for word in value.split()}
    words = template_words(view)
    found = []
    for line in _body_lines(text):
        plain = " ".join(
            word
            for word in line.split(" ")
            if word not in words and word.strip("(),.:;") not in served
        )
        stamps = (stamp.removesuffix("Z") for stamp in _STAMP.findall(plain))
        found += [
            f"{stamp} in {line}" for stamp in stamps if not any(stamp in value for value in served)
        ]
        found += [
            f"{token} in {line}"
            for token in _FIGURE.findall(_STAMP.sub("", plain))
            if not _is_printed_from(token, known, signed)
        ]
    return found


def unfounded(ledger: Ledger, body: object, view: str) -> list[str]:
    """Return the calls of derived functions that do not repeat or whose inputs were not served."""
    known = {*_figures(body), *template_numbers(view)}
    known |= {figure for entry in ledger.entries for figure in _figures(entry.output)}
    found = []
    for entry in ledger.entries:
        given = (figure for value in entry.inputs for figure in _figures(value))
        alien = [figure for figure in given if figure not in known]
        if alien or not entry.holds():
            found.append(f"{entry.function.__name__}: {alien[:3]} {entry.output}")
    return found


@cache
def template_words(view: str) -> frozenset[str]:
    """Return the words with digits that a template itself writes, such as `1%` and `0DTE:`."""
    words = (word for text in _sources(view) for word in _STATIC.sub(" ", text).split())
    literal = (
        word
        for text in _sources(view)
        for code in _CODE.findall(text)
        for quoted in re.findall(r'"([^"]*)"', code)
        for word in quoted.split()
    )
    return frozenset(word for word in (*words, *literal) if any(map(str.isdigit, word)))


@cache
def template_numbers(view: str) -> frozenset[float]:
    """Return the numbers a template hands to functions."""
    code = (code for text in _sources(view) for code in _CODE.findall(text))
    return frozenset(
        float(found) for part in code for found in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", part)
    )


def _sources(view: str) -> Iterator[str]:
    root = prompts_root() / "views"
    for path in (root / f"{view}.md.jinja", *root.glob("_*.jinja")):
        yield path.read_text("utf-8")


def _body_lines(text: str) -> Iterator[str]:
    for line in text.split("\n")[1:]:
        if not line.startswith(_FRAME):
            yield _QUOTED.sub('""', line)


def _is_printed_from(token: str, known: list[float], signed: set[float]) -> bool:
    return any(
        token == printed or token == printed.lstrip("+-")
        for size in _near(token, known)
        for figure in (size, -size)
        if figure in signed
        for printed in _printed(figure)
    )


@cache
def _printed(figure: float) -> frozenset[str]:
    return frozenset(form(figure) for form in _FORMS)


def _near(token: str, known: list[float]) -> Iterator[float]:
    """Yield the known sizes a printed figure may stand for, whatever its unit."""
    if token.startswith(("<", ">-")):
        yield from known[: bisect_left(known, 1.0)]
        return
    if _SCIENTIFIC.fullmatch(token):
        size = abs(float(token))
        yield from (value for value in known if abs(value - size) <= 1e-5 * size)
        return
    parts = _PARTS.search(token)
    assert parts, token
    size = float(parts["digits"].replace(",", "") + (parts["rest"] or ""))
    step = 10.0 ** -(len(parts["rest"] or ".") - 1)
    # An m is a million or a minute.
    for factor in (_SIZES[parts["scale"]], 0.01, 60.0, 3_600.0, 86_400.0):
        low, high = (size - step) * factor, (size + step) * factor
        start = bisect_left(known, low)
        for value in known[start:]:
            if value > high:
                break
            yield value


def _computes(function: object) -> bool:
    home = getattr(function, "__module__", "")
    return home.startswith("bq_mcp.views.") and home not in _NOT_COMPUTING


def _kept(value: Any) -> Any:
    return list(value) if isinstance(value, Iterator) else value


def _figures(node: object) -> Iterator[float]:
    """Yield every number in a value, and the length of every list and map."""
    figure = number(node)
    if figure is not None:
        yield figure
    elif isinstance(node, Mapping):
        yield float(len(node))
        for item in node.values():
            yield from _figures(item)
    elif isinstance(node, list | tuple):
        yield float(len(node))
        for item in node:
            yield from _figures(item)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, item in node.items():
            yield str(key)
            yield from _texts(item)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _texts(item)
