"""Offer an endpoint as a tool: its name, its description, its JSON Schema.

The schema keeps to what every client takes: one scalar `type` (or an array of scalars), `enum`,
`minimum`, `maximum`, `default`, `description`; never unions, references, patterns or formats.
What is not offered (exclusive bounds, pattern, format) is checked by `tools.arguments`, and names
that are unknown too: some converters fail on `additionalProperties`.
"""

import hashlib
import json
import re
from collections.abc import Container, Iterable, Iterator
from itertools import count
from typing import Any, get_args

from ..catalog import Endpoint, Hint, Param
from ..text import clean
from ..views import Detail
from .param_form import form_of

InputSchema = dict[str, Any]

TOOL_NAME_LIMIT = 64
DETAILS: tuple[Detail, ...] = get_args(Detail)
_NEW_DESCRIPTION_LIMIT = 240
_NEW_NOTE_LIMIT = 120
# A title is shown without quotes: plain words, and none that opens a line of ours.
_TITLE = re.compile(r"(?!SIMULATED|STALE)\w[\w ,.&/()'+%-]*")
# "Words: tool_name" or "words: tool_name or tool_name", to the end of the sentence.
POINTER = re.compile(r"(?P<words>[^.;:]+): (?P<tools>[a-z0-9_]+(?: or [a-z0-9_]+)*)(?=[.;]|$)")
# Today's largest takes 1,800 characters.
SCHEMA_LIMIT = 10_000


def tool_names(
    endpoints: Iterable[Endpoint], settled: Container[str] = (), reserved: Iterable[str] = ()
) -> dict[str, str]:
    """Return the tool name of each path: path segments joined by `_`, placeholders dropped.

    Two paths that would share a name are told apart by their placeholders (`_by_greek`), then by
    a digest of the path, then by a number. Paths in `settled` choose first, so that a newcomer
    never takes the name of a tool that agents already know; names in `reserved` are not given.
    """
    names: dict[str, str] = {}
    taken = set(reserved)
    paths = sorted((endpoint.path for endpoint in endpoints), key=_fewest_placeholders)
    for path in sorted(paths, key=lambda path: path not in settled):
        names[path] = next(name for name in _candidates(path) if name not in taken)
        taken.add(names[path])
    return dict(sorted(names.items()))


def _candidates(path: str) -> Iterator[str]:
    yield _plain_name(path)
    yield _name_with_placeholders(path)
    digest = _digest_name(path)
    yield digest
    yield from (f"{digest[: TOOL_NAME_LIMIT - 6]}_{number}" for number in count(2))


def _fewest_placeholders(path: str) -> tuple[int, str]:
    return path.count("{"), path


def _plain_name(path: str) -> str:
    fixed = (re.sub(r"\{[^}]*\}", "", part).strip("_-.~") for part in path.split("/"))
    return _fit("_".join(filter(None, fixed)), path)


def _name_with_placeholders(path: str) -> str:
    return _fit("_by_".join([_plain_name(path), *re.findall(r"\{([^}]+)\}", path)]), path)


def _digest_name(path: str) -> str:
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    return f"{_plain_name(path)[: TOOL_NAME_LIMIT - 9]}_{digest}"


def _fit(text: str, path: str) -> str:
    name = re.sub(r"[^a-z0-9_]", "_", text.lower()) or "endpoint"
    if len(name) <= TOOL_NAME_LIMIT:
        return name
    return f"{name[: TOOL_NAME_LIMIT - 9]}_{hashlib.sha256(path.encode()).hexdigest()[:8]}"


def title(endpoint: Endpoint, hint: Hint) -> str:
    """Return a short human name of the tool."""
    stated = clean(endpoint.summary, 60)
    return hint.title or (stated if _TITLE.fullmatch(stated) else endpoint.path)


def description(endpoint: Endpoint, hint: Hint) -> str:
    """Return when to use the tool; upstream's own words only for an endpoint without a hint."""
    if hint.when:
        return hint.when
    words = clean(endpoint.summary or endpoint.description, _NEW_DESCRIPTION_LIMIT)
    call = f"GET {endpoint.path}"
    return f"{call}, described upstream as: {_quoted(words)}" if words else call


def without_pointers(words: str, offered: Container[str]) -> str:
    """Return a description without its hints at tools that are not on offer."""
    sentences = (
        "; ".join(clause for clause in sentence.rstrip(".").split("; ") if _leads(clause, offered))
        for sentence in words.split(". ")
    )
    return " ".join(f"{kept[0].upper()}{kept[1:]}." for kept in sentences if kept)


def _leads(clause: str, offered: Container[str]) -> bool:
    pointer = POINTER.fullmatch(clause)
    return not pointer or all(name in offered for name in pointer["tools"].split(" or "))


def input_schema(endpoint: Endpoint, hint: Hint) -> InputSchema:
    """Return the schema offered to clients; one too long to show loses its sets and notes."""
    schema = _whole_schema(endpoint, hint)
    if len(json.dumps(schema)) > SCHEMA_LIMIT:
        properties = schema["properties"]
        for param in endpoint.params:
            properties[param.name] = _bare(properties[param.name])
    return schema


def _whole_schema(endpoint: Endpoint, hint: Hint) -> InputSchema:
    properties = {param.name: _offered(param, hint) for param in endpoint.params}
    properties[endpoint.detail_name] = {
        "type": "string",
        "enum": list(DETAILS),
        "description": "answer size",
    }
    schema: InputSchema = {"type": "object", "properties": properties}
    if required := [param.name for param in endpoint.params if param.required]:
        schema["required"] = required
    return schema


def _bare(schema: InputSchema) -> InputSchema:
    bare = {"type": schema["type"]}
    return bare | ({"items": {"type": schema["items"]["type"]}} if "items" in schema else {})


def checking_schema(endpoint: Endpoint, hint: Hint) -> InputSchema:
    """Return the whole schema with the exclusive bounds that clients are not shown."""
    schema = _whole_schema(endpoint, hint)
    for param in endpoint.params:
        if _is_numeric(param):
            bounds = {
                "exclusiveMinimum": param.exclusive_minimum,
                "exclusiveMaximum": param.exclusive_maximum,
            }
            schema["properties"][param.name] |= _stated(bounds)
    return schema


def _is_numeric(param: Param) -> bool:
    return param.type in ("integer", "number")


def _stated(facts: InputSchema) -> InputSchema:
    return {key: value for key, value in facts.items() if value is not None}


def _offered(param: Param, hint: Hint) -> InputSchema:
    form = form_of(param, hint)
    values = form.offered
    schema: InputSchema = {"type": form.kind}
    if values:
        schema["enum"] = list(values)
    if form.is_list:
        schema = {"type": "array", "items": schema}
    else:
        if _is_numeric(param):
            schema |= _stated({"minimum": param.minimum, "maximum": param.maximum})
        if not values or param.default in values:
            schema |= _stated({"default": param.default})
    if note := _note(param, hint):
        schema["description"] = note
    return schema


def _note(param: Param, hint: Hint) -> str:
    known = hint.params.get(param.name)
    if known is not None:
        return known.note
    words = clean(param.description, _NEW_NOTE_LIMIT - 2)
    return _quoted(words) if words else ""


def _quoted(words: str) -> str:
    return '"' + words.replace('"', "'") + '"'
