"""The board of expiries: volatility, open interest, exposure and max pain of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..arithmetic import distance_pct, missing, occurrences, share_pct, side, total
from ..read.values import derive, field_at, mapping, number
from ..scene import Scene
from .rows import (
    Row,
    by_expiry,
    common_scale,
    is_anchor,
    measured,
    next_anchor,
    paired,
    placed,
    read,
    top,
    united,
    values_of,
    without,
)

_CLASSES = ("daily", "weekly", "monthly", "quarterly")
_DEARER = {"above": "puts", "below": "calls"}
_VENUES_SHOWN = {"brief": 3, "standard": 3, "full": 12}
_COLUMNS = {
    "expiry": ("expiries", "expiry", "expiry_date"),
    "dte": ("dte", "dtes", "days_to_expiry"),
    "type": "type",
    "is_anchor": "is_anchor",
    "atm": "atm_iv",
    "skew": "skew_25d",
    "put25": "put_25d_iv",
    "call25": "call_25d_iv",
    "pcr": "pcr",
    "call_oi": "call_oi",
    "put_oi": "put_oi",
    "oi": "total_oi",
    "usd": "notional_oi_usd",
    "net": "net_gex",
    "pain": "max_pain.strike",
    "payout": "max_pain.value",
    "venues": "by_venue",
    "rest": "by_venue_unattributed.total_oi",
}
_IV_LEVELS = ("atm", "put25", "call25")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the front, the next anchor and the largest expiry, all rows and what adds up.

    Shares of open interest are of all rows that have not settled, which are all that count.
    """
    served = paired(scene.data, **_COLUMNS)
    if not served and scene.root.get("expiries") != []:
        return None
    alive, settled = by_expiry(served, scene.instant)
    oi = derive(total, values_of(alive, "oi"))
    rows = [_told(row, oi, scene.spot) for row in alive]
    leads = _leads(rows, scene)
    scale = common_scale(row[name] for row in rows for name in _IV_LEVELS)
    others = without(rows, [lead["row"] for lead in leads])
    return {
        "scale": scale,
        "unstated": None if scale or not measured(rows, "atm") else "IV scale not stated",
        "leads": leads,
        "rows": rows,
        "deep": rows if scene.detail == "full" else [],
        "deep_count": str(len(rows)) if scene.detail == "full" else "0",
        "others": placed(others, top(others, "oi", len(others))),
        "other_count": str(len(others)),
        "oi": oi,
        "usd": _notional(rows),
        "net": derive(total, values_of(rows, "net")),
        "no_oi": derive(missing, values_of(rows, "oi")) or None,
        "no_net": derive(missing, values_of(rows, "net")) or None,
        "settled": values_of(settled, "expiry") or None,
        "unknown": [row["expiry"] for row in rows if row["type"] == "unknown"] or None,
        **_counts(rows, scene.root.get("anchor_count")),
        **_venues(rows, _VENUES_SHOWN[scene.detail]),
        "unattributed": derive(total, values_of(rows, "rest")),
    }


def _told(row: Row, oi: object, spot: float | None) -> Row:
    return {
        **row,
        "share": derive(share_pct, row["oi"], oi),
        "away": derive(distance_pct, row["pain"], spot),
        "dearer": _DEARER.get(side(row["skew"], 0) or ""),
    }


def _leads(rows: Sequence[Row], scene: Scene) -> list[dict[str, Any]]:
    """Return the rows that decide, each with the reasons it was chosen for."""
    dated = (row for row in rows if number(row["dte"]) is not None)
    chosen = {
        "front": next(dated, None),
        "next anchor": next_anchor(rows, scene.instant),
        "largest OI": next(iter(top(rows, "oi", 1)), None),
    }
    found = united(*([row] for row in chosen.values() if row)) or rows[:1]
    names = [[name for name, held in chosen.items() if held is row] for row in found]
    forms = ("only",) if len(found) == 1 else ("first", "more", "share")
    return [
        {"row": row, "names": named or ["first listed"], "form": form, "rank": rank}
        for row, named, form, rank in zip(found, names, forms, ("1", "2", "3"), strict=False)
    ]


def _notional(rows: Sequence[Row]) -> object:
    """Return the USD of all open interest; None where coin and USD are not of the same rows."""
    same = all((number(row["oi"]) is None) == (number(row["usd"]) is None) for row in rows)
    return derive(total, values_of(rows, "usd")) if same else None


def _counts(rows: Sequence[Row], stated: object) -> Mapping[str, object]:
    """Return how many rows there are of each class; upstream's own count where it differs."""
    kinds, flags = values_of(rows, "type"), [is_anchor(row) for row in rows]
    anchors = derive(occurrences, flags, True)
    classes = ((kind, derive(occurrences, kinds, kind)) for kind in _CLASSES)
    return {
        "count": derive(len, kinds),
        "anchors": anchors,
        "upstream": None if number(stated) in (None, anchors) else stated,
        "classes": [(kind, held) for kind, held in classes if held],
    }


def _venues(rows: Sequence[Row], limit: int) -> Mapping[str, object]:
    """Return the open interest of the largest venues and of the rest, over the expiries split."""
    split = [mapping(row["venues"]) for row in rows if mapping(row["venues"])]
    sums = {
        name: derive(total, [read(field_at(venues, f"{name}.total_oi")) for venues in split])
        for name in dict.fromkeys(name for venues in split for name in venues)
    }
    held = sorted(((name, oi) for name, oi in sums.items() if oi), key=lambda pair: -pair[1])
    rest, whole = (derive(total, [oi for _, oi in part]) for part in (held[limit:], held))
    return {
        "venues": held[:limit],
        "idle": [name for name, oi in sums.items() if oi is not None and not oi] or None,
        "split": derive(len, [*map(len, split)]) if 0 < len(split) < len(rows) else None,
        "rest": rest,
        "rest_count": derive(len, [name for name, _ in held[limit:]]),
        "rest_share": derive(share_pct, rest, whole),
    }
