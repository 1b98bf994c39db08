"""Rewrite one argument to a value its parameter accepts, or leave it as it was given.

A value is only ever rewritten to the one value of *this* parameter it can mean; what fits none, or
several, is returned unchanged, so that the check of the arguments can refuse it by name.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from . import expiries, instants
from .days import read_day
from .members import spelled
from .numbers import read_number
from .param_form import ParamForm
from .plain import plain

_ABSENT_WORDS = frozenset({"", "null", "none", "nil", "undefined", "n/a", "<null>", "default"})
_LONGEST_WORD = 20
_EVERY_WORDS = frozenset({"all", "any", "every", "everything", "both", "*"})
_TRUE = frozenset({"true", "yes", "1", "on", "t", "y"})
_FALSE = frozenset({"false", "no", "0", "off", "f", "n"})
_BETWEEN = re.compile(r"[,;|\n，、；]|\s&\s|\sand\s", re.IGNORECASE)
_BULLET = re.compile(r"^\s*[-*•]\s+", re.MULTILINE)
_DEEPEST_LIST = 4
_LARGEST_FLOAT = 1e15


def is_absent(value: object, allowed: Sequence[Any] = ()) -> bool:
    """Tell whether clients mean "not given" by `value`: null, "", "None", "undefined", [].

    A word that is a member of the closed set `allowed` means that member.
    """
    items = value if isinstance(value, list) else [value]
    return all(
        item is None or (isinstance(item, str) and _no_value(item, allowed)) for item in items
    )


def is_neutral(value: object, form: ParamForm) -> bool:
    """Tell whether a coerced value, or each member of a list, stands for leaving it out."""
    if form.instant and isinstance(value, str):
        return instants.means_now(value, form)
    if not form.neutral:
        return False
    words = value if isinstance(value, list) else [value]
    return bool(words) and all(
        word not in form.allowed
        and isinstance(word, str)
        and plain(word).lower() in _EVERY_WORDS | {form.neutral}
        for word in words
    )


def coerce(value: object, form: ParamForm) -> object:
    """Return `value` as one value of the type and the closed set of `form`."""
    if isinstance(value, str):
        value = value.strip()
    match form.kind:
        case "integer" | "number":
            value = _number(value, form)
        case "boolean":
            value = _boolean(value)
    if form.offered:
        return _member(value, form.offered)
    if form.kind != "string":
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _plain_number(value)
    return _as_taken(value, form) if isinstance(value, str) else value


def split(value: object, form: ParamForm) -> object:
    """Return the members of a list argument: a list, JSON text of one, words in a row, one scalar.

    What is none of these comes back unchanged; absent members are left out, lists in lists opened.
    """
    if isinstance(value, str):
        listed = read_list(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        listed = [value]
    else:
        listed = value if isinstance(value, list) else None
    if listed is None:
        return value
    return [part for item in _flat(listed) for part in _parts(item, form) if not is_absent(part)]


def single(value: object) -> object:
    """Return the one value in a list of one, or in JSON text of such a list; else `value`."""
    if isinstance(value, str):
        value = value.strip().strip(",;")
    is_text_of_one = isinstance(value, str) and value.startswith("[")
    listed = read_list(str(value)) if is_text_of_one else value
    if not isinstance(listed, list):
        return value
    given = [item for item in _flat(listed) if not is_absent(item)]
    return given[0] if len(given) == 1 else value


def wire(value: object) -> str:
    """Return how a checked value is written in a query: `true`, `30`, members joined by commas."""
    if isinstance(value, list):
        return ",".join(map(wire, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_list(text: str) -> list[Any] | None:
    """Return the members of the list that `text` writes, None where it nests too deeply."""
    if text.startswith("["):
        try:
            return list(json.loads(text))
        except ValueError:
            return [plain(part) for part in text.strip("[]").split(",")]
        except RecursionError:
            return None
    return [text]


def words_of(text: str, is_one: Callable[[str], bool]) -> list[str]:
    """Return the words in a row: parted by commas and their like, or else by blanks.

    `is_one` tells a word; blanks part only where each part is one and the whole is none.
    """
    if is_one(text):
        return [text]
    parts = [plain(part) for part in _BETWEEN.split(text)]
    words = text.split()
    return words if len(parts) == 1 and len(words) > 1 and all(map(is_one, words)) else parts


def _flat(listed: list[Any], depth: int = _DEEPEST_LIST) -> list[Any]:
    """Return the members of a list and of the lists in it, which may be JSON text."""
    found: list[Any] = []
    for item in listed:
        is_text = isinstance(item, str) and item.lstrip().startswith("[")
        inner = read_list(item.strip()) if is_text else item
        found += _flat(inner, depth - 1) if isinstance(inner, list) and depth else [item]
    return found


def _parts(item: object, form: ParamForm) -> list[Any]:
    if not isinstance(item, str):
        return [item]
    if form.kind == "string":
        item = _BULLET.sub("", item)
    if form.every and plain(item).lower() in _EVERY_WORDS:
        return list(form.allowed)
    if form.allowed:
        return words_of(item, lambda word: spelled(word, form.allowed) is not None)
    if form.expiry:
        return words_of(item, lambda word: read_day(word) is not None)
    return [plain(part) for part in item.split(",")]


def _no_value(text: str, allowed: Sequence[Any]) -> bool:
    is_short = len(text) <= _LONGEST_WORD or not text.strip()
    return is_short and plain(text).lower() in _ABSENT_WORDS and spelled(text, allowed) is None


def _as_taken(text: str, form: ParamForm) -> str:
    if form.expiry:
        return expiries.as_taken(text, form)
    if form.instant:
        return instants.as_taken(text, form)
    return text


def _member(value: object, allowed: Sequence[Any]) -> object:
    """Return the member of `allowed` that `value` spells, else `value` itself."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    if value in allowed:
        return next(item for item in allowed if item == value)
    found = spelled(_plain_number(value) if not isinstance(value, str) else value, allowed)
    return value if found is None else found


def _number(value: object, form: ParamForm) -> object:
    if isinstance(value, str):
        number = read_number(value, form.unit, whole=form.kind == "integer")
        if number is None or (form.kind == "integer" and not isinstance(number, int)):
            return value
        return number
    if form.kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value) if abs(value) < _LARGEST_FLOAT else value
    return value


def _boolean(value: object) -> object:
    if not isinstance(value, str | int):
        return value
    text = plain(value).lower() if isinstance(value, str) else str(value).lower()
    return text in _TRUE if text in _TRUE | _FALSE else value


def _plain_number(value: int | float) -> str:
    return str(int(value)) if value == value // 1 and abs(value) < _LARGEST_FLOAT else str(value)
