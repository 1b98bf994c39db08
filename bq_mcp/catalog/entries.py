"""Find the entries of an endpoint catalog, however the document is laid out.

Lists, groups, maps keyed by path or by name, path items and OpenAPI documents all come out as
records that name a path.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..text import clean
from .openapi import is_openapi, operations
from .reading import Reading

RawEndpoint = Mapping[str, Any]

PATH_KEYS = ("path", "route", "url", "uri", "endpoint", "path_template")
PARAM_KEYS = (
    "parameters",
    "params",
    "query_params",
    "query_parameters",
    "path_params",
    "path_parameters",
    "args",
    "arguments",
    "shared_parameters",
)
TAG_KEYS = ("tag", "tags", "group", "category")
VERB_AND_PATH = re.compile(r"([A-Za-z]{3,7})\s+(/\S*)")

_MAX_DEPTH = 6
_PATH_LIMIT = 300
_ENTRY_LISTS = ("endpoints", "routes", "operations", "paths")
_LISTS = ("items", "data", "results")
# These name a layer of the document; any other key names the group of what it holds.
_LAYERS = frozenset({*_ENTRY_LISTS, *_LISTS, "groups", "tags", "categories", "catalog", "v2"})
# Pointers to documents and hosts, which are no endpoints.
_ASIDES = frozenset({"links", "_links", "meta", "info", "servers", "components"})
_ENTRY_KEYS = ("methods", "method", "parameters", "params")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head"})


def entries(body: object, reading: Reading) -> Iterator[RawEndpoint]:
    """Yield every record of `body` that names a path and can be asked with GET, as it stands."""
    if is_openapi(body):
        yield from operations(body, reading)
    else:
        yield from _walk(body, "", reading, _MAX_DEPTH)


def _walk(node: object, group: str, reading: Reading, depth: int) -> Iterator[RawEndpoint]:
    if depth == 0:
        return
    if isinstance(node, list):
        yield from _walk_list(node, group, reading, depth)
    elif isinstance(node, Mapping):
        if _is_entry(node):
            yield from _operation(node, group)
        elif any(key in node for key in _ENTRY_KEYS) and not _holds_entries(node):
            reading.warn("dropped an entry without a path")
        else:
            yield from _walk_map(node, group, reading, depth)


def _walk_list(node: list[Any], group: str, reading: Reading, depth: int) -> Iterator[RawEndpoint]:
    reading.spend(len(node))
    holds_records = any(isinstance(item, Mapping) for item in node)
    for item in node:
        if isinstance(item, Mapping | list):
            yield from _walk(item, _group_name(item) or group, reading, depth - 1)
        elif holds_records:
            reading.warn(f"dropped an entry that is no object: {clean(item, 40)!r}")


def _walk_map(node: RawEndpoint, group: str, reading: Reading, depth: int) -> Iterator[RawEndpoint]:
    reading.spend(len(node))
    for key, value in node.items():
        if _is_path_key(key, value):
            yield from _keyed(key, value, group, reading)
        elif isinstance(value, Mapping | list) and key not in _ASIDES:
            names_group = key not in _LAYERS and not (
                isinstance(value, Mapping) and _is_entry(value)
            )
            yield from _walk(value, key if names_group else group, reading, depth - 1)


def _keyed(path: str, value: object, group: str, reading: Reading) -> Iterator[RawEndpoint]:
    if isinstance(value, list):
        yield from _operation({"path": path, "parameters": value}, group)
    elif isinstance(value, Mapping):
        yield from _operation({**value, "path": path}, group)
    else:
        reading.warn(f"dropped an entry that is no object: {clean(path, 80)}")


def _operation(entry: RawEndpoint, group: str) -> Iterator[RawEndpoint]:
    """Yield the entry, or the GET operation of an entry that holds one operation for each verb."""
    if group and not any(entry.get(key) for key in TAG_KEYS):
        entry = {**entry, "tag": group}
    methods = entry.get("methods")
    held = methods if isinstance(methods, Mapping) else entry
    verbs = {key.lower(): value for key, value in held.items() if key.lower() in _VERBS}
    verbs = {verb: value for verb, value in verbs.items() if isinstance(value, Mapping)}
    if not verbs:
        yield entry
    elif "get" in verbs:
        own = {key: value for key, value in verbs["get"].items() if key not in PATH_KEYS}
        shared = {"methods": ["GET"], "shared_parameters": entry.get("parameters")}
        yield {**entry, **own, **shared}


def _is_entry(node: RawEndpoint) -> bool:
    return any(isinstance(node.get(key), str) for key in PATH_KEYS) and not _holds_entries(node)


def _holds_entries(node: RawEndpoint) -> bool:
    return (
        any(isinstance(node.get(key), list | Mapping) for key in _ENTRY_LISTS)
        or any(_has_records(node.get(key)) for key in _LISTS)
        or any(key.startswith("/") for key in node)
    )


def _has_records(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _is_path_key(key: str, value: object) -> bool:
    if key.startswith("/") or VERB_AND_PATH.fullmatch(key[:_PATH_LIMIT]):
        return True
    return "/" in key and isinstance(value, Mapping) and any(name in value for name in _ENTRY_KEYS)


def _group_name(item: object) -> str:
    if not isinstance(item, Mapping) or _is_entry(item):
        return ""
    named = (item.get(key) for key in (*TAG_KEYS, "name", "title"))
    return next((name for name in named if isinstance(name, str)), "")
