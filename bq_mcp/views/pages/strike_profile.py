"""`/gex/strike-profile`: gamma exposure and open interest by strike.

Strikes are prices in USD, exposures USD per 1% move, open interest in coin, distances percent of
the spot of the computation.
"""

from collections.abc import Mapping
from typing import Any

from ..arithmetic import gross, missing, quotient, share_pct, total
from ..read.values import Derived, derive, figure, mapping
from ..scene import Scene
from .rows import columns_of, level, ordered, placed, scope_of

_COLUMNS = {
    "strike": ("strikes", "strike"),
    "net": ("net_gex", "gex"),
    "call": "call_gex",
    "put": "put_gex",
    "call_oi": "call_oi",
    "put_oi": "put_oi",
    "oi": "total_oi",
}
_SUMMED = {"net": "net", "call": "calls", "put": "puts", "call_oi": "call OI", "put_oi": "put OI"}
_FILTERS = ("strike_min", "strike_max", "moneyness_min", "moneyness_max", "spot_window_pct")
_PARTS = ("call", "put")
_BESIDE = "nearest spot"
_LARGEST = 3
_LISTED = {"brief": 2, "standard": 5, "full": 60}
# Calls and puts that miss the net by more than this part of their sizes do not add to it.
_ADDS_WITHIN = 0.01
_Columns = Mapping[str, list[Any]]


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the profile; None for a payload without a list of strikes."""
    if not isinstance(scene.root.get("strikes"), list):
        return None
    found = columns_of(scene.data, **_COLUMNS)
    sums = {name: derive(total, found[name]) for name in _SUMMED}
    window = scene.root.get("filtered_strike_window")
    filtered = bool(window) or any(scene.query.get(name) for name in _FILTERS)
    strikes = derive(len, found["strike"])
    holed = [name for name in _SUMMED if sums[name] is not None and None in found[name]]
    return {
        "sums": sums,
        "gross": derive(gross, found["net"]),
        "empty": not strikes,
        "returned": strikes if filtered else None,
        "whole": None if filtered else strikes,
        "noun": "strike" if len(found["strike"]) == 1 else "strikes",
        "window": _window(mapping(window)) if filtered else (),
        **scope_of(scene.root),
        "holes": [(_SUMMED[name], derive(missing, found[name])) for name in holed],
        "parts": _parts(found),
        "held": _open_interest(found),
        "venues": _venues(scene),
        **_strikes(scene, found, "asked" if filtered else "returned"),
    }


def _window(served: Mapping[str, object]) -> list[tuple[str, float | None]]:
    """Return the ends of the filtered strikes with the words before them."""
    low, high = figure(served.get("min")), figure(served.get("max"))
    words = ("from", "up to") if low is None or high is None else ("", "to")
    ends = [end for end in zip(words, (low, high), strict=True) if end[1] is not None]
    return ends or [("window not stated", None)]


def _parts(found: _Columns) -> Derived | None:
    """Return the sum of calls and puts where it is not the net, and no strike lacks a figure."""
    sizes, nets = [*found["call"], *found["put"]], found["net"]
    if not nets or None in sizes or None in nets:
        return None
    apart = abs((total(sizes) or 0) - (total(nets) or 0))
    return derive(total, sizes) if apart > _ADDS_WITHIN * (gross(sizes) or 0) else None


def _open_interest(found: _Columns) -> dict[str, Any] | None:
    """Return the put/call ratio over the strikes that have both, and the strike that holds most."""
    rows = list(zip(found["put_oi"], found["call_oi"], strict=True))
    if {*rows} <= {(None, None)}:
        return None
    both = [row for row in rows if None not in row]
    puts, calls = (derive(total, [row[part] for row in both]) for part in (0, 1))
    held = [row for row in zip(found["oi"], found["strike"], strict=True) if None not in row]
    most, strike = max(held, default=(None, None))
    counted = derive(len, both) if len(both) < len(rows) else None
    pcr = derive(quotient, puts, calls)
    return {"pcr": pcr, "both": counted, "most": most or None, "strike": strike}


def _venues(scene: Scene) -> dict[str, Any] | None:
    """Return the venues that hold most, and the number and share of the others."""
    served = mapping(scene.root.get("by_venue"))
    oi = {name: figure(mapping(row).get("total_oi")) for name, row in served.items()}
    held = sorted(((size, name) for name, size in oi.items() if size), reverse=True)
    idle = derive(len, [name for name, size in oi.items() if size == 0]) or None
    if not held and not idle:
        return None
    many = 8 if scene.detail == "full" else 3
    rest = [size for size, _ in held[many:]]
    return {
        "listed": held[:many],
        "rest": derive(len, rest) or None,
        "share": derive(share_pct, derive(total, rest), derive(total, list(oi.values()))),
        "idle": idle,
        "unattributed": figure(mapping(scene.root.get("by_venue_unattributed")).get("total_oi")),
    }


def _strikes(scene: Scene, found: _Columns, limits: str) -> dict[str, Any]:
    """Return the largest strikes of either sign and those beside spot, else the largest."""
    strikes, nets, spot = found["strike"], found["net"], scene.spot
    places = [at for at, strike in enumerate(strikes) if strike is not None]
    ranked = sorted((at for at in places if nets[at]), key=nets.__getitem__)
    order, chosen = "largest", sorted(ranked, key=lambda at: -abs(nets[at]))
    if spot is not None:
        order, chosen = _nearest({at: strikes[at] - spot for at in places}, limits)
    told = found.keys() - (() if scene.detail == "full" else _PARTS)

    def rows(of: list[int]) -> list[dict[str, Any]]:
        return [level(strikes[at], spot) | {name: found[name][at] for name in told} for at in of]

    sides, brief = order == _BESIDE, scene.detail == "brief"
    shown = rows(chosen[: 1 if brief and not sides else _LISTED[scene.detail]])
    listed = placed(ordered(shown, "value"), shown)
    largest = {"+": ranked[: -_LARGEST - 1 : -1], "-": ranked[:_LARGEST]}
    return {
        "largest": [
            (sign, rows([at for at in of if (nets[at] > 0) == (sign == "+")]))
            for sign, of in largest.items()
            if any(nets[at] is not None for at in places)
        ],
        "order": order,
        "words": "either side of spot" if sides else order,
        "beside": [{**row, "far": not sides and row["away"]} for row in listed if brief],
        "rows": [] if brief else listed,
        "count": str(len(places)),
    }


def _nearest(away: Mapping[int, float], limits: str) -> tuple[str, list[int]]:
    """Return the places by their distance to spot, those on either side first, and what they are.

    Without a strike on one side they are only the nearest ones.
    """
    near = sorted(away, key=lambda at: abs(away[at]))
    below, above = ([at for at in near if (away[at] <= 0) == low] for low in (True, False))
    if not below or not above:
        return f"nearest of the strikes {limits}", near
    return _BESIDE, list(dict.fromkeys([below[0], above[0], *near]))
