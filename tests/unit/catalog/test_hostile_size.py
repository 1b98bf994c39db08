"""A catalog that would take seconds to read is given up after a bounded number of steps."""

import json
from typing import Any

import pytest

from bq_mcp.catalog.parse import read_catalog
from bq_mcp.catalog.reading import MOST_STEPS, Reading
from bq_mcp.catalog.stored import SNAPSHOT
from bq_mcp.errors import CatalogError

MANY = MOST_STEPS + 1


def nested(depth: int) -> dict[str, Any]:
    return {"allOf": [nested(depth - 1)] * 8} if depth else {"type": "string"}


def operations(schema: object, *, of: int, params: int) -> dict[str, Any]:
    listed = [{"name": f"p{n}", "in": "query", "schema": schema} for n in range(params)]
    paths = {f"/x{n}": {"get": {"parameters": listed}} for n in range(of)}
    return {"openapi": "3.1.0", "paths": paths, "components": {"s": nested(5)}}


HOSTILE: dict[str, object] = {
    "empty lists": [[] for _ in range(MANY)],
    "empty objects": [{} for _ in range(MANY)],
    "numbers": [1] * MANY,
    "numbers beside a record": [{}, *[1] * MANY],
    "unsafe paths": [{"path": "//x"}] * (MANY // 10),
    "one path over and over": [{"path": "/x", "params": ["a", "b", "c"]}] * (MANY // 60),
    "keys": {f"k{n}": {} for n in range(MANY)},
    "numbers for parameters": [{"path": "/x", "params": [1] * MANY}],
    "parameters": [
        {"path": f"/x{n}", "params": [f"p{m}" for m in range(64)]} for n in range(MANY // 64 // 20)
    ],
    "paths": {"openapi": "3.1.0", "paths": {f"/x{n}": {"get": {}} for n in range(MANY)}},
    "references of references": operations(
        {"allOf": [{"$ref": "#/components/s"}]}, of=100, params=64
    ),
    "deep schemas": operations(nested(5), of=1, params=5),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_of_too_much_work_is_not_believed(name: str) -> None:
    with pytest.raises(CatalogError, match="too large"):
        read_catalog(HOSTILE[name], source="live")


def test_ten_times_todays_catalog_is_read() -> None:
    entries = json.loads(SNAPSHOT.read_text("utf-8"))["endpoints"]
    grown = [{**entry, "path": f"/v{n}{entry['path']}"} for n in range(10) for entry in entries]
    assert len(read_catalog(grown, source="live").endpoints) == 620


def test_what_was_dropped_is_noted_up_to_a_number() -> None:
    reading = Reading()
    for number in range(70):
        reading.warn(str(number))
    assert len(reading.warnings) == 51
    assert reading.warnings[-1] == "20 more warnings"
