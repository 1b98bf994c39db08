"""TRACE: a dealer greek projected over future time and price, contracts and IV held as they are.

Cells have the unit the payload names; only those of gamma are USD per 1% move. Prices are in USD,
times in seconds from the first one. From the settlement of a contract on the cells still count
it, with hardly any time left: they are told as such and are no extremes.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from ..arithmetic import crossing, distance_pct, mean, seconds_between, spread
from ..read.values import FIGURES, Derived, derive, figure, known, moment, settlement
from ..scene import Scene

_DOLLARS = "dealer_gamma_dollars_per_pct_spot"
_SHOWN_TIMES = 5
_ALL_SETTLED = "no extremes: every cell counts settled contracts"


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the greek at spot over time, its zeros, and its extremes before any settlement."""
    data, grid = scene.root, _grid(scene)
    if grid is None and data.get("field_min") is None and data.get("field_max") is None:
        return None
    return {
        "data": data,
        "greek": data.get("greek") or scene.query.get("greek"),
        "dollars": data.get("field_units") == _DOLLARS,
        "shift": figure(data.get("vol_shift_pct")),
        "tokens": _listed(data.get("expiries_in_window")) or None,
        **(grid.told() if grid else {}),
    }


@dataclass(frozen=True)
class _Field:
    """Cells by time and price, both ascending; contracts settle at `ends`."""

    times: Sequence[datetime]
    prices: Sequence[float]
    rows: Sequence[Sequence[float | None]]
    ends: Sequence[datetime]
    spot: float | None

    def before(self, place: int) -> int:
        """Return how many times lie before the first (0) or last (-1) settlement."""
        return bisect_left(self.times, self.ends[place]) if self.ends else len(self.times)

    def told(self) -> Mapping[str, Any]:
        """Return what the template tells."""
        last, alive, spot = len(self.times) - 1, self.before(0), self.spot
        shown = sorted({*spread(self.before(-1) or last + 1, _SHOWN_TIMES), last})
        off = [] if spot is None else [abs(price - spot) for price in self.prices]
        steps = [self.cell(row, off.index(min(off)) if off else None) for row in shown]
        return {
            "grid": self,
            "steps": steps,
            "zeros": [self.zero(row) for row in sorted({0, alive - 1})] if alive and spot else (),
            **self.extremes(alive),
            "settled_from": self.ends[0] if alive <= last else None,
        }

    def cell(self, row: int, column: int | None) -> Mapping[str, Any]:
        """Return one cell with its place in seconds and USD, and whether contracts settled."""
        after = derive(seconds_between, self.times[0], self.times[row])
        gone = "settled" if row >= self.before(-1) else "part settled"
        price = None if column is None else self.prices[column]
        return {
            "after": after or None,
            "gone": gone if row >= self.before(0) else None,
            "value": None if column is None else self.rows[row][column],
            "level": price,
            "away": derive(distance_pct, price, self.spot),
        }

    def extremes(self, alive: int) -> Mapping[str, Any]:
        """Return the highest and lowest cell before any settlement and the larger of the two."""
        flat = [value for line in self.rows[:alive] for value in line]
        held = [value for value in flat if value is not None]
        if not any(held):
            return {"flat": "0 in every cell" if held else None if alive else _ALL_SETTLED}
        ends = (flat.index(end) for end in (max(held), min(held)))
        high, low = (self.cell(*divmod(at, len(self.prices))) for at in ends)
        largest = max(high, low, key=lambda cell: abs(cell["value"]))
        return {"highest": high, "lowest": low, "largest": largest, "flat": None}

    def zero(self, row: int) -> Mapping[str, Any]:
        """Return the zero nearest spot at one time."""
        found = _zeros(self.prices, self.rows[row])
        level = min(found, key=lambda level: abs(level - (self.spot or 0)), default=None)
        away = derive(distance_pct, level, self.spot)
        return {**self.cell(row, None), "level": level, "away": away}


def _zeros(prices: Sequence[float], line: Sequence[float | None]) -> Iterator[Derived]:
    """Yield where a line of cells changes sign: straight between two cells.

    A run of exact zeros counts as its middle; a cell without a figure breaks the line.
    """
    cells = [cell for cell in zip(prices, line, strict=True) if cell[1] != 0]
    for (low, below), (high, above) in pairwise(cells):
        if below is not None and above is not None and (below > 0) != (above > 0):
            flat = [price for price in prices if low < price < high]
            made = derive(crossing, low, below, high, above)
            zero = derive(mean, [flat[0], flat[-1]]) if flat else made
            yield from filter(None, [zero])


def _grid(scene: Scene) -> _Field | None:
    """Return the cells, indexed [time][price], with their axes in ascending order."""
    data = scene.root
    times = [found for at in _listed(data.get("time_axis_ms")) if (found := moment(at))]
    prices = known(map(figure, _listed(data.get("price_axis"))))
    cells = [row for row in _listed(data.get("field")) if isinstance(row, list)]
    if [*map(len, cells)] != [len(prices)] * len(times) or not times or not prices:
        return None
    down = sorted(range(len(times)), key=times.__getitem__)
    across = sorted(range(len(prices)), key=prices.__getitem__)
    lines = [row if FIGURES.issuperset(map(type, row)) else list(map(figure, row)) for row in cells]
    return _Field(
        [times[row] for row in down],
        [prices[column] for column in across],
        [[lines[row][column] for column in across] for row in down],
        sorted(set(filter(None, map(settlement, _listed(data.get("expiries_in_window")))))),
        scene.spot,
    )


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
