"""Let the row functions of templates work once an answer, however often its size is tried."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from typing import Any

_FEW = 8
_BY_VALUE = frozenset({str, int, float, bool, type(None), datetime, date})


class Once:
    """Recalls what pure functions returned for the same arguments while one answer is made.

    Rows and records are told apart by identity; they are held as long, so that none takes the
    place of another. Outside of an answer every call is made.
    """

    def __init__(self) -> None:
        self._results: dict[object, tuple[object, Any]] | None = None

    @contextmanager
    def an_answer(self) -> Iterator[None]:
        """Recall results from here to the end of the block, beginning with none."""
        before, self._results = self._results, {}
        try:
            yield
        finally:
            self._results = before

    def recalling(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return `function`, which must be pure, called once an answer for the same arguments."""

        @wraps(function)
        def recalled(*given: Any, **named: Any) -> Any:
            results = self._results
            if results is None:
                return function(*given, **named)
            key = (function, *map(_mark, given), *named, *map(_mark, named.values()))
            if key not in results:
                results[key] = (given, named), function(*given, **named)
            return results[key][1]

        return recalled


def _mark(value: object) -> object:
    """Return what tells an argument from others: its value, of a container its identity."""
    if type(value) in _BY_VALUE:
        return type(value), value
    if isinstance(value, list) and len(value) <= _FEW and _BY_VALUE.issuperset(map(type, value)):
        return tuple(value)
    return (id(value),)
