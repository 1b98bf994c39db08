"""Turn an OpenAPI 3.x document into the plain entries the catalog reader takes."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from ..text import clean

_Node = Mapping[str, Any]
_MAX_REFS = 8


def is_openapi(body: object) -> TypeGuard[_Node]:
    """Tell whether `body` looks like an OpenAPI document."""
    return (
        isinstance(body, Mapping)
        and isinstance(body.get("paths"), Mapping)
        and ("openapi" in body or "swagger" in body or "info" in body)
    )


def operations(document: _Node, warnings: list[str]) -> Iterator[_Node]:
    """Yield one entry for each GET operation, its parameters resolved within the document."""
    for path, item in document["paths"].items():
        item = resolve(item, document)
        if not isinstance(item, Mapping):
            warnings.append(f"dropped an entry that is no object: {clean(path, 80)}")
            continue
        operation = item.get("get")
        if operation is None:
            continue
        if not isinstance(operation, Mapping):
            warnings.append(f"dropped an entry that is no object: {clean(path, 80)}")
            continue
        merged: dict[tuple[object, object], _Node] = {}
        for raw in (*_list(item.get("parameters")), *_list(operation.get("parameters"))):
            param = resolve(raw, document)
            if isinstance(param, Mapping):
                schema = _flat(param.get("schema"), document)
                merged[str(param.get("name")), str(param.get("in"))] = {**param, "schema": schema}
            else:
                warnings.append(f"{clean(path, 80)}: dropped a parameter that is no object")
        yield {**operation, "path": str(path), "method": "GET", "parameters": [*merged.values()]}


def resolve(node: object, document: _Node) -> object:
    """Return what a local `$ref` points at; a foreign or endless one gives None."""
    for _ in range(_MAX_REFS):
        if not (isinstance(node, Mapping) and isinstance(node.get("$ref"), str)):
            return node
        target: object = document
        if not node["$ref"].startswith("#/"):
            return None
        for step in node["$ref"][2:].split("/"):
            key = step.replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, Mapping) else None
        node = target
    return None


def _flat(schema: object, document: _Node, depth: int = _MAX_REFS) -> _Node:
    """Return `schema` with references and nullable unions folded into one plain schema."""
    schema = resolve(schema, document)
    if not isinstance(schema, Mapping) or depth == 0:
        return {}
    flat: dict[str, Any] = {
        key: value for key, value in schema.items() if key not in ("anyOf", "oneOf", "allOf")
    }
    for key in ("allOf", "anyOf", "oneOf"):
        members = [_flat(member, document, depth - 1) for member in _list(schema.get(key))]
        members = [member for member in members if member and member.get("type") != "null"]
        if key == "allOf" or len(members) == 1:
            for member in members:
                flat = {**member, **flat}
        elif members:
            flat = {**_union(members), **flat}
    if "items" in flat:
        flat["items"] = _flat(flat["items"], document, depth - 1)
    return flat


def _union(members: list[_Node]) -> dict[str, Any]:
    """Return the loosest reading of several alternatives: a common type, or text."""
    if all("enum" in member or "const" in member for member in members):
        values = [
            value
            for member in members
            for value in _list(member.get("enum", [member.get("const")]))
        ]
        return {"type": members[0].get("type", "string"), "enum": values}
    arrays = [member for member in members if member.get("type") == "array"]
    if arrays:
        return dict(arrays[0])
    types = {str(member.get("type")) for member in members}
    if types <= {"integer", "number"}:
        return {"type": "number"}
    return {"type": types.pop() if len(types) == 1 else "string"}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
