"""The board of expiries: volatility, open interest, exposure and max pain of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..arithmetic import distance_pct, missing, occurrences, share_pct, side, total
from ..read.values import derive, mapping, number
from ..scene import Scene
from . import rows as table
from .rows import Row, read

_CLASSES = ("daily", "weekly", "monthly", "quarterly")
_DEARER = {"above": "puts", "below": "calls"}
_VENUES_SHOWN = 3
# The summary has figures at the root of a row, the calendar in groups.
_COLUMNS = {
    "expiry": ("expiries", "expirations", "expiry", "expiry_date"),
    "dte": ("dte", "dtes", "days_to_expiry"),
    "atm": ("atm_iv", "iv.atm_iv"),
    "skew": ("skew_25d", "iv.skew_25d"),
    "put25": ("put_25d_iv", "iv.put_25d_iv"),
    "call25": ("call_25d_iv", "iv.call_25d_iv"),
    "pcr": ("pcr", "oi.pcr"),
    "oi": ("total_oi", "oi.total_oi"),
    "usd": ("notional_oi_usd", "oi.notional_oi_usd"),
    "net": ("net_gex", "gamma.net_gex"),
    "pain": ("max_pain.strike", "gamma.max_pain.strike"),
    "payout": ("max_pain.value", "gamma.max_pain.value"),
    **{name: name for name in ("type", "is_anchor", "call_oi", "put_oi", "gamma", "by_venue")},
}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the front, the next anchor and the largest expiry, all rows and what adds up."""
    found = board(scene)
    rows = found["rows"]
    if not (rows or found["settled"]) and scene.root.get("expiries") != []:
        return None
    chosen = {
        "front": found["front"],
        "next anchor": table.next_anchor(rows, scene.instant),
        "largest OI": next(iter(table.top(rows, "oi", 1)), None),
    }
    told = table.united(filter(None, chosen.values())) or rows[:1]
    others = table.without(rows, told)
    kinds, stated = table.values_of(rows, "type"), scene.root.get("anchor_count")
    anchors = derive(occurrences, [table.is_anchor(row) for row in rows], True)
    usd = table.values_of(rows, "usd")
    return {
        **found,
        "leads": [_lead(rank, row, chosen, len(told)) for rank, row in enumerate(told, 1)],
        "others": table.placed(others, table.top(others, "oi", len(others))),
        # Coin and USD stand side by side where every row has both.
        "usd": None if found["no_oi"] or missing(usd) else derive(total, usd),
        "other_count": len(others),
        "unknown": [row["expiry"] for row in rows if row["type"] == "unknown"] or None,
        "anchors": anchors,
        "upstream": None if number(stated) in (None, anchors) else stated,
        "classes": [(kind, derive(occurrences, kinds, kind)) for kind in _CLASSES if kind in kinds],
        **_venues(rows),
    }


def board(scene: Scene) -> dict[str, Any]:
    """Return the expiries that have not settled, the nearest first, and what they add up to.

    Shares are of their open interest; `no_oi` and `no_net` count the rows a sum lacks.
    """
    alive, settled = table.by_expiry(table.paired(scene.data, **_COLUMNS), scene.instant)
    oi, net = table.values_of(alive, "oi"), table.values_of(alive, "net")
    whole = derive(total, oi)
    scale = table.common_scale(row[name] for row in alive for name in ("atm", "put25", "call25"))
    rows = [
        {
            **row,
            "share": derive(share_pct, row["oi"], whole),
            "away": derive(distance_pct, row["pain"], scene.spot),
            "dearer": _DEARER.get(side(row["skew"], 0) or ""),
        }
        for row in alive
    ]
    return {
        "rows": rows,
        "front": next((row for row in rows if row["dte"] is not None), None),
        "count": table.counted(rows, "expiry"),
        "oi": whole,
        "net": derive(total, net),
        "no_oi": derive(missing, oi) or None,
        "no_net": derive(missing, net) or None,
        "scale": scale,
        "unstated": None if scale or not table.measured(rows, "atm") else "IV scale not stated",
        "settled": table.values_of(settled, "expiry") or None,
    }


def _lead(rank: int, row: Row, chosen: Mapping[str, Row | None], leads: int) -> Row:
    """Return a row that decides; `few` says by which of its reasons it is told in few words."""
    names = [name for name, held in chosen.items() if held is row] or ["first listed"]
    few = "alone" if leads == 1 or names[:2] == ["front", "next anchor"] else names[0]
    return {**row, "rank": rank, "names": ", ".join(names), "few": few}


def _venues(rows: Sequence[Row]) -> Mapping[str, object]:
    """Return the open interest of each venue, the largest first, over the expiries split."""
    split = [mapping(row["by_venue"]) for row in rows if mapping(row["by_venue"])]
    sums = {
        name: derive(total, [read(mapping(venues.get(name)).get("total_oi")) for venues in split])
        for name in dict.fromkeys(name for venues in split for name in venues)
    }
    held = [(name, oi) for name, oi in sums.items() if oi is not None]
    held.sort(key=lambda pair: -pair[1])
    sizes = [oi for _, oi in held]
    rest = derive(total, sizes[_VENUES_SHOWN:])
    return {
        "venues": held[:_VENUES_SHOWN],
        "more_venues": held[_VENUES_SHOWN:],
        "rest": rest,
        "rest_count": derive(len, sizes[_VENUES_SHOWN:]),
        "rest_share": derive(share_pct, rest, derive(total, sizes)),
        "split": derive(len, [*map(len, split)]) if 0 < len(split) < len(rows) else None,
    }
