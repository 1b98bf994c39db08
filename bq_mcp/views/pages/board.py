"""Boards of expiries: the summary of all, and the calendar of what leaves and what stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from .. import records
from ..arithmetic import (
    change,
    distance_pct,
    missing,
    share_of_gross,
    share_pct,
    side,
    total,
)
from ..read.values import Row, derive, expiry_day, mapping, number
from ..scene import Scene
from .levels import level_of
from .volatility import DEARER

_RANKS = {"front": 1, "next anchor": 2, "largest OI": 3}
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


def summary(scene: Scene) -> Mapping[str, Any] | None:
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
    anchors = derive(list.count, [records.is_anchor(row) for row in rows], True)
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
            "dearer": DEARER.get(side(row["skew"], 0) or ""),
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


def opex(scene: Scene) -> Mapping[str, Any] | None:
    """Return the next anchor, the front and the other expirations; sums are of those listed."""
    root, found = scene.root, board(scene)
    pointer = mapping(root.get("next_anchor"))
    if not (found["rows"] or found["settled"] or pointer) and root.get("expirations") != []:
        return None
    rows, front = found["rows"], found["front"]
    anchor = _anchor(rows, scene)
    row = anchor["row"]
    nets, kinds = records.values_of(rows, "net"), root.get("filtered_types") or None
    told = records.named(rows, {"front": front, "next anchor": row})
    # The anchor first; where there is none the front leads.
    leads = [
        {**of, "title": " and ".join(names), "rank": rank, "ends": max(rank, 2)}
        | {"part": derive(share_of_gross, of["net"], nets)}
        for rank, (of, names) in zip((1, 4), reversed(told), strict=False)
    ]
    others = records.without(rows, (of for of, _ in told))
    return {
        **found,
        **anchor,
        "leads": leads,
        "after": _after(row, rows, found) if row and number(row["dte"]) == 0 else None,
        "others": records.placed(
            others, [*filter(records.is_anchor, others), *records.top(others, "oi", len(others))]
        ),
        "horizon": root.get("horizon_days"),
        "kinds": kinds,
        "unconfirmed": None if kinds else scene.query.get("types"),
    }


def _anchor(rows: Sequence[Row], scene: Scene) -> dict[str, Any]:
    """Return the next anchor: the row of it, or upstream's word on one that is not listed.

    It is the nearest that has not settled, by our own calendar or by upstream's pointer.
    """
    own, served = records.next_anchor(rows), scene.root.get("next_anchor", "")
    alive, _ = records.by_expiry(records.paired([served], **_COLUMNS), scene.instant)
    stated = next(iter(records.measured(alive, "dte")), None)
    day = expiry_day(stated["expiry"]) if stated else None
    found = next((row for row in rows if day and expiry_day(row["expiry"]) == day), None)
    # Upstream's pointer leads unless one of the list is nearer.
    nearest = [*records.ordered(filter(None, (found or stated, own)), "dte"), None][0]
    listed = derive(len, rows) if mapping(served).get("expiry") else None
    return {
        "unnamed": "upstream reports no next anchor" if served is None else None,
        "row": None if nearest is stated else nearest,
        "stated": {**stated, "listed": listed or None} if stated and nearest is stated else None,
        "other": stated["expiry"] if stated and nearest is own and own is not found else None,
    }


def _after(row: Row, rows: Sequence[Row], sums: Row) -> Row:
    """Return what stays of the listed once an anchor of today has settled."""
    whole = len(records.measured(rows, "oi", "net")) == len(rows)
    later = records.next_anchor(records.without(rows, [row])) or {}
    left = {name: derive(change, row[name], sums[name]) for name in ("oi", "net") if whole}
    return {**left, "next": later.get("expiry"), "next_dte": later.get("dte")}
