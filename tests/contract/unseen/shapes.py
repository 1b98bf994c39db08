"""Ways to write the same rows down: each takes rows of canonical figures and gives a layout.

A `spec` names the columns to write, `wire:canonical/form`: `ts:t/ms fundingRate:rate/text`. A
wire name with dots stands in a record inside the row.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

NOW = datetime(2026, 11, 28, 12, 0, 20, tzinfo=UTC)
Row = Mapping[str, Any]
words = str.split


class Named(str):
    """A key that says what its value is: a place, a quantity. Others may be called anything."""

    __slots__ = ()


def token(day: date) -> str:
    """Return an expiry as Deribit writes it: 25DEC26, 04DEC26."""
    return day.strftime("%d%b%y").upper()


def days_left(day: date) -> int:
    """Return the whole days from NOW to the settlement of an expiry at 08:00."""
    return (datetime(day.year, day.month, day.day, 8, tzinfo=UTC) - NOW).days


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


_FORMS: Mapping[str, Callable[[Any], Any]] = {
    "": lambda value: value,
    "iso": lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "offset": lambda moment: moment.isoformat(),
    "s": _seconds,
    "ms": lambda moment: _seconds(moment) * 1000 + moment.microsecond // 1000,
    "us": lambda moment: _seconds(moment) * 1_000_000 + moment.microsecond,
    "day": lambda day: day.strftime("%Y-%m-%d"),
    "tok": token,
    "dte": days_left,
    "text": lambda figure: f"{figure:.10f}".rstrip("0").rstrip("."),
    "key": lambda figure: f"{figure:.10g}",
    "m": lambda figure: round(figure / 1e6, 4),
    "dec": lambda figure: round(figure / 100, 6),
    "pct": lambda figure: round(figure * 100, 8),
}


def written(value: Any, form: str) -> Any:
    """Return a canonical value as a payload writes it; what is missing stays null."""
    return None if value is None else _FORMS[form](value)


def columns_of(rows: Sequence[Row], spec: str) -> dict[str, list[Any]]:
    """Return parallel arrays under their wire names."""
    made = {}
    for part in spec.split():
        wire, _, rest = part.partition(":")
        name, _, form = (rest or wire).partition("/")
        made[wire] = [written(row[name], form) for row in rows]
    return made


def table(rows: Sequence[Row], spec: str, cells: str = "rows") -> dict[str, Any]:
    """Return `{columns, rows}`."""
    return {"columns": list(columns_of(rows, spec)), cells: lists(rows, spec)}


def lists(rows: Sequence[Row], spec: str) -> list[list[Any]]:
    """Return rows without names."""
    return [list(cells) for cells in zip(*columns_of(rows, spec).values(), strict=True)]


def records(rows: Sequence[Row], spec: str) -> list[dict[str, Any]]:
    """Return one object a row, with a record inside it for each dotted name."""
    wires = list(columns_of(rows, spec))
    return [_nested(wires, cells) for cells in lists(rows, spec)]


def _nested(wires: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for wire, cell in zip(wires, cells, strict=True):
        *outer, leaf = wire.split(".")
        inside = made
        for name in outer:
            inside = inside.setdefault(Named(name), {})
        inside[leaf] = cell
    return made


def keyed(rows: Sequence[Row], spec: str) -> dict[str, Any]:
    """Return a map from the first column to the rest, or to the only other figure."""
    first, *others = spec.split()
    keys = next(iter(columns_of(rows, first).values()))
    rest = records(rows, " ".join(others))
    values = [next(iter(row.values())) if len(others) == 1 else row for row in rest]
    return {Named(key): value for key, value in zip(keys, values, strict=True)}


def grouped(
    rows: Sequence[Row], by: str, make: Callable[[Sequence[Row]], Any]
) -> list[tuple[Any, Any]]:
    """Return the values of one column, each with the layout of its rows."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[by], []).append(row)
    return [(value, make(held)) for value, held in groups.items()]


def mapped(rows: Sequence[Row], by: str, make: Callable[[Sequence[Row]], Any]) -> dict[str, Any]:
    """Return a map from a column, `canonical/form`, to the layout of its rows."""
    name, _, form = by.partition("/")
    return {Named(written(value, form)): made for value, made in grouped(rows, name, make)}


def matrix(rows: Sequence[Row], down: str, across: str, figure: str) -> list[list[Any]]:
    """Return cells with one row a value of `down`; rows are complete and in order."""
    size = len({row[across] for row in rows})
    cells = [row[figure] for row in sorted(rows, key=lambda row: (row[down], row[across]))]
    return [cells[at : at + size] for at in range(0, len(cells), size)]


def axis(rows: Sequence[Row], of: str) -> list[Any]:
    """Return the places on one axis, `canonical/form`, in order."""
    name, _, form = of.partition("/")
    return [written(value, form) for value in sorted({row[name] for row in rows})]


def renamed(data: Any) -> Any:
    """Return a payload whose containers have names that mean nothing.

    A container is a key that holds an object, or a list of objects or lists, unless it is `Named`:
    the key is a place (an expiry, a venue, a strike), or says which quantity a matrix or a record
    of otherwise nameless figures holds. Keys of figures, texts and parallel arrays stay.
    """
    names = (f"zeta{number}" for number in count(1))

    def _walk(value: Any) -> Any:
        if isinstance(value, list):
            return [_walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {_name(key, held): _walk(held) for key, held in value.items()}

    known: dict[str, str] = {}

    def _name(key: str, held: Any) -> str:
        if isinstance(key, Named) or not _holds_parts(held):
            return str(key)
        if key not in known:
            known[key] = next(names)
        return known[key]

    return _walk(data)


def _holds_parts(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, dict | list) for item in value)
    return isinstance(value, dict)
