"""Read the parameters of one catalog entry."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..text import clean
from .facts import (
    Facts,
    ItemType,
    is_repeated,
    read_bounds,
    read_default,
    read_item_type,
    read_members,
    read_pattern,
    read_type,
)
from .model import Param, ParamType, Scalar
from .reading import Reading, is_reserved
from .schema_resolver import SchemaResolver

RawParam = Mapping[str, Any]

_MAX_PARAMS = 64
_STEPS_PER_PARAM = 20
_DESCRIPTION_LIMIT = 400
_FORMAT_LIMIT = 32
# The longest today has 23 characters; a sentence does not fit.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,39}")
# FastAPI lists a parameter by its Python name; the alias is what stands in the query.
_NAME_KEYS = ("alias", "name", "param", "parameter", "key")
_LOCATION_KEYS = ("in", "location", "loc", "param_in", "where")
_LOCATIONS = frozenset({"query", "path", "header", "headers", "cookie", "cookies", "body"})
_NOT_IN_URL = ("header", "cookie", "body", "form")
# A key travels in a header that we alone set; no spelling of it is ever an argument.
_SECRET_NAME = re.compile(
    r"(x|backquant|bq)*(api|access|auth|bearer)(key|token|secret)"
    r"|(proxy)?authorization|password|secret|bqlive.*"
)


def read_params(
    listings: Sequence[object], placeholders: tuple[str, ...], path: str, reading: Reading
) -> tuple[Param, ...] | None:
    """Return the parameters in all of `listings`, path parameters first.

    A placeholder nobody declared becomes a required string. A broken optional parameter is
    dropped with a warning; None means that a required one could not be read.
    """
    if any(_is_secret(name) for name in placeholders):
        return None
    found: dict[str, Param] = {}
    for entry in _all_entries(listings, path, reading):
        name, location = _wire_name(entry), _location(entry)
        if any(word in location for word in _NOT_IN_URL) or _is_secret(name):
            continue
        if not (isinstance(name, str) and _NAME.fullmatch(name)) or is_reserved(name):
            reading.warn(f"{path}: dropped parameter {clean(name, 40)!r}, unusable name")
            if _is_required(entry):
                return None
        elif location == "path" and name not in placeholders:
            reading.warn(f"{path}: dropped path parameter {name}, not in the path")
        elif name not in found:
            found[name] = _read_param(name, entry, name in placeholders, path, reading)
    for name in placeholders:
        found.setdefault(name, Param(name=name, location="path", required=True))
    in_path_order = [found.pop(name) for name in placeholders]
    return (*in_path_order, *found.values())


def _all_entries(listings: Sequence[object], path: str, reading: Reading) -> Iterator[RawParam]:
    count = 0
    for listed in listings:
        for entry in _param_entries(listed):
            reading.spend(1)
            if not isinstance(entry, Mapping):
                reading.warn(f"{path}: dropped a parameter that is no object")
                continue
            count += 1
            if count > _MAX_PARAMS:
                reading.warn(f"{path}: only the first {_MAX_PARAMS} parameters are read")
                return
            reading.spend(_STEPS_PER_PARAM)
            yield entry


def _param_entries(listed: object) -> Iterator[object]:
    """Yield the parameters of a list, a map by name, an object schema, or a map by location."""
    if isinstance(listed, Mapping):
        if isinstance(listed.get("properties"), Mapping):
            required = listed.get("required")
            names = required if isinstance(required, list) else []
            for name, entry in listed["properties"].items():
                yield (
                    {"name": name, **entry, "required": name in names}
                    if isinstance(entry, Mapping)
                    else entry
                )
            return
        for name, entry in listed.items():
            if name in _LOCATIONS and _holds_params(entry):
                for inner in _param_entries(entry):
                    yield {**inner, "in": name} if isinstance(inner, Mapping) else inner
            elif isinstance(entry, Mapping):
                yield {"name": name, **entry}
            else:
                yield {"name": name, "type": entry} if isinstance(entry, str) else entry
    elif isinstance(listed, list | tuple):
        for entry in listed:
            yield {"name": entry} if isinstance(entry, str) else entry


def _holds_params(entry: object) -> bool:
    """Tell a location that holds parameters from a parameter called `path` or `query`."""
    if isinstance(entry, Mapping):
        return bool(entry) and all(isinstance(value, Mapping) for value in entry.values())
    return isinstance(entry, list)


def _read_param(name: str, entry: RawParam, in_path: bool, path: str, reading: Reading) -> Param:
    facts = _facts(entry, reading)
    kind = read_type(facts)
    if in_path and kind == "array":
        kind = "string"
    low, high, above, below = _bounds(facts, kind, f"{path}: {name}", reading)
    members = () if kind == "array" else read_members(facts, kind, in_path=in_path)
    item_type, item_enum = _items(facts) if kind == "array" else ("string", ())
    return Param(
        name=name,
        location="path" if in_path else "query",
        type=kind,
        required=in_path or _is_required(entry),
        description=_text(facts, ("description", "doc", "help"), _DESCRIPTION_LIMIT),
        enum=members,
        item_enum=item_enum,
        item_type=item_type,
        default=read_default(facts, kind),
        minimum=low,
        maximum=high,
        exclusive_minimum=above,
        exclusive_maximum=below,
        pattern=read_pattern(facts),
        format=_text(facts, ("format",), _FORMAT_LIMIT) or None,
        explode=kind == "array" and is_repeated(facts),
    )


def _items(facts: Facts) -> tuple[ItemType, tuple[Scalar, ...]]:
    """Return type and closed set of the items of a list; some state the set beside `items`."""
    items = facts["items"] if isinstance(facts.get("items"), Mapping) else {}
    kind = read_item_type(items)
    return kind, read_members(items, kind) or read_members(facts, kind)


def _facts(entry: RawParam, reading: Reading) -> Facts:
    """Return what the entry and its schema state, the entry first where both do."""
    schema = entry.get("schema")
    own = SchemaResolver(entry, reading).fold(entry)
    if not isinstance(schema, Mapping):
        return own
    return {**SchemaResolver(schema, reading).fold(schema), **own}


def _bounds(
    facts: Facts, kind: ParamType, subject: str, reading: Reading
) -> tuple[float | None, ...]:
    if kind not in ("integer", "number"):
        return (None,) * 4
    bounds = read_bounds(facts)
    low, high, above, below = bounds
    lowest = max((bound for bound in (low, above) if bound is not None), default=None)
    highest = min((bound for bound in (high, below) if bound is not None), default=None)
    if lowest is not None and highest is not None and lowest > highest:
        reading.warn(f"{subject} has a minimum above its maximum, both ignored")
        return (None,) * 4
    return bounds


def _wire_name(entry: RawParam) -> object:
    named = (entry[key] for key in _NAME_KEYS if isinstance(entry.get(key), str))
    return next(named, None)


def _location(entry: RawParam) -> str:
    """Return where a parameter goes; FastAPI writes it as the first of a list."""
    stated = next((entry[key] for key in _LOCATION_KEYS if entry.get(key) is not None), "")
    if isinstance(stated, list) and stated:
        stated = stated[0]
    return stated.strip().lower() if isinstance(stated, str) else ""


def _is_required(entry: RawParam) -> bool:
    if isinstance(entry.get("optional"), bool):
        return not entry["optional"]
    return str(entry.get("required")).lower() == "true"


def _is_secret(name: object) -> bool:
    plain = re.sub(r"[^a-z]", "", name[:200].lower()) if isinstance(name, str) else ""
    return _SECRET_NAME.fullmatch(plain) is not None


def _text(facts: Facts, keys: tuple[str, ...], limit: int) -> str:
    stated = (facts[key] for key in keys if isinstance(facts.get(key), str))
    return clean(next(stated, ""), limit)
