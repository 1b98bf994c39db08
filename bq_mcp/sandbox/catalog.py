"""The endpoint catalog, read off the application's own OpenAPI document."""

from collections.abc import Sequence
from typing import Any

from bq_mcp.sandbox.gate import PREFIX

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "enum")


def catalog_data(document: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of the endpoints route: one row per operation, and their count."""
    rows = [
        _row(path, item, method)
        for path, item in sorted(document["paths"].items())
        for method in item
    ]
    return {"count": len(rows), "endpoints": rows}


def routes_taking(document: dict[str, Any], symbols: Sequence[str]) -> list[str]:
    """Return the paths of the operations whose `symbol` may be any of these, sorted."""
    return sorted(
        f"{PREFIX}{path}"
        for path, item in document["paths"].items()
        if set(symbols) <= set(_symbols_of(item["get"]))
    )


def _symbols_of(operation: dict[str, Any]) -> list[str]:
    entries = {entry["name"]: entry for entry in operation.get("parameters", ())}
    return entries["symbol"]["schema"]["enum"] if "symbol" in entries else []


def _row(path: str, item: dict[str, Any], method: str) -> dict[str, Any]:
    operation = item[method]
    return {
        "path": f"{PREFIX}{path}",
        "methods": [method.upper()],
        "tag": operation["tags"][0],
        "summary": operation["summary"],
        "description": operation["description"],
        "parameters": [_parameter(entry) for entry in operation.get("parameters", ())],
    }


def _parameter(entry: dict[str, Any]) -> dict[str, Any]:
    schema = entry["schema"]
    # A nullable parameter comes as a choice between its type and null, the type first.
    value = schema["anyOf"][0] if "anyOf" in schema else schema
    bounds = {key: value[key] for key in _BOUNDS if key in value}
    return {
        "name": entry["name"],
        "in": entry["in"],
        "required": entry["required"],
        "type": value["type"],
        "default": schema.get("default"),
        **bounds,
        "description": entry["description"],
    }
