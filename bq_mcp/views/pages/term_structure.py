"""At-the-money volatility by expiry: tenors, slope, humps and dips, and an earlier curve."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..arithmetic import change, maturity_iv
from ..read.units import IvScale
from ..read.values import Derived, derive, expiry_day, mapping, number, text
from ..scene import Scene
from .rows import (
    Row,
    by_expiry,
    common_scale,
    highest,
    lowest,
    measured,
    paired,
    placed,
    read,
    rows_of,
    tenor,
    united,
    values_of,
    without,
)

# Days of a tenor, what one near them is called, and one read to the day.
_TENORS = {7: ("~7d", "7d"), 30: ("~30d", "30d"), 90: ("~90d", "90d")}
_COLUMNS = {
    "expiry": ("expiries", "expiry", "expiry_date"),
    "dte": ("dtes", "days_to_expiry", "dte"),
    "iv": "atm_iv",
}
_POINT = {"decimal": 0.01, "percent": 1.0}
# A slope of less than half a point is noise; so is a bump of less than one.
_FLAT_PTS, _BUMP_PTS = 0.5, 1.0
# An earlier constant maturity is compared with an expiry within this part of its days.
_LIKE = 0.15
_SATURDAY, _SUNDAY, _MONDAY = 5, 6, 0
_LONE_SHOWN, _BUMPS_SHOWN, _FILTERS_SHOWN = 3, 4, 3
_SMOOTH = "no expiry over 1 pt above or below both neighbours"
_COUNTED = "days counted to 08:00 UTC settlement"
_MARKS = ("venue marks", "marks of the filtered venues, not the blend of all")
_SHAPES = {
    "rising": "rising (contango)",
    "falling": "falling (backwardation)",
    "flat": "flat (under 0.5 pt)",
}
_COMPARED = ("days_ago", "target_date", "reason", "shape")
_NO_ROW: Row = {"expiry": None, "dte": None, "iv": None}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return tenors, slope, bumps, constant maturities, all expiries and the earlier curve."""
    served = paired(scene.data, **_COLUMNS)
    compare = mapping(scene.root.get("compare"))
    if not served and not compare and scene.root.get("expiries") != []:
        return None
    rows, settled = by_expiry(served, scene.instant)
    past = [] if compare.get("available") is False else _past(compare)
    scale = common_scale([*values_of(rows, "iv"), *values_of(past, "iv")])
    dated = [row for row in rows if number(row["dte"]) is not None]
    near = [(days, row) for days in _TENORS if (row := tenor(dated, "dte", days))]
    known = measured(dated, "iv")
    lead = [row for row in past if number(row["days"]) in _TENORS] or past[:_LONE_SHOWN]
    stamps = {text(row["ts"]) for row in past}
    slope = _slope([row for _, row in near], scale)
    calm = [row for row in dated if (number(row["dte"]) or 0) >= 1]
    bumps = list(_bumps(calm, scale)) if scale else []
    far = None if near or not rows else "no expiry near 7, 30 or 90d"
    unstated = None if scale or not known else "scale not stated: no differences taken"
    filtered = scene.envelope.meta.exchanges_filtered is not None
    return {
        "scale": scale,
        "marks": _MARKS if filtered else (None, None),
        "filters": _filters(scene),
        "tenors": [(_TENORS[days][0], row) for days, row in near]
        or [(None, row) for row in rows[:_LONE_SHOWN]],
        "notes": [note for note in (far, unstated) if note],
        "slope": slope or {"first": _NO_ROW, "last": _NO_ROW, "change": None, "words": None},
        "bend": _bend(slope, known, bumps, scale),
        "bumps": _ranked(bumps),
        "smooth": _SMOOTH if scale and len(known) == len(rows) > 2 and not bumps else None,
        "front": next(iter(calm), _NO_ROW),
        "high": highest(known, "iv") or _NO_ROW if scale else _NO_ROW,
        "low": lowest(known, "iv") or _NO_ROW if scale else _NO_ROW,
        "between": list(_between(calm, dict(near))) if scale else [],
        "rows": placed(rows, united([row for _, row in near], rows)),
        "count": derive(len, values_of(rows, "expiry")),
        "counted": _COUNTED if any(isinstance(row["dte"], Derived) for row in rows) else None,
        "settled": values_of(settled, "expiry") or None,
        "compare": {name: compare.get(name) for name in _COMPARED} if compare else None,
        "lead": [_then(bucket, dated, scale) for bucket in lead],
        "rest": [_then(bucket, dated, scale) for bucket in without(past, lead)],
        "stamp": stamps.pop() if len(stamps) == 1 else None,
        "missing": scene.query.get("historical_compare_days") if not compare else None,
    }


