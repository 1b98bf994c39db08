"""Spread work over several things alike, so that none of them has much to look after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """The one of `lanes` with the least under way is used next, the first of several."""

    def __init__(self, lanes: Sequence[T]) -> None:
        self._lanes = lanes
        self._under_way = [0] * len(lanes)

    def __iter__(self) -> Iterator[T]:
        return iter(self._lanes)

    @contextmanager
    def least_used(self) -> Iterator[T]:
        """Return the lane to use for as long as this lasts."""
        at = self._under_way.index(min(self._under_way))
        self._under_way[at] += 1
        try:
            yield self._lanes[at]
        finally:
            self._under_way[at] -= 1
