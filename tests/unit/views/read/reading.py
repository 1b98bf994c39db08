"""Shared by the tests of reading: one moment, one call, and how to look at what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bq_mcp.views.read.normalise import read_forms

AT = datetime(2026, 11, 28, 10, 47, 30, tzinfo=UTC)
SPOT = 70_000.0


def read(data: object, spot: float | None = SPOT) -> Any:
    return read_forms(data, spot, AT)


def table(data: object, spot: float | None = SPOT) -> Any:
    """Return the only table of a payload."""
    (found,) = read(data, spot).tables
    return found


def grid(data: object, spot: float | None = SPOT) -> Any:
    """Return the only grid of a payload."""
    (found,) = read(data, spot).grids
    return found


def ms(hours: float) -> int:
    """Return Unix milliseconds of so many hours before the moment."""
    return int((AT - timedelta(hours=hours)).timestamp() * 1000)


def iso(hours: float) -> str:
    return (AT - timedelta(hours=hours)).isoformat()


def keys(found: Any) -> list[str]:
    return [axis.role for axis in found.key]


def column(found: Any, name: str) -> Any:
    """Return a column of a table by its wire name."""
    return next(held for held in (*found.key, *found.columns) if held.name == name)
