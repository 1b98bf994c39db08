"""`/gex/strike-profile`: gamma exposure and open interest by strike.

Strikes are prices in USD, exposures USD per 1% move, open interest in coin, distances percent of
the spot of the computation.
"""

from collections.abc import Mapping, Sequence
from heapq import nlargest
from typing import Any

from .. import records
from ..arithmetic import change, gross, missing, quotient, total
from ..read.values import Derived, Row, derive, field_at, figure, mapping
from ..scene import Scene

_COLUMNS = {
    "strike": ("strikes", "strike"),
    "net": ("net_gex", "gex"),
    "call": "call_gex",
    "put": "put_gex",
    "call_oi": "call_oi",
    "put_oi": "put_oi",
}
_SUMMED = {"net": "net", "call": "calls", "put": "puts", "call_oi": "call OI", "put_oi": "put OI"}
_BESIDE = "nearest spot"
_FILTERS = ("strike_min", "strike_max", "moneyness_min", "moneyness_max", "spot_window_pct")
_SIGNS = (("+", 1), ("-", -1))
_LARGEST = 3
_LISTED = {"brief": 2, "standard": 5, "full": 60}
# Calls and puts that miss the net by more than this part of their sizes do not add to it.
_ADDS_WITHIN = 0.01


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the profile; None for a payload without a list of strikes."""
    root, brief = scene.root, scene.detail == "brief"
    if not isinstance(root.get("strikes"), list):
        return None
    rows = records.paired(scene.data, **_COLUMNS)
    found = {name: [row[name] for row in rows] for name in _SUMMED}
    sums = {name: derive(total, found[name]) for name in _SUMMED}
    window = mapping(root.get("filtered_strike_window"))
    holed = [name for name in _SUMMED if sums[name] is not None and None in found[name]]
    venues = mapping(root.get("by_venue"))
    order, chosen = _chosen(rows, scene.spot)
    shown = _levels(chosen[: _LISTED[scene.detail]], scene.spot)
    largest = records.top(rows, "net", len(rows))
    signed = ((sign, [row for row in largest if of * row["net"] > 0]) for sign, of in _SIGNS)
    return {
        "sums": sums,
        "gross": derive(gross, found["net"]),
        "strikes": derive(len, rows),
        "asked": {name: scene.query[name] for name in _FILTERS if name in scene.query} or None,
        "filtered": bool(window) or any(scene.query.get(name) for name in _FILTERS),
        "low": figure(window.get("min")),
        "high": figure(window.get("max")),
        **records.scope_of(root),
        "holes": [(_SUMMED[name], derive(missing, found[name])) for name in holed],
        "parts": _parts(sums["net"], [*found["call"], *found["put"]], holed),
        "pcr": _ratio(found["put_oi"], found["call_oi"]),
        "venues": records.largest_of({of: field_at(venues, f"{of}.total_oi") for of in venues}),
        "largest": [
            (sign, _levels(of[: 1 if brief else _LARGEST], scene.spot))
            for sign, of in signed
            if sums["net"] is not None
        ],
        "heaviest": _levels(_heaviest(rows), scene.spot),
        "order": order,
        "beside": [{**row, "far": order != _BESIDE and row["away"]} for row in shown if brief],
        "rows": [] if brief else records.placed(records.ordered(shown, "value"), shown),
    }


def _parts(net: object, sizes: Sequence[Any], holed: Sequence[str]) -> Derived | None:
    """Return the sum of calls and puts where it is not the net, and no strike lacks a figure."""
    parts, apart = derive(total, sizes), change(net, total(sizes))
    whole = apart is not None and None not in sizes and "net" not in holed
    return parts if whole and abs(apart or 0) > _ADDS_WITHIN * (gross(sizes) or 0) else None


def _ratio(puts: Sequence[Any], calls: Sequence[Any]) -> Mapping[str, object] | None:
    """Return put over call open interest over the strikes that have both, and how many have."""
    both = [pair for pair in zip(puts, calls, strict=True) if None not in pair]
    sums = [derive(total, part) for part in zip(*both, strict=True)]
    over = derive(len, both) if len(both) < len(puts) else None
    return {"value": derive(quotient, *sums), "over": over} if both else None


def _heaviest(rows: Sequence[Row]) -> list[Row]:
    """Return the strikes of most open interest, of calls and puts together, as `oi`."""
    known = records.measured(rows, "call_oi", "put_oi")
    heaviest = nlargest(_LARGEST, known, key=lambda row: abs(row["call_oi"] + row["put_oi"]))
    return [{**row, "oi": derive(total, [row["call_oi"], row["put_oi"]])} for row in heaviest]


def _chosen(rows: Sequence[Row], spot: float | None) -> tuple[str, list[Row]]:
    """Return the strikes by their distance to spot, else by size, and what they are.

    Without a strike on one side of spot they are only the nearest ones.
    """
    if spot is None:
        return "largest", records.top(rows, "net", len(rows))
    listed = records.ordered(rows, "strike")
    beside = records.around(listed, "strike", spot)
    near = sorted(listed, key=lambda row: abs(row["strike"] - spot))
    words = _BESIDE if len(beside) > 1 else "nearest of the strikes returned"
    return words, records.united(beside, near)


def _levels(rows: Sequence[Row], spot: float | None) -> list[Row]:
    return [{**row, **records.level(row["strike"], spot)} for row in rows]
