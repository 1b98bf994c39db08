"""Read the parameters of one catalog entry."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, cast

from ..text import clean
from .model import Param, ParamType, Scalar

_Entry = Mapping[str, Any]
ItemType = Literal["string", "integer", "number"]

_MAX_PARAMS = 64
_MAX_ENUM = 200
_MEMBER_LIMIT = 64
_DESCRIPTION_LIMIT = 400
_PATTERN_LIMIT = 120
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,63}")
# A key travels in a header that we alone set; no spelling of it is ever an argument.
_SECRET_NAMES = frozenset({"xapikey", "apikey", "authorization", "accesstoken", "apisecret"})
_LOCATIONS = frozenset({"header", "cookie", "body", "form", "formdata"})
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
}


def read_params(
    listed: object, placeholders: tuple[str, ...], path: str, warnings: list[str]
) -> tuple[Param, ...] | None:
    """Return the parameters in `listed`, path parameters first.

    A placeholder nobody declared becomes a required string. A broken optional parameter is
    dropped with a warning; None means that a required one could not be read.
    """
    found: dict[str, Param] = {}
    for entry in _param_entries(listed, path, warnings):
        location = _location(entry)
        name = entry.get("name")
        if location in _LOCATIONS or _is_secret(name):
            continue
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            warnings.append(f"{path}: dropped parameter {clean(name, 40)!r}, unusable name")
            if _is_required(entry):
                return None
            continue
        if name in found or len(found) >= _MAX_PARAMS:
            continue
        in_path = name in placeholders
        if location == "path" and not in_path:
            warnings.append(f"{path}: dropped path parameter {name}, not in the path")
            continue
        found[name] = _read_param(name, entry, in_path, path, warnings)
    for name in placeholders:
        found.setdefault(name, Param(name=name, location="path", required=True))
    in_path_order = [found.pop(name) for name in placeholders]
    return (*in_path_order, *found.values())


def _param_entries(listed: object, path: str, warnings: list[str]) -> Iterator[_Entry]:
    if isinstance(listed, Mapping):
        for name, entry in listed.items():
            if isinstance(entry, Mapping):
                yield {"name": name, **entry}
            elif isinstance(entry, str):
                yield {"name": name, "type": entry}
            else:
                warnings.append(f"{path}: dropped a parameter that is no object")
    elif isinstance(listed, list | tuple):
        for entry in listed:
            if isinstance(entry, Mapping):
                yield entry
            elif isinstance(entry, str):
                yield {"name": entry}
            else:
                warnings.append(f"{path}: dropped a parameter that is no object")


def _read_param(name: str, entry: _Entry, in_path: bool, path: str, warnings: list[str]) -> Param:
    schema = entry.get("schema")
    facts: _Entry = {**schema, **entry} if isinstance(schema, Mapping) else entry
    kind = _type(facts)
    items = facts.get("items")
    items = items if isinstance(items, Mapping) else {}
    low, high, above, below = _bounds(facts)
    if low is not None and high is not None and low > high:
        warnings.append(f"{path}: {name} has a minimum above its maximum, both ignored")
        low = high = None
    param = Param(
        name=name,
        location="path" if in_path else "query",
        type=kind,
        required=in_path or _is_required(entry),
        description=_description(facts),
        enum=_members(facts, kind) if kind != "array" else (),
        item_enum=_members(items, _item_type(items)) or _members(facts, "string")
        if kind == "array"
        else (),
        item_type=_item_type(items),
        default=_default(facts, kind),
        minimum=low,
        maximum=high,
        exclusive_minimum=above,
        exclusive_maximum=below,
        pattern=_pattern(facts),
        format=clean(facts["format"], 32) if isinstance(facts.get("format"), str) else None,
        explode=kind == "array" and entry.get("explode", True) is not False,
    )
    return param


def _location(entry: _Entry) -> str:
    value = next(
        (entry[key] for key in ("in", "location", "loc", "param_in", "where") if key in entry), ""
    )
    return value.lower() if isinstance(value, str) else ""


def _is_required(entry: _Entry) -> bool:
    if isinstance(entry.get("optional"), bool):
        return not entry["optional"]
    return entry.get("required") is True


def _is_secret(name: object) -> bool:
    return isinstance(name, str) and re.sub(r"[^a-z]", "", name.lower()) in _SECRET_NAMES


def _type(facts: _Entry) -> ParamType:
    raw = next((facts[key] for key in ("type", "schema_type", "annotation") if key in facts), None)
    spellings = raw if isinstance(raw, list) else [raw]
    for spelling in spellings:
        if not isinstance(spelling, str):
            continue
        # Covers `Optional[int]`, `int | None`, `list[str]`, `typing.Literal['a']`.
        for word in re.findall(r"[a-z]+", spelling.lower().replace("typing.", "")):
            if word in _TYPES:
                return _TYPES[word]
    if isinstance(facts.get("items"), Mapping):
        return "array"
    members = _raw_members(facts)
    if members and all(isinstance(item, int) and not isinstance(item, bool) for item in members):
        return "integer"
    return "string"


def _item_type(items: _Entry) -> ItemType:
    kind = _type(items)
    return cast(ItemType, kind) if kind in ("integer", "number") else "string"


def _raw_members(facts: _Entry) -> list[object]:
    for key in ("enum", "choices", "allowed", "allowed_values", "options", "values"):
        if isinstance(facts.get(key), list):
            return list(facts[key])
    return [facts["const"]] if isinstance(facts.get("const"), str | int) else []


def _members(facts: _Entry, kind: ParamType) -> tuple[Scalar, ...]:
    """Return the closed set of a parameter; a member that is not plain text is left out."""
    raw = _raw_members(facts)
    if len(raw) > _MAX_ENUM or kind == "boolean":
        return ()
    kept: dict[Scalar, None] = {}
    for member in raw:
        if isinstance(member, str) and kind in ("string", "array"):
            if member and clean(member, _MEMBER_LIMIT) == member:
                kept[member] = None
        elif isinstance(member, int | float) and not isinstance(member, bool):
            kept[str(member) if kind == "string" else member] = None
    return tuple(kept)


def _default(facts: _Entry, kind: ParamType) -> Scalar | None:
    value = facts.get("default")
    if kind == "array":
        return None
    if isinstance(value, bool):
        return value if kind == "boolean" else None
    if isinstance(value, int | float):
        number = finite(value)
        if kind == "integer" and number is not None and number != int(number):
            return None
        return number if kind in ("integer", "number") else None
    if isinstance(value, str) and kind == "string":
        return value if value and clean(value, _MEMBER_LIMIT) == value else None
    return None


def _bounds(facts: _Entry) -> tuple[float | None, ...]:
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


def _first_number(facts: _Entry, keys: tuple[str, ...]) -> float | None:
    return next((n for key in keys if (n := finite(facts.get(key))) is not None), None)


def finite(value: object) -> float | None:
    """Return a finite number, whole ones as int, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15:
        return None
    if value != value:
        return None
    return int(value) if value == int(value) else value


def _pattern(facts: _Entry) -> str | None:
    pattern = facts.get("pattern")
    if not isinstance(pattern, str) or len(pattern) > _PATTERN_LIMIT or not _is_tame(pattern):
        return None
    try:
        re.compile(pattern)
    except re.error:
        return None
    return pattern


def _is_tame(pattern: str) -> bool:
    """Tell whether matching a short text against `pattern` is quick whatever the text.

    A repeated group, a back reference or many open repeats can take exponential time, and the
    pattern comes from outside.
    """
    repeats = len(re.findall(r"[*+]|\{\d*,\d*\}", pattern))
    return repeats <= 3 and not re.search(r"\)[*+?{]|\\[1-9]|\(\?P=", pattern)


def _description(facts: _Entry) -> str:
    value = facts.get("description") or facts.get("doc") or facts.get("help")
    return clean(value, _DESCRIPTION_LIMIT) if isinstance(value, str) else ""
