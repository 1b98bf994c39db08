"""Let the row functions of a view work once an answer, however often its size is tried."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

_FEW = 8
_BY_VALUE = frozenset({str, int, float, bool, type(None), datetime, date})


class Once:
    """What pure functions returned for the arguments they were given.

    Rows and records are told apart by identity; they are held, so that none takes the place of
    another.
    """

    def __init__(self) -> None:
        self._results: dict[object, tuple[object, Any]] = {}

    def call(
        self, function: Callable[..., Any], given: Sequence[Any], named: Mapping[str, Any]
    ) -> Any:
        """Return what `function` returns, calling it the first time."""
        key = (function, *map(_mark, given), *named, *map(_mark, named.values()))
        if key not in self._results:
            self._results[key] = (given, named), function(*given, **named)
        return self._results[key][1]


def _mark(value: object) -> object:
    """Return what tells an argument from others: its value, of a container its identity."""
    if type(value) in _BY_VALUE:
        return type(value), value
    if isinstance(value, list) and len(value) <= _FEW and _BY_VALUE.issuperset(map(type, value)):
        return tuple(value)
    return (id(value),)
