"""Read an endpoint catalog whose exact form is not published.

The reader accepts the plausible spellings of upstream's own catalog and OpenAPI 3.x documents,
ignores what it does not know, and drops a broken entry with a warning instead of the whole
catalog. Nothing in a catalog can choose a host, a method or a header.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import CatalogError
from ..text import clean
from .model import Catalog, Endpoint, Source
from .openapi import is_openapi, operations
from .params import read_params
from .paths import PathFault, read_path

_Entry = Mapping[str, Any]

MAX_ENDPOINTS = 1_000
_MAX_DEPTH = 6
_MAX_WARNINGS = 50
_SUMMARY_LIMIT = 200
_DESCRIPTION_LIMIT = 600
_TAG_LIMIT = 40
_VERSION_LIMIT = 32

_PATH_KEYS = ("path", "route", "url", "uri", "endpoint", "path_template")
_PARAM_KEYS = ("parameters", "params", "query_params", "query_parameters", "args", "arguments")
_CONTAINER_KEYS = ("endpoints", "routes", "operations", "items", "data", "results")
_ENTRY_KEYS = ("methods", "method", "parameters", "params")
# The documents about the API are no data; WebSocket routes cannot be called with GET.
_NOT_DATA = frozenset({"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})


def read_catalog(body: object, *, source: Source, simulated: bool = False) -> Catalog:
    """Return the catalog in a decoded JSON `body` (the `data` of a reply, or a whole document).

    Raises:
        CatalogError: no entry of `body` is a usable endpoint.
    """
    warnings: list[str] = []
    found: dict[str, Endpoint] = {}
    for entry in _entries(body, warnings):
        try:
            endpoint = _read_endpoint(entry, warnings)
        except PathFault as fault:
            warnings.append(f"dropped an entry: {fault}")
            continue
        if endpoint is None:
            continue
        if endpoint.path in found:
            warnings.append(f"{endpoint.path}: listed twice, the first entry is used")
        elif len(found) < MAX_ENDPOINTS:
            found[endpoint.path] = endpoint
    if not found:
        raise CatalogError("the catalog lists no usable endpoint")
    top = body if isinstance(body, Mapping) else {}
    return Catalog(
        endpoints=tuple(found[path] for path in sorted(found)),
        source=source,
        version=_version(top),
        simulated=simulated or _is_marked_simulated(top),
        warnings=tuple(warnings[:_MAX_WARNINGS]),
    )


def _entries(body: object, warnings: list[str]) -> Iterator[_Entry]:
    if is_openapi(body):
        yield from operations(body, warnings)
    else:
        yield from _walk(body, warnings, _MAX_DEPTH)


def _walk(node: object, warnings: list[str], depth: int) -> Iterator[_Entry]:
    """Yield every record that names a path, wherever it lies."""
    if depth == 0:
        return
    if isinstance(node, list):
        holds_records = any(isinstance(item, Mapping) for item in node)
        for item in node:
            if isinstance(item, Mapping | list):
                yield from _walk(item, warnings, depth - 1)
            elif holds_records:
                warnings.append(f"dropped an entry that is no object: {clean(item, 40)!r}")
    elif isinstance(node, Mapping):
        if _is_entry(node):
            yield node
            return
        if any(key in node for key in _ENTRY_KEYS):
            warnings.append("dropped an entry without a path")
            return
        for key, value in node.items():
            if isinstance(key, str) and key.startswith("/"):
                yield from _keyed(key, value, warnings)
            elif isinstance(value, Mapping | list):
                yield from _walk(value, warnings, depth - 1)


def _is_entry(node: _Entry) -> bool:
    names_path = any(isinstance(node.get(key), str) for key in _PATH_KEYS)
    return names_path and not any(isinstance(node.get(key), list) for key in _CONTAINER_KEYS)


def _keyed(path: str, value: object, warnings: list[str]) -> Iterator[_Entry]:
    if isinstance(value, list):
        yield {"path": path, "parameters": value}
    elif not isinstance(value, Mapping):
        warnings.append(f"dropped an entry that is no object: {clean(path, 80)}")
    elif isinstance(value.get("get"), Mapping):
        yield {**value["get"], "path": path}
    else:
        yield {**value, "path": path}


def _read_endpoint(entry: _Entry, warnings: list[str]) -> Endpoint | None:
    if not _is_get(entry):
        return None
    raw = next(entry[key] for key in _PATH_KEYS if isinstance(entry.get(key), str))
    path, placeholders = read_path(raw)
    if path in _NOT_DATA:
        return None
    listed = next((entry[key] for key in _PARAM_KEYS if entry.get(key)), ())
    params = read_params(listed, placeholders, path, warnings)
    if params is None:
        warnings.append(f"{path}: dropped, a required parameter cannot be offered")
        return None
    return Endpoint(
        path=path,
        tag=_tag(entry),
        summary=_text(entry, ("summary", "title", "name"), _SUMMARY_LIMIT),
        description=_text(entry, ("description", "doc", "docs", "help"), _DESCRIPTION_LIMIT),
        params=params,
    )


def _is_get(entry: _Entry) -> bool:
    kind = entry.get("type") or entry.get("protocol") or entry.get("kind")
    if isinstance(kind, str) and "websocket" in kind.lower():
        return False
    methods = entry.get("methods", entry.get("method", entry.get("verb")))
    if isinstance(methods, str):
        methods = methods.replace(",", " ").split()
    if not isinstance(methods, list) or not methods:
        return True
    return any(isinstance(method, str) and method.upper() == "GET" for method in methods)


def _tag(entry: _Entry) -> str:
    tag = entry.get("tag") or entry.get("tags") or entry.get("group") or entry.get("category")
    if isinstance(tag, list):
        tag = next((item for item in tag if isinstance(item, str)), "")
    return clean(tag, _TAG_LIMIT) if isinstance(tag, str) else ""


def _text(entry: _Entry, keys: tuple[str, ...], limit: int) -> str:
    return next((clean(entry[key], limit) for key in keys if isinstance(entry.get(key), str)), "")


def _version(top: Mapping[str, Any]) -> str | None:
    info = top.get("info")
    version = info.get("version") if isinstance(info, Mapping) else top.get("version")
    return clean(version, _VERSION_LIMIT) if isinstance(version, str) and version else None


def _is_marked_simulated(top: Mapping[str, Any]) -> bool:
    info = top.get("info")
    marked = info.get("x-simulated") if isinstance(info, Mapping) else None
    return top.get("simulated") is True or marked is True
