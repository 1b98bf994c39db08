"""Show parallel lists as rows without making the rows before they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import overload

_Row = Mapping[str, object]


class ParallelRows(Sequence[_Row]):
    """Rows over lists of one length, by the name of each; they are made when the first is taken.

    Most answers take nothing but the length, or one list.
    """

    def __init__(self, lists: Mapping[str, Sequence[object]]) -> None:
        self._lists = lists

    def __len__(self) -> int:
        return min(map(len, self._lists.values()), default=0)

    @overload
    def __getitem__(self, place: int) -> _Row: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_Row]: ...
    def __getitem__(self, place: int | slice) -> _Row | Sequence[_Row]:
        return self._rows[place]

    def __iter__(self) -> Iterator[_Row]:
        return iter(self._rows)

    def column(self, name: str) -> list[object]:
        """Return the values of one list, None for each row where there is none of that name."""
        return list(self._lists.get(name, [None] * len(self)))

    @cached_property
    def _rows(self) -> list[_Row]:
        names = list(self._lists)
        values = zip(*self._lists.values(), strict=True)
        return [dict(zip(names, row, strict=True)) for row in values]
