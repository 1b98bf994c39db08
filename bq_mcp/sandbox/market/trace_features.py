"""What stands out in a TRACE field: where it is large, near spot, over time, and where it is zero.

A field has shape (times, prices); both axes ascend.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats

_PINNED_SHARE = 0.5
_NEAR_SHARE = 0.25
_EVEN_RATIO = 1.1


@dataclass(frozen=True)
class PinZone:
    """Neighbouring prices at which the field is large on average over time.

    `mean` and `mean_abs` are those of the price in the zone where the latter is largest.
    """

    low: float
    high: float
    peak: float
    mean: float
    mean_abs: float


@dataclass(frozen=True)
class Pocket:
    """One cell: its place on the time axis, its price and its value."""

    step: int
    price: float
    value: float


@dataclass(frozen=True)
class Lean:
    """Mean absolute field along spot in the earlier and the later half of the time axis."""

    early: float
    late: float

    @property
    def word(self) -> str:
        """`early`, `late`, or `even` where the halves are within a tenth of each other."""
        if max(self.early, self.late) <= _EVEN_RATIO * min(self.early, self.late):
            return "even"
        return "late" if self.late > self.early else "early"


def pin_zones(field: Floats, prices: Floats, count: int) -> tuple[PinZone, ...]:
    """Return the zones whose mean absolute field is half the largest or more, largest first."""
    mean_abs = np.abs(field).mean(axis=0)
    if not mean_abs.any():
        return ()
    zones = [
        _zone(run, field, prices, mean_abs)
        for run in _runs(mean_abs >= _PINNED_SHARE * mean_abs.max())
    ]
    return tuple(sorted(zones, key=lambda zone: (-zone.mean_abs, zone.low))[:count])


def pockets(field: Floats, prices: Floats, spot: float) -> tuple[Pocket, ...]:
    """Return the most negative and the most positive cell near spot, the larger one first.

    Near is within a quarter of the distance to the end of the axis. A sign that does not occur
    has no pocket.
    """
    reach = _NEAR_SHARE * (prices[-1] - prices[0]) / 2
    near = np.flatnonzero(np.abs(prices - spot) <= reach)
    if not len(near):
        return ()
    cells = field[:, near]
    found = []
    for place in (int(np.argmin(cells)), int(np.argmax(cells))):
        step, column = divmod(place, len(near))
        found.append(Pocket(step, prices[near[column]].item(), cells[step, column].item()))
    lowest, highest = found
    signed = ([lowest] if lowest.value < 0 else []) + ([highest] if highest.value > 0 else [])
    return tuple(sorted(signed, key=lambda pocket: -abs(pocket.value)))


def lean(values: Floats) -> Lean:
    """Compare the earlier half of a series of two or more with the later one."""
    half = len(values) // 2
    size = np.abs(values)
    return Lean(early=float(size[:half].mean()), late=float(size[-half:].mean()))


def zero_prices(row: Floats, prices: Floats) -> tuple[float, ...]:
    """Return where one time's field changes sign, straight between neighbouring prices.

    With exact zeros in between it is the middle of them; touching zero is no crossing.
    """
    signed = np.flatnonzero(row)
    pairs = zip(signed[:-1].tolist(), signed[1:].tolist(), strict=True)
    return tuple(
        _crossing(row, prices, left, right) for left, right in pairs if row[left] * row[right] < 0
    )


def _crossing(row: Floats, prices: Floats, left: int, right: int) -> float:
    if right > left + 1:
        return float(prices[left + 1 : right].mean())
    share = row[left] / (row[left] - row[right])
    return float(prices[left] + share * (prices[right] - prices[left]))


def _runs(flags: Flags) -> list[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2).tolist()]


def _zone(run: slice, field: Floats, prices: Floats, mean_abs: Floats) -> PinZone:
    peak = run.start + int(np.argmax(mean_abs[run]))
    return PinZone(
        low=float(prices[run.start]),
        high=float(prices[run.stop - 1]),
        peak=float(prices[peak]),
        mean=float(field[:, peak].mean()),
        mean_abs=float(mean_abs[peak]),
    )
