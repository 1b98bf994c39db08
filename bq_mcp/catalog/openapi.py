"""Turn an OpenAPI 3.x document into the plain entries the catalog reader takes."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from ..text import clean
from .reading import Reading
from .schema_resolver import SchemaResolver

_Node = Mapping[str, Any]
_PATH_SHOWN = 80


def is_openapi(body: object) -> TypeGuard[_Node]:
    """Tell whether `body` looks like an OpenAPI document."""
    return (
        isinstance(body, Mapping)
        and isinstance(body.get("paths"), Mapping)
        and ("openapi" in body or "swagger" in body or "info" in body)
    )


def operations(document: _Node, reading: Reading) -> Iterator[_Node]:
    """Yield one entry for each GET operation, its parameters resolved within the document."""
    schemas = SchemaResolver(document, reading)
    reading.spend(len(document["paths"]))
    for path, raw in document["paths"].items():
        item = schemas.resolve(raw)
        operation = item.get("get", {}) if isinstance(item, Mapping) else None
        if not isinstance(item, Mapping) or not isinstance(operation, Mapping):
            reading.warn(f"dropped an entry that is no object: {clean(path, _PATH_SHOWN)}")
        elif "get" in item:
            listed = (*_list(operation.get("parameters")), *_list(item.get("parameters")))
            params = list(_parameters(listed, path, schemas, reading))
            yield {**operation, "path": path, "method": "GET", "parameters": params}


def _parameters(
    listed: tuple[object, ...], path: str, schemas: SchemaResolver, reading: Reading
) -> Iterator[_Node]:
    """Yield each parameter once; those of the operation stand before those of its path."""
    seen: set[tuple[str, str]] = set()
    reading.spend(len(listed))
    for raw in listed:
        param = schemas.resolve(raw)
        if not isinstance(param, Mapping):
            reading.warn(f"{clean(path, _PATH_SHOWN)}: dropped a parameter that is no object")
            continue
        identity = (str(param.get("name")), str(param.get("in")))
        if identity not in seen:
            seen.add(identity)
            yield {**param, "schema": schemas.fold(param.get("schema"))}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