def _past(compare: Row) -> list[Row]:
    """Return the constant maturities of the earlier curve."""
    names = {"days": "dte_bucket", "iv": "atm_iv", "ts": "ts"}
    listed = rows_of(compare.get("historical"))
    return [{ours: read(row.get(name)) for ours, name in names.items()} for row in listed]


def _then(bucket: Row, dated: Sequence[Row], scale: IvScale | None) -> Row:
    """Return an earlier constant maturity, and the change to an expiry of nearly as many days."""
    days = number(bucket["days"])
    now = tenor(dated, "dte", days, _LIKE) if days and scale else None
    moved = derive(change, bucket["iv"], now["iv"]) if now else None
    return {**bucket, "now": now or _NO_ROW, "change": moved}


def _slope(near: Sequence[Row], scale: IvScale | None) -> Mapping[str, Any] | None:
    """Return the change from the shortest to the longest tenor, and the word for it."""
    known = measured(near, "iv")
    if scale is None or len(known) < 2:
        return None
    first, last = known[0], known[-1]
    rise = derive(change, first["iv"], last["iv"])
    size = (rise or 0.0) / _POINT[scale]
    word = "flat" if abs(size) < _FLAT_PTS else "rising" if size > 0 else "falling"
    return {"first": first, "last": last, "change": rise, "words": _SHAPES[word]}


def _bumps(calm: Sequence[Row], scale: IvScale) -> Iterator[dict[str, Any]]:
    """Yield the expiries more than a point above or below both neighbours.

    A neighbour without a figure proves nothing, so there is no bump beside it.
    """
    for before, row, after in zip(calm, calm[1:], calm[2:], strict=False):
        rises = [derive(change, other["iv"], row["iv"]) for other in (before, after)]
        sizes = [rise / _POINT[scale] for rise in rises if rise is not None]
        if len(sizes) == 2 and (min(sizes) > _BUMP_PTS or max(sizes) < -_BUMP_PTS):
            yield {
                "row": row,
                "word": "hump" if sizes[0] > 0 else "dip",
                "over": rises,
                "weekend": "spans a weekend" if _spans_weekend(row) else None,
            }


def _ranked(bumps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the bumps with their ranks: humps first, the largest first, over a weekend last."""
    by_size = sorted(
        bumps,
        key=lambda of: (bool(of["weekend"]), of["word"] == "dip", -min(map(abs, of["over"]))),
    )
    ranks = ["3", *["5"] * len(by_size)]
    return [
        {**bump, "rank": rank} for bump, rank in zip(by_size[:_BUMPS_SHOWN], ranks, strict=False)
    ]


def _spans_weekend(row: Row) -> bool:
    """Tell whether the last days of an expiry are a weekend, which moves its volatility."""
    day = expiry_day(row["expiry"])
    return day is not None and day.weekday() in (_SATURDAY, _SUNDAY, _MONDAY)


def _bend(
    slope: Mapping[str, Any] | None,
    known: Sequence[Row],
    bumps: Sequence[Row],
    scale: IvScale | None,
) -> Row:
    """Return the expiry between the ends of the slope that lies beyond both by over a point."""
    nothing: Row = {"row": _NO_ROW, "word": None}
    if slope is None or scale is None:
        return nothing
    ends = slope["first"], slope["last"]
    inner = known[known.index(ends[0]) + 1 : known.index(ends[1])]
    told = [id(bump["row"]) for bump in bumps]
    for row, sign in ((highest(inner, "iv"), 1), (lowest(inner, "iv"), -1)):
        if row is None or id(row) in told:
            continue
        beyond = (change(end["iv"], row["iv"]) or 0.0 for end in ends)
        if min(sign * gap for gap in beyond) > _BUMP_PTS * _POINT[scale]:
            return {"row": row, "word": "highest" if sign > 0 else "lowest"}
    return nothing


def _between(calm: Sequence[Row], near: Mapping[int, Row]) -> Iterator[dict[str, Any]]:
    """Yield each tenor that no expiry has to the day, read between the two beside it.

    One that no expiry is `near` comes in few words too.
    """
    for days, (_, name) in _TENORS.items():
        before = [row for row in calm if (number(row["dte"]) or 0) <= days]
        after = [row for row in calm if (number(row["dte"]) or 0) >= days]
        if before and after:
            low, high = before[-1], after[0]
            iv = derive(maturity_iv, days, low["dte"], low["iv"], high["dte"], high["iv"])
            if iv is not None:
                rank = "4" if days in near else "3"
                yield {"name": name, "iv": iv, "near": low, "far": high, "rank": rank}


def _filters(scene: Scene) -> list[tuple[str, object]]:
    """Return the tenor filter as upstream echoes it, else as it was asked for."""
    echoed = mapping(scene.root.get("filtered_dte_window"))
    asked = {"dte_max": scene.query.get("dte_max")}
    told = [(name, value) for name, value in (echoed or asked).items() if value is not None]
    return told[:_FILTERS_SHOWN]
