"""Strike filters, brought down to one window in USD."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bq_mcp.sandbox.market.arrays import Flags, Floats

_DECIMALS = 4


@dataclass(frozen=True)
class StrikeFilter:
    """Bounds on strikes as asked: USD, multiples of spot, and percent either side of spot."""

    strike_min: float | None = None
    strike_max: float | None = None
    moneyness_min: float | None = None
    moneyness_max: float | None = None
    spot_window_pct: float | None = None

    def window(self, spot: float) -> "StrikeWindow":
        """Return what all bounds leave at a spot in USD."""
        reach = None if self.spot_window_pct is None else self.spot_window_pct / 100
        nearest = None if reach is None else max(1 - reach, 0.0)
        farthest = None if reach is None else 1 + reach
        lowest = (self.strike_min, _of(spot, self.moneyness_min), _of(spot, nearest))
        highest = (self.strike_max, _of(spot, self.moneyness_max), _of(spot, farthest))
        return StrikeWindow(
            min=max((bound for bound in lowest if bound is not None), default=None),
            max=min((bound for bound in highest if bound is not None), default=None),
        )


def strike_filter(query: Mapping[str, Any]) -> StrikeFilter:
    """Read the bounds a route takes, those it does not take being open."""
    return StrikeFilter(**{each.name: query.get(each.name) for each in fields(StrikeFilter)})


@dataclass(frozen=True)
class StrikeWindow:
    """Lowest and highest strike kept, in USD; None where that side is open."""

    min: float | None
    max: float | None

    @property
    def is_open(self) -> bool:
        """Whether nothing is filtered."""
        return self.min is None and self.max is None

    def holds(self, strikes: "Floats") -> "Flags":
        """Mark the strikes inside, bounds included."""
        low = float("-inf") if self.min is None else self.min
        high = float("inf") if self.max is None else self.max
        return (strikes >= low) & (strikes <= high)


def _of(spot: float, multiple: float | None) -> float | None:
    return None if multiple is None else round(spot * multiple, _DECIMALS)
