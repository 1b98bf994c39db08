"""Read what is stated about the values of one parameter: type, members, bounds, default.

Facts come in the spellings of JSON Schema, of FastAPI and pydantic, and of type annotations.
"""

import re
import warnings
from collections.abc import Mapping
from typing import Any, Literal

from ..text import clean
from .model import ParamType, Scalar
from .reading import is_reserved

Facts = Mapping[str, Any]
ItemType = Literal["string", "integer", "number"]

_MAX_ENUM = 200
_MAX_ENUM_CHARACTERS = 2_000
_MEMBER_LIMIT = 64
_PATTERN_LIMIT = 120
_SPELLING_LIMIT = 2_000
_LARGEST = 1e15
_TYPES: Mapping[str, ParamType] = {
    "str": "string",
    "string": "string",
    "text": "string",
    "literal": "string",
    "enum": "string",
    "date": "string",
    "datetime": "string",
    "int": "integer",
    "integer": "integer",
    "long": "integer",
    "float": "number",
    "number": "number",
    "double": "number",
    "decimal": "number",
    "bool": "boolean",
    "boolean": "boolean",
    "array": "array",
    "list": "array",
    "tuple": "array",
    "set": "array",
    "sequence": "array",
    "csv": "array",
}
_LITERAL = re.compile(r"[Ll]iteral\[([^\]]*)\]")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
# What a person would call a value: nothing that can be read as a sentence.
_TOKEN = re.compile(r"[A-Za-z0-9_.:+/%*=<>~@$\-]{1,32}")
_PATH_MEMBER = re.compile(r"[A-Za-z0-9_.\-]{1,64}")


def read_type(facts: Facts) -> ParamType:
    """Return the type stated, the loosest where several are, else what the members suggest."""
    kinds = {kind for text in _spellings(facts) for kind in _kinds(text)}
    if "array" in kinds:
        return "array"
    if len(kinds) == 1:
        return kinds.pop()
    if kinds:
        return "number" if kinds == {"integer", "number"} else "string"
    if isinstance(facts.get("items"), Mapping):
        return "array"
    members = _raw_members(facts)
    if members and all(isinstance(item, int) and not isinstance(item, bool) for item in members):
        return "integer"
    return "string"


def read_item_type(items: Facts) -> ItemType:
    """Return the type of the items of a list; items that are no numbers are text."""
    match read_type(items):
        case "integer":
            return "integer"
        case "number":
            return "number"
        case _:
            return "string"


def read_members(facts: Facts, kind: ParamType, *, in_path: bool = False) -> tuple[Scalar, ...]:
    """Return the closed set of a parameter as upstream spells it, trimmed; () for an open one.

    A set that is too long to show, or has a member that cannot be shown, counts as open: without
    that member it would refuse a right value. What cannot stand in a path is no value there.
    """
    raw = [item for item in _raw_members(facts) if item is not None]
    if len(raw) > _MAX_ENUM or kind == "boolean":
        return ()
    read = [_member(item, kind) for item in raw]
    if in_path:
        read = [member for member in read if member is not None and is_path_member(member)]
    members = tuple(dict.fromkeys(member for member in read if member is not None))
    texts = [str(member) for member in members]
    if (
        None in read
        or sum(map(len, texts)) > _MAX_ENUM_CHARACTERS
        or not all(map(_is_token, texts))
    ):
        return ()
    return members


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None and not is_reserved(text)


def is_path_member(member: Scalar) -> bool:
    """Tell whether `member` can stand in a path without leaving its segment."""
    text = str(member)
    return _PATH_MEMBER.fullmatch(text) is not None and text.strip(".") != ""


def read_default(facts: Facts, kind: ParamType) -> Scalar | None:
    """Return the default where it is a single value of the type `kind`."""
    value = facts.get("default")
    if kind == "boolean":
        return value if isinstance(value, bool) else None
    if kind == "array" or (kind == "string" and not isinstance(value, str)):
        return None
    return _member(value, kind)


