"""`/gex/strike-profile`: gamma exposure and open interest by strike.

Strikes are prices in USD, exposures USD per 1% move, open interest in coin, distances percent of
the spot of the computation.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..arithmetic import gross, missing, quotient, total
from ..read.values import Derived, derive, figure, mapping
from ..scene import Scene
from .rows import columns_of, largest_of, level, ordered, placed, scope_of

_COLUMNS = {
    "strike": ("strikes", "strike"),
    "net": ("net_gex", "gex"),
    "call": "call_gex",
    "put": "put_gex",
    "call_oi": "call_oi",
    "put_oi": "put_oi",
}
_SUMMED = {"net": "net", "call": "calls", "put": "puts", "call_oi": "call OI", "put_oi": "put OI"}
_FILTERS = ("strike_min", "strike_max", "moneyness_min", "moneyness_max", "spot_window_pct")
_BESIDE = "nearest spot"
_LARGEST = 3
_LISTED = {"brief": 2, "standard": 5, "full": 60}
# Calls and puts that miss the net by more than this part of their sizes do not add to it.
_ADDS_WITHIN = 0.01


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the profile; None for a payload without a list of strikes."""
    root = scene.root
    if not isinstance(root.get("strikes"), list):
        return None
    found = columns_of(scene.data, **_COLUMNS)
    sums = {name: derive(total, found[name]) for name in _SUMMED}
    window = mapping(root.get("filtered_strike_window"))
    filtered = bool(window) or any(scene.query.get(name) for name in _FILTERS)
    strikes = derive(len, found["strike"])
    holed = [name for name in _SUMMED if sums[name] is not None and None in found[name]]
    venues = {
        name: mapping(row).get("total_oi") for name, row in mapping(root.get("by_venue")).items()
    }
    order, chosen = _chosen(found, scene.spot)
    brief = scene.detail == "brief"
    shown = _rows(found, chosen[: _LISTED[scene.detail]], scene.spot)
    return {
        "sums": sums,
        "gross": derive(gross, found["net"]),
        "strikes": strikes or None,
        "filtered": filtered,
        "low": figure(window.get("min")),
        "high": figure(window.get("max")),
        **scope_of(root),
        "holes": [(_SUMMED[name], derive(missing, found[name])) for name in holed],
        "parts": _parts(found["net"], [*found["call"], *found["put"]]),
        "pcr": _ratio(found["put_oi"], found["call_oi"]),
        "venues": largest_of(venues),
        "largest": _largest(found, scene.spot) if sums["net"] is not None else (),
        "order": order,
        "beside": [{**row, "far": order != _BESIDE and row["away"]} for row in shown if brief],
        "rows": [] if brief else placed(ordered(shown, "value"), shown),
        "count": str(len(found["strike"])),
    }


def _parts(nets: Sequence[Any], sizes: Sequence[Any]) -> Derived | None:
    """Return the sum of calls and puts where it is not the net, and no strike lacks a figure."""
    if not nets or None in sizes or None in nets:
        return None
    apart = abs((total(sizes) or 0) - (total(nets) or 0))
    return derive(total, sizes) if apart > _ADDS_WITHIN * (gross(sizes) or 0) else None


def _ratio(puts: Sequence[Any], calls: Sequence[Any]) -> Mapping[str, object] | None:
    """Return put over call open interest over the strikes that have both, and how many have."""
    both = [pair for pair in zip(puts, calls, strict=True) if None not in pair]
    sums = [derive(total, part) for part in zip(*both, strict=True)]
    over = derive(len, both) if len(both) < len(puts) else None
    return {"value": derive(quotient, *sums), "over": over} if both else None


def _largest(found: Mapping[str, list[Any]], spot: float | None) -> list[tuple[str, list[Any]]]:
    """Return the strikes with the largest net of either sign."""
    nets = found["net"]
    ranked = sorted((at for at, net in enumerate(nets) if net), key=nets.__getitem__)
    signs = {
        "+": [at for at in ranked[::-1] if nets[at] > 0],
        "-": [at for at in ranked if nets[at] < 0],
    }
    return [(sign, _rows(found, of[:_LARGEST], spot)) for sign, of in signs.items()]


def _chosen(found: Mapping[str, list[Any]], spot: float | None) -> tuple[str, list[int]]:
    """Return the places of the strikes by their distance to spot, else by size, and what they are.

    Without a strike on one side of spot they are only the nearest ones.
    """
    strikes, nets = found["strike"], found["net"]
    places = [at for at, strike in enumerate(strikes) if strike is not None]
    if spot is None:
        return "largest", sorted(places, key=lambda at: -abs(nets[at] or 0))
    near = sorted(places, key=lambda at: abs(strikes[at] - spot))
    below = [at for at in near if strikes[at] <= spot][:1]
    above = [at for at in near if strikes[at] > spot][:1]
    words = _BESIDE if below and above else "nearest of the strikes returned"
    return words, list(dict.fromkeys([*below, *above, *near]))


def _rows(found: Mapping[str, list[Any]], of: Sequence[int], spot: float | None) -> list[Any]:
    return [
        level(found["strike"][at], spot) | {name: found[name][at] for name in _SUMMED} for at in of
    ]
