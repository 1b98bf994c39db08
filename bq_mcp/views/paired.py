"""Bring the spellings of one table into rows with names of ours.

The same table comes as parallel lists, as a list of records or as a map of records, and a column
under more than one name. A template names the spellings it knows.
"""

from collections.abc import Mapping, Sequence

from .select import rows_of
from .shape import Row
from .values import field_at

Spellings = str | Sequence[str]


def paired(source: object, **columns: Spellings) -> list[Row]:
    """Return rows with the keys of `columns`, each read from the first of its spellings.

    `source` is a list of records, or a record that holds one or parallel lists. The first column
    that is a list sets the length; a list of another length belongs to no row and is left out.
    A column a row lacks is None.
    """
    spelled = {
        name: (given,) if isinstance(given, str) else given for name, given in columns.items()
    }
    if isinstance(source, list | tuple):
        return [_row(record, spelled) for record in rows_of(source)]
    if not isinstance(source, Mapping):
        return []
    lists = {name: _first_list(source, names) for name, names in spelled.items()}
    lead = next((values for values in lists.values() if values), [])
    if records := rows_of(lead):
        return [_row(record, spelled) for record in records]
    fitting = {name: values for name, values in lists.items() if len(values) == len(lead)}
    values = [fitting.get(name, [None] * len(lead)) for name in spelled]
    return [dict(zip(spelled, row, strict=True)) for row in zip(*values, strict=True)]


def spelled(source: object, spellings: Mapping[str, Sequence[str]]) -> Row:
    """Return a record with our names for some of its fields, each from the first found spelling.

    A field that is there but null under every spelling is None; one that is nowhere is left out,
    so that "not found" and "not served" stay apart. The other fields stay.
    """
    if not isinstance(source, Mapping):
        return {}
    named: dict[str, object] = {}
    for name, names in spellings.items():
        served = [source[key] for key in names if key in source]
        if served:
            named[name] = next((value for value in served if value is not None), None)
    return {**source, **named}


def keyed(source: object, name: str) -> list[Row]:
    """Return a map of records as rows that carry their key under `name`; a list as its rows."""
    if not isinstance(source, Mapping):
        return rows_of(source)
    return [{**row, name: key} for key, row in source.items() if isinstance(row, Mapping)]


def _row(record: Row, spelled: Mapping[str, Sequence[str]]) -> Row:
    return {name: _cell(record, names) for name, names in spelled.items()}


def _cell(record: Row, names: Sequence[str]) -> object:
    for name in names:
        if (found := field_at(record, name)) is not None:
            return found
    return None


def _first_list(source: Mapping[str, object], names: Sequence[str]) -> Sequence[object]:
    found = (source.get(name) for name in names)
    return next((value for value in found if isinstance(value, list)), ())