def read_bounds(facts: Facts) -> tuple[float | None, ...]:
    """Return minimum, maximum, exclusive minimum, exclusive maximum; None where not stated."""
    nested: dict[str, Any] = {}
    for key in ("bounds", "constraints", "range", "limits"):
        value = facts.get(key)
        if isinstance(value, Mapping):
            nested |= value
        elif isinstance(value, list) and len(value) == 2:
            nested |= {"min": value[0], "max": value[1]}
    merged = {**nested, **facts}
    low = _first_number(merged, ("minimum", "min", "ge", "gte", "min_value"))
    high = _first_number(merged, ("maximum", "max", "le", "lte", "max_value"))
    above = _first_number(merged, ("exclusiveMinimum", "exclusive_minimum", "gt"))
    below = _first_number(merged, ("exclusiveMaximum", "exclusive_maximum", "lt"))
    # OpenAPI 3.0 writes exclusive bounds as a flag beside the bound.
    if merged.get("exclusiveMinimum") is True:
        low, above = None, low
    if merged.get("exclusiveMaximum") is True:
        high, below = None, high
    return low, high, above, below


def read_pattern(facts: Facts) -> str | None:
    """Return the pattern where it is short, quick to match, and one that Python reads."""
    pattern = facts.get("pattern") or facts.get("regex")
    if not isinstance(pattern, str) or len(pattern) > _PATTERN_LIMIT or not _is_tame(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning):
        return None
    return pattern


def is_repeated(facts: Facts) -> bool:
    """Tell whether a list is sent as one pair for each item, not joined by commas."""
    joined = any(re.search(r"comma|csv", text, re.IGNORECASE) for text in _spellings(facts))
    return not joined and facts.get("explode", True) is not False


def moderate_number(value: object) -> float | None:
    """Return a finite number of moderate size, whole ones as int, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # A comparison with NaN is false.
    if not abs(value) <= _LARGEST:
        return None
    return int(value) if value == int(value) else value


def _spellings(facts: Facts) -> list[str]:
    stated = (facts.get(key) for key in ("type", "schema_type", "annotation"))
    raw = next((value for value in stated if value is not None), None)
    listed = raw if isinstance(raw, list) else [raw]
    return [text[:_SPELLING_LIMIT] for text in listed if isinstance(text, str)]


def _kinds(spelling: str) -> list[ParamType]:
    """Return the types named in `Optional[int]`, `int | None`, `list[str]`, `Literal['a']`."""
    plain = _LITERAL.sub("literal", spelling).lower()
    return [_TYPES[word] for word in re.findall(r"[a-z]+", plain) if word in _TYPES]


def _raw_members(facts: Facts) -> list[object]:
    for key in ("enum", "choices", "allowed", "allowed_values", "options", "values"):
        listed = facts.get(key)
        if isinstance(listed, list):
            return listed[: _MAX_ENUM + 1]
    if isinstance(facts.get("const"), str | int):
        return [facts["const"]]
    found = next((match for text in _spellings(facts) if (match := _LITERAL.search(text))), None)
    return [single or double for single, double in _QUOTED.findall(found[1])] if found else []


def _member(value: object, kind: ParamType) -> Scalar | None:
    if isinstance(value, str):
        text = value.strip()
        is_plain = text != "" and clean(text, _MEMBER_LIMIT) == text
        return text if is_plain and kind == "string" else None
    number = moderate_number(value)
    if number is None:
        return None
    if kind == "string":
        return str(number)
    return None if kind == "integer" and not isinstance(number, int) else number


def _first_number(facts: Facts, keys: tuple[str, ...]) -> float | None:
    return next((n for key in keys if (n := moderate_number(facts.get(key))) is not None), None)


def _is_tame(pattern: str) -> bool:
    """Tell whether searching a short text for `pattern` is quick whatever the text.

    Optional pieces in a row, repeated groups, back references and many groups of alternatives
    can take exponential time, and the pattern comes from outside.
    """
    variable = len(re.findall(r"[*+?]|\{\d*,\d*\}", pattern))
    groups = pattern.count("(")
    return variable <= 2 and groups <= 1 and not re.search(r"\)[*+?{]|\\[1-9]", pattern)
