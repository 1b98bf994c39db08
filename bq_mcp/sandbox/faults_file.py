"""The fault schedule as a TOML file: an array of tables named `fault`, keyed like `Fault`."""

import tomllib
from datetime import UTC, datetime
from typing import Any

from bq_mcp.sandbox.faults import Fault, Schedule

_TABLES = "fault"
_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,),
    "route": (str,),
    "since": (datetime,),
    "until": (datetime,),
    "first": (int,),
    "last": (int,),
    "every": (int,),
    "times": (int,),
    "seconds": (int, float),
}


def read_schedule(text: str) -> Schedule:
    """Return the schedule written in `text`; a date-time without an offset counts as UTC.

    Raises: ValueError for text that is no TOML, or a table that is no fault, which it names.
    """
    document = tomllib.loads(text)
    tables = document.get(_TABLES)
    if set(document) != {_TABLES} or not isinstance(tables, list):
        raise ValueError(f"expected one or more [[{_TABLES}]] tables and nothing else")
    return Schedule(*(_fault(table, number) for number, table in enumerate(tables, start=1)))


def _fault(table: Any, number: int) -> Fault:
    try:
        return _read(table)
    except ValueError as exc:
        raise ValueError(f"fault {number}: {exc}") from exc


def _read(table: Any) -> Fault:
    if not isinstance(table, dict) or "kind" not in table:
        raise ValueError("needs a kind")
    for name, value in table.items():
        if name not in _TYPES:
            raise ValueError(f"unknown key {name!r}, choose from {', '.join(_TYPES)}")
        # A bool passes for an int in Python, and not in the file.
        if isinstance(value, bool) or not isinstance(value, _TYPES[name]):
            raise ValueError(f"{name} cannot be {value!r}")
    return Fault(**{name: _in_utc(value) for name, value in table.items()})


def _in_utc(value: Any) -> Any:
    naive = isinstance(value, datetime) and value.tzinfo is None
    return value.replace(tzinfo=UTC) if naive else value
