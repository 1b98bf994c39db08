"""The board of expiries: volatility, open interest, exposure and max pain of each."""

from collections.abc import Mapping
from typing import Any

from .. import records
from ..arithmetic import distance_pct, missing, occurrences, share_pct, side, total
from ..read.values import derive, mapping, number
from ..scene import Scene
from .levels import level_of

_RANKS = {"front": 1, "next anchor": 2, "largest OI": 3}
_DEARER = {"above": "puts", "below": "calls"}
# The summary has figures at the root of a row, the calendar in groups.
_COLUMNS = {
    "expiry": ("expiries", "expirations", "expiry", "expiry_date"),
    "dte": ("dte", "dtes", "days_to_expiry"),
    "atm": ("atm_iv", "iv.atm_iv"),
    "skew": ("skew_25d", "iv.skew_25d"),
    "pcr": ("pcr", "oi.pcr"),
    "oi": ("total_oi", "oi.total_oi"),
    "usd": ("notional_oi_usd", "oi.notional_oi_usd"),
    "net": ("net_gex", "gamma.net_gex"),
    "pain": ("max_pain.strike", "gamma.max_pain.strike"),
    **{name: name for name in ("type", "is_anchor", "gamma", "by_venue")},
}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the front, the next anchor and the largest expiry, all rows and what adds up."""
    found = board(scene)
    rows = found["rows"]
    if not (rows or found["settled"]):
        return None
    chosen = {
        "front": found["front"],
        "next anchor": records.next_anchor(rows),
        "largest OI": next(iter(records.top(rows, "oi", 1)), None),
    }
    told = records.named(rows, chosen) or [(row, ["first listed"]) for row in rows[:1]]
    others = records.without(rows, (row for row, _ in told))
    stated, usd = scene.root.get("anchor_count"), records.values_of(rows, "usd")
    anchors = derive(occurrences, [records.is_anchor(row) for row in rows], True)
    split = [mapping(row["by_venue"]) for row in rows if mapping(row["by_venue"])]
    names = dict.fromkeys(name for venues in split for name in venues)
    held = {of: derive(total, records.values_of(split, f"{of}.total_oi")) for of in names}
    return {
        **found,
        "leads": [
            {**row, "rank": _RANKS.get(names[0], 1), "names": ", ".join(names)}
            for row, names in told
        ],
        "others": records.placed(others, records.top(others, "oi", len(others))),
        # Coin and USD stand side by side where every row has both.
        "usd": None if found["no_oi"] or missing(usd) else derive(total, usd),
        "other_count": len(others),
        "anchors": anchors,
        "upstream": None if number(stated) in (None, anchors) else stated,
        "venues": records.largest_of(held),
        "split": derive(len, split) if len(split) < len(rows) else None,
    }


def board(scene: Scene) -> dict[str, Any]:
    """Return the expiries that have not settled, the nearest first, and what they add up to.

    Shares are of their open interest; `no_oi` and `no_net` count the rows a sum lacks.
    """
    alive, settled = records.by_expiry(records.paired(scene.data, **_COLUMNS), scene.instant)
    oi, net = records.values_of(alive, "oi"), records.values_of(alive, "net")
    whole = derive(total, oi)
    scale = records.common_scale(records.values_of(alive, "atm"))
    rows = [
        {
            **row,
            "share": derive(share_pct, row["oi"], whole),
            "away": derive(distance_pct, row["pain"], scene.spot),
            "dearer": _DEARER.get(side(row["skew"], 0) or ""),
            **{kind: level_of(mapping(row["gamma"]), kind, scene.spot) for kind in ("call", "put")},
        }
        for row in alive
    ]
    return {
        "rows": rows,
        "front": next((row for row in rows if row["dte"] is not None), None),
        "count": derive(len, rows),
        "oi": whole,
        "net": derive(total, net),
        "no_oi": derive(missing, oi) or None,
        "no_net": derive(missing, net) or None,
        "scale": scale,
        "unstated": None if scale or not records.measured(rows, "atm") else "IV scale not stated",
        "settled": records.values_of(settled, "expiry") or None,
    }
