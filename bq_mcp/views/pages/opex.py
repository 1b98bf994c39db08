"""The expiration calendar: what leaves at the next anchor, at the front, and what stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from .. import records
from ..arithmetic import change, share_of_gross
from ..read.values import Row, derive, expiry_day, mapping, number
from ..scene import Scene
from .expiry_summary import board


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the next anchor, the front and the other expirations; sums are of those listed."""
    root, found = scene.root, board(scene)
    pointer = mapping(root.get("next_anchor"))
    if not (found["rows"] or found["settled"] or pointer) and root.get("expirations") != []:
        return None
    rows, front = found["rows"], found["front"]
    anchor = _anchor(rows, scene)
    row = anchor["row"]
    nets, kinds = records.values_of(rows, "net"), root.get("filtered_types") or None
    title = "front and next anchor" if front is row else "next anchor"
    # Where no anchor leads, the front does.
    told = [(title, row, 1, 2), ("front", None if front is row else front, 4 if row else 2, 4)]
    leads = [
        {**of, "title": title, "rank": rank, "ends": ends}
        | {"part": derive(share_of_gross, of["net"], nets)}
        for title, of, rank, ends in told
        if of
    ]
    others = records.without(rows, filter(None, (row, front)))
    return {
        **found,
        **anchor,
        "leads": leads,
        "after": _after(row, rows, found) if row and number(row["dte"]) == 0 else None,
        "others": records.placed(
            others, [*filter(records.is_anchor, others), *records.top(others, "oi", len(others))]
        ),
        "other_count": len(others),
        "horizon": root.get("horizon_days"),
        "kinds": kinds,
        "unconfirmed": None if kinds else scene.query.get("types"),
    }


def _anchor(rows: Sequence[Row], scene: Scene) -> dict[str, Any]:
    """Return the next anchor: the row of it, or upstream's word on one that is not listed.

    It is the nearest that has not settled, by our own calendar or by upstream's pointer.
    """
    own, served = records.next_anchor(rows), scene.root.get("next_anchor", "")
    columns = {"expiry": ("expiry", "expiry_date"), "dte": "dte", "type": "type"}
    alive, _ = records.by_expiry(records.paired([served], **columns), scene.instant)
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
