"""Read an endpoint catalog whose exact form is not published.

The reader accepts the plausible spellings of upstream's own catalog and OpenAPI 3.x documents,
ignores what it does not know, and drops a broken entry with a warning instead of the whole
catalog. Nothing in a catalog can choose a host, a method or a header.
"""

import re
from collections.abc import Mapping
from typing import Any

from ..errors import CatalogError
from ..text import clean
from .entries import PARAM_KEYS, PATH_KEYS, TAG_KEYS, VERB_AND_PATH, RawEndpoint, entries
from .model import Catalog, Endpoint, Source
from .params import read_params
from .paths import PathFault, read_path
from .reading import Reading

MAX_ENDPOINTS = 1_000
_MAX_METHODS = 16
_STEPS_PER_ENTRY = 10
_SUMMARY_LIMIT = 200
_DESCRIPTION_LIMIT = 600
_TAG_LIMIT = 40
_VERSION_LIMIT = 32
# The documents about the API are no data.
_NOT_DATA = frozenset({"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"})


def read_catalog(body: object, *, source: Source, simulated: bool = False) -> Catalog:
    """Return the catalog in a decoded JSON `body` (the `data` of a reply, or a whole document).

    A live list that is explicitly empty gives an empty catalog.

    Raises:
        CatalogError: no entry of `body` is a usable endpoint, or it is too much to read.
    """
    reading = Reading()
    found: dict[str, Endpoint] = {}
    for entry in entries(body, reading):
        if len(found) >= MAX_ENDPOINTS:
            reading.warn(f"only the first {MAX_ENDPOINTS} endpoints are read")
            break
        reading.spend(_STEPS_PER_ENTRY)
        try:
            endpoint = _read_endpoint(entry, reading)
        except PathFault as fault:
            reading.warn(f"dropped an entry: {fault}")
            continue
        if endpoint is None:
            continue
        if endpoint.path in found:
            reading.warn(f"{endpoint.path}: listed twice, the first entry is used")
        else:
            found[endpoint.path] = endpoint
    top = body if isinstance(body, Mapping) else {}
    if not found and not (source == "live" and _lists_nothing(body)):
        raise CatalogError("the catalog lists no usable endpoint")
    return Catalog(
        endpoints=tuple(found[path] for path in sorted(found)),
        source=source,
        version=_version(top),
        simulated=simulated or _is_marked_simulated(top),
        live_size=len(found) if source == "live" else _remembered_size(top, source),
        warnings=reading.warnings,
    )


def _lists_nothing(body: object) -> bool:
    return isinstance(body, Mapping) and any(body.get(key) == [] for key in ("endpoints", "routes"))


def _remembered_size(top: Mapping[str, Any], source: Source) -> int:
    size = top.get("live_size") if source == "disk" else None
    return size if isinstance(size, int) and 0 < size <= MAX_ENDPOINTS else 0


def _read_endpoint(entry: RawEndpoint, reading: Reading) -> Endpoint | None:
    raw = _raw_path(entry)
    verb = VERB_AND_PATH.fullmatch(raw)
    if verb:
        raw = verb[2]
    if not _is_get(entry) or (verb and verb[1].upper() != "GET"):
        return None
    path, placeholders = read_path(raw)
    # A WebSocket cannot be asked with GET.
    if path in _NOT_DATA or path.startswith("/ws/"):
        return None
    listings = [entry[key] for key in PARAM_KEYS if entry.get(key)]
    params = read_params(listings, placeholders, path, reading)
    if params is None:
        reading.warn(f"{path}: dropped, a required parameter cannot be offered")
        return None
    return Endpoint(
        path=path,
        tag=_tag(entry),
        summary=_text(entry, ("summary", "title", "name"), _SUMMARY_LIMIT),
        description=_text(entry, ("description", "doc", "docs", "help"), _DESCRIPTION_LIMIT),
        params=params,
    )


def _raw_path(entry: RawEndpoint) -> str:
    """Return the path an entry names, one below the base address if it names several."""
    named = [entry[key] for key in PATH_KEYS if isinstance(entry.get(key), str)]
    return str(next((path for path in named if path.startswith("/")), named[0]))


def _is_get(entry: RawEndpoint) -> bool:
    kind = entry.get("type") or entry.get("protocol") or entry.get("kind")
    if isinstance(kind, str) and "websocket" in kind.lower():
        return False
    stated = (entry.get(key) for key in ("methods", "method", "verb", "http_method"))
    methods = next((value for value in stated if value is not None), "GET")
    listed = methods[:_MAX_METHODS] if isinstance(methods, list) else [methods]
    words = (re.findall(r"[A-Za-z]+", item[:200]) for item in listed if isinstance(item, str))
    return any(word.upper() == "GET" for found in words for word in found)


def _tag(entry: RawEndpoint) -> str:
    tag = next((entry[key] for key in TAG_KEYS if entry.get(key)), "")
    if isinstance(tag, list):
        tag = next((item for item in tag if isinstance(item, str)), "")
    return clean(tag, _TAG_LIMIT) if isinstance(tag, str) else ""


def _text(entry: RawEndpoint, keys: tuple[str, ...], limit: int) -> str:
    stated = (clean(entry[key], limit) for key in keys if isinstance(entry.get(key), str))
    return next(filter(None, stated), "")


def _version(top: Mapping[str, Any]) -> str | None:
    info = top.get("info")
    version = info.get("version") if isinstance(info, Mapping) else top.get("version")
    return clean(version, _VERSION_LIMIT) if isinstance(version, str) and version else None


def _is_marked_simulated(top: Mapping[str, Any]) -> bool:
    info = top.get("info")
    marked = info.get("x-simulated") if isinstance(info, Mapping) else None
    return top.get("simulated") is True or marked is True
