"""The expiration calendar: what leaves at the next anchor, at the front, and what stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..arithmetic import (
    change,
    distance_pct,
    gross,
    missing,
    share_of_gross,
    share_pct,
    total,
)
from ..read.values import derive, mapping, number
from ..scene import Scene
from .levels import level_of
from .rows import (
    Row,
    at_expiry,
    by_expiry,
    common_scale,
    living,
    measured,
    next_anchor,
    paired,
    placed,
    read,
    top,
    united,
    values_of,
    with_days,
    without,
)

_COLUMNS = {
    "expiry": ("expirations", "expiry", "expiry_date"),
    "dte": ("dte", "days_to_expiry"),
    "type": "type",
    "is_anchor": "is_anchor",
    "oi": ("oi.total_oi", "total_oi"),
    "usd": ("oi.notional_oi_usd", "notional_oi_usd"),
    "pcr": ("oi.pcr", "pcr"),
    "atm": ("iv.atm_iv", "atm_iv"),
    "skew": ("iv.skew_25d", "skew_25d"),
    "put25": "iv.put_25d_iv",
    "call25": "iv.call_25d_iv",
    "net": ("gamma.net_gex", "net_gex"),
    "pain": ("gamma.max_pain.strike", "max_pain.strike"),
    "payout": "gamma.max_pain.value",
    "gamma": "gamma",
}
_NO_ANCHOR = "no next anchor reported"
_WALLS = {"call": "above", "put": "below"}
_IV_LEVELS = ("atm", "put25", "call25")


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the next anchor, the front and the other expirations; sums are of those listed."""
    root = scene.root
    served = paired(scene.data, **_COLUMNS)
    if not served and not mapping(root.get("next_anchor")) and root.get("expirations") != []:
        return None
    alive, settled = by_expiry(served, scene.instant)
    oi, net = (derive(total, values_of(alive, column)) for column in ("oi", "net"))
    rows = [_told(row, oi, scene.spot) for row in alive]
    anchor = _anchor(rows, scene)
    front = next((row for row in rows if number(row["dte"]) is not None), None)
    row, nets = anchor["row"], values_of(rows, "net")
    others = without(rows, united([row] if row else [], [front] if front else []))
    anchors = [held for held in others if next_anchor([held], scene.instant)]
    scale = common_scale(row[name] for row in rows for name in _IV_LEVELS)
    return {
        **_window(scene),
        "scale": scale,
        "unstated": None if scale or not measured(rows, "atm") else "scale not stated",
        "anchor": anchor,
        "leaving": derive(share_of_gross, row["net"], nets) if row else None,
        "front": _front(front, row) if front and front is not row else None,
        "front_leaving": derive(share_of_gross, front["net"], nets) if front else None,
        "same": "it is the front as well" if front and front is row else None,
        "after": _after(row, rows, oi, net, scene) if row else None,
        "rows": rows,
        "deep": rows if scene.detail == "full" else [],
        "deep_count": str(len(rows)) if scene.detail == "full" else "0",
        "others": placed(others, [*anchors, *top(others, "oi", len(others))]),
        "other_count": str(len(others)),
        "count": derive(len, values_of(rows, "expiry")),
        "oi": oi,
        "net": net,
        "sizes": derive(gross, nets),
        "no_oi": derive(missing, values_of(rows, "oi")) or None,
        "no_net": derive(missing, nets) or None,
        "settled": values_of(settled, "expiry") or None,
    }


def _told(row: Row, oi: object, spot: float | None) -> Row:
    return {
        **row,
        "share": derive(share_pct, row["oi"], oi),
        "away": derive(distance_pct, row["pain"], spot),
        **{name: _wall(mapping(row["gamma"]), name, where, spot) for name, where in _WALLS.items()},
    }


def _wall(gamma: Row, kind: str, where: str, spot: float | None) -> Row:
    """Return a wall with its distance; where it is missing, why: the API documents one cause."""
    found = level_of(gamma, kind, spot)
    why = f"no strike {where} spot with positive net gamma" if found["none"] else None
    absent = f"{found['name']} n/a" if found["value"] is None else ""
    none = f"{found['none']} reported" if found["none"] else absent
    return {**found, "none": none, "why": why}


def _front(row: Row, anchor: Row | None) -> Row:
    """Return the front; where no anchor leads, it does so in few words too, with its share."""
    return {**row, "base": None if anchor else row["share"], "rank": "4" if anchor else "2"}


def _anchor(rows: Sequence[Row], scene: Scene) -> dict[str, Any]:
    """Return the next anchor: the row of it, or upstream's word on one that is not listed.

    It is the nearest that has not settled, by our own calendar or by upstream's pointer.
    """
    own, served = next_anchor(rows, scene.instant), scene.root.get("next_anchor", "")
    stated = _stated(mapping(served), scene)
    told = {"title": "next anchor", "stated": None, "other": None, "none": None}
    if stated is None:
        title = "next anchor" if mapping(served) else "first listed anchor"
        none = _NO_ANCHOR if served is None else None
        return {**told, "row": own, "title": title, "none": none}
    listed = at_expiry(rows, "expiry", stated["expiry"])
    row = next((row for row in rows if row["expiry"] == stated["expiry"] or row in listed), None)
    if own and own is not row and _sooner(own, stated):
        return {**told, "row": own, "other": stated["expiry"]}
    sought = derive(len, values_of(rows, "expiry")) if stated["token"] else None
    return {**told, "row": row, "stated": {**stated, "listed": sought or None}}


def _stated(named: Row, scene: Scene) -> Row | None:
    """Return upstream's next anchor; None where it states none or one that has settled."""
    expiry = named.get("expiry") or named.get("expiry_date")
    placed_ = with_days([{"expiry": expiry, "dte": read(named.get("dte"))}], scene.instant)
    if not expiry or not living(placed_, scene.instant):
        return None
    kind = named.get("type")
    asked = kind if scene.root.get("filtered_types") else None
    return {**placed_[0], "type": kind, "filter": asked, "token": named.get("expiry")}


def _sooner(row: Row, other: Row) -> bool:
    days, limit = number(row["dte"]), number(other["dte"])
    return days is not None and (limit is None or days < limit)


def _window(scene: Scene) -> Mapping[str, object]:
    """Return what the list covers: days ahead and calendar classes, and a filter not echoed."""
    kinds = scene.root.get("filtered_types")
    kinds = kinds if isinstance(kinds, list) and kinds else None
    return {
        "horizon": scene.root.get("horizon_days"),
        "kinds": kinds,
        "unconfirmed": None if kinds else scene.query.get("types"),
    }


def _after(row: Row, rows: Sequence[Row], oi: object, net: object, scene: Scene) -> Row | None:
    """Return what stays of the listed after the settlement of an anchor within a day."""
    if number(row["dte"]) != 0:
        return None
    whole = len(measured(rows, "oi", "net")) == len(rows)
    later = next_anchor(without(rows, [row]), scene.instant)
    return {
        "oi": derive(change, row["oi"], oi) if whole else None,
        "net": derive(change, row["net"], net) if whole else None,
        "next": later["expiry"] if later else None,
        "next_dte": later["dte"] if later else None,
    }
