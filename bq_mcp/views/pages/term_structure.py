"""At-the-money volatility by expiry: tenors, slope, humps and dips, and an earlier curve."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..arithmetic import change, maturity_iv
from ..read.values import Derived, derive, expiry_day, mapping, number, text
from ..scene import Scene
from . import rows as table
from .rows import Row

_TENORS = {7.0: "7d", 30.0: "30d", 90.0: "90d"}
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
# An expiry of a Saturday, a Sunday or a Monday spans a weekend.
_WEEKEND = (5, 6, 0)
_COUNTED = "; days counted to 08:00 UTC settlement"
_UNSTATED = " · scale not stated: no differences taken"
_LONE_SHOWN, _BUMPS_SHOWN = 3, 4


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return tenors, slope, bumps, constant maturities, all expiries and the earlier curve."""
    served, compare = table.paired(scene.data, **_COLUMNS), mapping(scene.root.get("compare"))
    if not served and not compare and scene.root.get("expiries") != []:
        return None
    rows, settled = table.by_expiry(served, scene.instant)
    historical = table.paired(compare.get("historical"), days="dte_bucket", iv="atm_iv", ts="ts")
    scale = table.common_scale(table.values_of([*rows, *historical], "iv"))
    point = _POINT[scale] if scale else 1.0
    dated = [row for row in rows if row["dte"] is not None]
    near = {name: row for days, name in _TENORS.items() if (row := table.tenor(dated, "dte", days))}
    far = "" if near else " · no expiry near 7, 30 or 90d"
    # Without one scale no figure is compared with another.
    alike = dated if scale else []
    known, calm = table.measured(alike, "iv"), [row for row in alike if _days(row) >= 1]
    ends, bumps = [row for row in known if row in near.values()], _bumps(calm, point)
    past = [_then(of, alike) for of in historical]
    lead = [of for of in past if number(of["days"]) in _TENORS] or past[:_LONE_SHOWN]
    stamps = {text(of["ts"]) for of in past}
    window, asked = mapping(scene.root.get("filtered_dte_window")), scene.query
    absent = compare.get("days_ago") or asked.get("historical_compare_days")
    return {
        "scale": scale,
        "filtered": scene.envelope.meta.exchanges_filtered is not None,
        "dte_max": window.get("dte_max", asked.get("dte_max")),
        "tenors": [*near.items()] or [(None, row) for row in rows[:_LONE_SHOWN]],
        "notes": far + _UNSTATED * (not scale and bool(table.measured(dated, "iv"))),
        "slope": _slope(ends, point),
        "bend": _bend(ends, known, table.values_of(bumps, "expiry"), point),
        "bumps": bumps,
        "smooth": len(known) == len(rows) > 2 and not bumps,
        "front": next(iter(calm), None),
        "high": table.highest(known, "iv"),
        "low": table.lowest(known, "iv"),
        "between": [*_between(calm, near)],
        "rows": table.placed(rows, table.united(near.values(), rows)),
        "count": table.counted(rows, "expiry"),
        "counted": _COUNTED if any(isinstance(row["dte"], Derived) for row in rows) else "",
        "settled": table.values_of(settled, "expiry") or None,
        "compare": compare,
        "lead": lead,
        "rest": table.without(past, lead),
        "stamp": stamps.pop() if len(stamps) == 1 else None,
        "absent": None if lead else absent,
    }


def _days(row: Row) -> float:
    return number(row["dte"]) or 0.0


def _then(bucket: Row, alike: Sequence[Row]) -> Row:
    """Return an earlier constant maturity, and the change to an expiry of nearly as many days."""
    days = number(bucket["days"])
    now = table.tenor(alike, "dte", days, _LIKE) if days else None
    return {
        **bucket,
        "now": now,
        "change": derive(change, bucket["iv"], now["iv"]) if now else None,
    }


def _slope(ends: Sequence[Row], point: float) -> Mapping[str, object]:
    """Return the change from the shortest to the longest tenor, and the word for it."""
    if len(ends) < 2:
        return {}
    rise = derive(change, ends[0]["iv"], ends[-1]["iv"]) or 0.0
    words = "rising (contango)" if rise > 0 else "falling (backwardation)"
    words = "flat (under 0.5 pt)" if abs(rise) < _FLAT_PTS * point else words
    return {"start": ends[0]["dte"], "end": ends[-1]["dte"], "change": rise, "words": words}


def _beyond(
    before: Row, row: Row, after: Row, point: float, words: Sequence[str] = ("hump", "dip")
) -> dict[str, Any] | None:
    """Return a row that lies over a point above or below both others, with the word for it.

    A row without a figure proves nothing. A weekend before an expiry moves its volatility.
    """
    over = [derive(change, other["iv"], row["iv"]) for other in (before, after)]
    sizes = [rise / point for rise in over if rise is not None]
    if len(sizes) < 2 or (min(sizes) <= _BUMP_PTS and max(sizes) >= -_BUMP_PTS):
        return None
    day = expiry_day(row["expiry"])
    weekend = "spans a weekend" if day and day.weekday() in _WEEKEND else None
    return {**row, "over": over, "word": words[sizes[0] < 0], "weekend": weekend}


def _bumps(calm: Sequence[Row], point: float) -> list[dict[str, Any]]:
    """Return the expiries beyond both neighbours, humps first, the largest first.

    Those over a weekend come last.
    """
    beside = zip(calm, calm[1:], calm[2:], strict=False)
    found = [bump for rows in beside if (bump := _beyond(*rows, point))]
    found.sort(
        key=lambda of: (bool(of["weekend"]), of["word"] == "dip", -min(map(abs, of["over"])))
    )
    return [{**of, "rank": 5 if place else 3} for place, of in enumerate(found[:_BUMPS_SHOWN])]


def _bend(
    ends: Sequence[Row], known: Sequence[Row], told: Sequence[object], point: float
) -> Mapping[str, Any]:
    """Return the highest or lowest expiry between the ends of the slope, if beyond both.

    One that is `told` as a bump is not told again.
    """
    inner = known[known.index(ends[0]) + 1 : known.index(ends[-1])] if ends else ()
    extremes = (table.highest(inner, "iv"), table.lowest(inner, "iv"))
    found = [row for row in extremes if row and row["expiry"] not in told]
    bends = (_beyond(ends[0], row, ends[-1], point, ("highest", "lowest")) for row in found)
    return next(filter(None, bends), {"word": None})


def _between(calm: Sequence[Row], near: Mapping[str, Row]) -> Iterator[Row]:
    """Yield each tenor that no expiry has to the day, read between the two beside it.

    One that no expiry is `near` comes in few words too.
    """
    for days, name in _TENORS.items():
        beside = table.around(calm, "dte", days)
        ends = [row[part] for row in beside for part in ("dte", "iv")]
        if len(beside) == 2 and (iv := derive(maturity_iv, days, *ends)) is not None:
            tokens = table.values_of(beside, "expiry")
            yield {"name": name, "iv": iv, "ends": tokens, "rank": 4 if name in near else 3}
