"""The tools of the bundled catalog, and tools made from a catalog entry of a test's own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bq_mcp.catalog import (
    NO_HINT,
    SNAPSHOT,
    Endpoint,
    Hint,
    Param,
    ParamHint,
    bundled_hints,
    load_catalog,
)
from bq_mcp.catalog.parse import read_catalog
from bq_mcp.errors import ArgumentError, ArgumentFault
from bq_mcp.tools import Inventory, Tool
from bq_mcp.tools.arguments import Prepared

INVENTORY = Inventory(load_catalog(SNAPSHOT, "snapshot"), bundled_hints())
TOOLS = INVENTORY.tools
NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)


def tool(*params: Param, path: str = "/new", hint: Hint = NO_HINT, **words: str) -> Tool:
    """Return a tool over an endpoint with `params`."""
    return Tool("new", Endpoint(path, params=params, **words), hint)


def listed(*params: Mapping[str, Any], path: str = "/v2/new", **words: str) -> Tool:
    """Return the tool of an endpoint nobody has seen, read from an upstream catalog entry."""
    entry = {"path": path, "methods": ["GET"], "parameters": list(params), **words}
    catalog = read_catalog({"endpoints": [entry]}, source="live")
    return next(iter(Inventory(catalog, bundled_hints()).tools.values()))


def hint(**params: ParamHint) -> Hint:
    """Return a hint that knows `params`."""
    return Hint(params=params)


def prepare(subject: Tool | str, arguments: Mapping[str, object]) -> Prepared:
    """Return the call a tool (or the bundled tool of that name) makes of `arguments`."""
    found = TOOLS[subject] if isinstance(subject, str) else subject
    return found.checker.prepare(arguments, NOW)


def sent(subject: Tool | str, **arguments: object) -> dict[str, str]:
    """Return the query that goes over the wire, each name once."""
    query = prepare(subject, arguments).pairs
    assert len(dict(query)) == len(query)
    return dict(query)


def faults(subject: Tool | str, **arguments: object) -> list[ArgumentFault]:
    """Return what is wrong with `arguments`."""
    with pytest.raises(ArgumentError) as caught:
        prepare(subject, arguments)
    return list(caught.value.faults)


def fault(subject: Tool | str, **arguments: object) -> ArgumentFault:
    """Return the one thing that is wrong with `arguments`."""
    found = faults(subject, **arguments)
    assert len(found) == 1, found
    return found[0]
