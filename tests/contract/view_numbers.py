"""Where the figures of an answer come from: the payload, or a named function over it.

A page or digest hands over values; each is served, or a `Derived` that says which function made it
of which inputs. `strangers` are figures in the text that are neither, `unfounded` values handed
over that are neither, or whose function does not give the same again.
"""

import ast
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import bq_mcp.views
from bq_mcp.views.read.values import Derived, figure, number
from bq_mcp.views.words import filters
from bq_mcp.words import prompts_root

# A line of the machinery: the first one and these.
_FRAME = ("caveat", "…", "more:", "next:")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d(?::\d\d)?Z|\b\d{1,2}[A-Z]{3}\d{2}\b")
_QUOTED = re.compile(r'"[^"\n]*"')
_FIGURE = re.compile(
    r"(?<![\w.,$])(?:<|>)?[+-]?\$?\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?"
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
    filters.amount,
    filters.pct,
    filters.share,
    filters.signed_pct,
    filters.ratio,
    filters.chance,
    filters.count,
    filters.duration,
    filters.days,
    lambda hours: filters.duration(3_600 * hours),
    lambda value: ("$" + filters.level(value)).replace("$-", "-$"),
    lambda value: filters.iv(value, "decimal"),
    lambda value: filters.iv(value, "percent"),
    lambda value: filters.points(value, "decimal"),
    lambda value: filters.points(value, "percent"),
)


def strangers(text: str, body: object, made: object) -> list[str]:
    """Return the figures and dates of an answer that come from nowhere."""
    outputs = {float(found) for found in derived(made)}
    signed = {*_figures(body), *outputs}
    known = sorted({abs(found) for found in signed})
    served = {word for value in _texts([body, made]) for word in value.split()}
    own = own_words()
    found = []
    for line in _body_lines(text):
        plain = " ".join(
            word
            for word in line.split(" ")
            if word not in own and word.strip("(),.:;") not in served
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


def unfounded(made: object, body: object) -> list[str]:
    """Return what is handed over without a source: neither served, nor made again of what is."""
    known = {*_figures(body), *own_numbers()}
    results = list(derived(made))
    known |= {float(found) for found in results}
    found = []
    for made_figure in results:
        alien = [value for value in _figures(made_figure.inputs) if value not in known]
        again = number(made_figure.function(*made_figure.inputs))
        if alien or again != made_figure:
            found.append(f"{made_figure.function.__name__}: {alien[:3]} {float(made_figure)}")
    found += [f"{value} from nowhere" for value in _plain_figures(made) if value not in known]
    return found


def derived(node: object) -> Iterator[Derived]:
    """Yield every derived figure in what a page hands over, and in the inputs of one."""
    if isinstance(node, Derived):
        yield node
        yield from derived(node.inputs)
    else:
        for item in _inside(node):
            yield from derived(item)


@cache
def own_words() -> frozenset[str]:
    """Return the words with digits that templates and pages write, such as `1%` and `0DTE:`."""
    static = (_STATIC.sub(" ", source) for source in _templates())
    quoted = (
        literal
        for source in _templates()
        for code in _CODE.findall(source)
        for literal in re.findall(r'"([^"]*)"', code)
    )
    literals = (value for value in _constants() if isinstance(value, str))
    words = (word for text in (*static, *quoted, *literals) for word in text.split())
    marks = re.compile(r"[\[\]|]+")
    return frozenset(
        cut for word in words for cut in (word, *marks.split(word)) if any(map(str.isdigit, cut))
    )


@cache
def own_numbers() -> frozenset[float]:
    """Return the numbers that stand in the code of pages and digests: tenors, steps, limits."""
    found = (value for value in _constants() if isinstance(value, int | float))
    # Small whole numbers say how important a row is.
    return frozenset(float(value) for value in found) | set(map(float, range(-5_000, 5_000)))


@cache
def _constants() -> tuple[object, ...]:
    root = Path(bq_mcp.views.__file__).parent
    sources = [*root.glob("pages/*.py"), *root.glob("digest/*.py"), root / "arithmetic.py"]
    trees = (ast.parse(path.read_text("utf-8")) for path in sources)
    return tuple(
        node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)
    )


@cache
def _templates() -> tuple[str, ...]:
    return tuple(path.read_text("utf-8") for path in (prompts_root() / "views").rglob("*.jinja"))


def _body_lines(text: str) -> Iterator[str]:
    for line in text.split("\n")[1:]:
        if not line.startswith(_FRAME):
            yield _QUOTED.sub('""', line)


def _is_printed_from(token: str, known: list[float], signed: set[float]) -> bool:
    return any(
        token in (printed, printed.lstrip("+-"), f"+{printed}")
        for size in _near(token, known)
        for value in (size, -size)
        if value in signed
        for printed in _printed(value)
    )


@cache
def _printed(value: float) -> frozenset[str]:
    return frozenset(form(value).removeprefix("about ") for form in _FORMS)


def _near(token: str, known: list[float]) -> Iterator[float]:
    """Yield the known sizes a printed figure may stand for, whatever its unit."""
    if token.startswith(("<", ">")):
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


def _figures(node: object) -> Iterator[float]:
    """Yield every number in a value, and the length of every list and map."""
    found = figure(node)
    if found is not None:
        yield float(found)
        return
    if isinstance(node, Mapping | list | tuple):
        yield float(len(node))
    for item in _inside(node):
        yield from _figures(item)


def _plain_figures(node: object) -> Iterator[float]:
    if isinstance(node, Derived):
        return
    found = number(node)
    if found is not None:
        yield found
    for item in _inside(node):
        yield from _plain_figures(item)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, datetime):
        yield f"{node:%Y-%m-%d %H:%M}"
    elif isinstance(node, date):
        yield node.isoformat()
    elif isinstance(node, Mapping):
        for key, item in node.items():
            yield str(key)
            yield from _texts(item)
    else:
        for item in _inside(node):
            yield from _texts(item)


def _inside(node: Any) -> Iterator[object]:
    if isinstance(node, Mapping):
        yield from node.values()
    elif isinstance(node, list | tuple | set | frozenset):
        yield from node
    elif is_dataclass(node) and not isinstance(node, type):
        yield from (getattr(node, held.name) for held in fields(node))
