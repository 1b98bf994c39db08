"""Facts about the API at release 2.10, read from the file beside this one."""

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def endpoints() -> tuple[dict[str, Any], ...]:
    """Return one record per endpoint.

    A parameter has `csv` with the members of a comma list, or `values` with members that only
    prose names; `enum` and the bounds are closed in the spec. `fields` are paths inside `data`:
    `[]` is an item of a list, `{KEY}` the key of a map.
    """
    return tuple(json.loads(Path(__file__).with_name("endpoints.json").read_text("utf-8")))


def endpoint(path: str) -> dict[str, Any]:
    """Return the record of one path."""
    return next(record for record in endpoints() if record["path"] == path)
