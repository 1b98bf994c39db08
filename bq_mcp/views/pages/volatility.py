"""Volatility by expiry: at the money with tenors, slope and bumps, and put less call."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from .. import records
from ..arithmetic import change, maturity_iv, side
from ..read.values import Derived, Row, derive, expiry_day, mapping, number
from ..scene import Scene

DEARER = {"above": "puts dearer", "below": "calls dearer", "at": "even"}
_AXIS = {
    "expiry": ("expiries", "expiry", "expiry_date"),
    "dte": ("dtes", "days_to_expiry", "dte"),
}
_LEVELS = ("atm_iv", "put_25d_iv", "call_25d_iv")
_FIGURES = (*_LEVELS, "skew_25d", "skew_10d", "butterfly_25d")


def skew(scene: Scene) -> Mapping[str, Any] | None:
    """Return the expiries near a week and a month, the steepest one, and all rows.

    Rows of less than two days are noisy and lead nothing; settled ones are only counted.
    """
    served = records.paired(scene.data, **_AXIS, **{name: name for name in _FIGURES})
    if not served:
        return None
    ahead, settled = records.by_expiry(served, scene.instant)
    rows = [{**row, "dearer": DEARER.get(side(row["skew_25d"], 0) or "")} for row in ahead]
    noisy = [row for row in rows if (days := number(row["dte"])) is not None and days < 2]
    calm = records.without(rows, noisy)
    return {
        "scale": records.common_scale(row[name] for row in rows for name in _LEVELS),
        "calm": calm,
        "week": records.tenor(calm, "dte", 7),
        "month": records.tenor(calm, "dte", 30),
        "steepest": next(iter(records.top(calm, "skew_25d", 1)), None),
        "noisy": noisy,
        # Without calm rows the noisy ones are all there is.
        "noisy_rank": 4 if calm else 1,
        "settled": derive(len, settled) or None,
    }


_TENORS = {7.0: "7d", 30.0: "30d", 90.0: "90d"}
_POINT = {"decimal": 0.01, "percent": 1.0}
# A slope of less than half a point is noise; so is a bump of less than one.
_FLAT_PTS, _BUMP_PTS = 0.5, 1.0
# An earlier constant maturity is compared with an expiry within this part of its days.
_LIKE = 0.15
# An expiry of a Saturday, a Sunday or a Monday spans a weekend.
_WEEKEND = (5, 6, 0)
_LONE_SHOWN, _BUMPS_SHOWN = 3, 4


def term_structure(scene: Scene) -> Mapping[str, Any] | None:
    """Return tenors, slope, bumps, constant maturities, all expiries and the earlier curve."""
    served = records.paired(scene.data, **_AXIS, iv="atm_iv")
    compare = mapping(scene.root.get("compare"))
    if not served and not compare:
        return None
    rows, settled = records.by_expiry(served, scene.instant)
    historical = records.paired(compare.get("historical"), days="dte_bucket", iv="atm_iv")
    scale = records.common_scale(records.values_of([*rows, *historical], "iv"))
    point = _POINT[scale] if scale else 1.0
    dated = [row for row in rows if row["dte"] is not None]
    found = {name: records.tenor(dated, "dte", days) for days, name in _TENORS.items()}
    near = {name: row for name, row in found.items() if row}
    # Without one scale no figure is compared with another.
    alike = dated if scale else []
    calm = [row for row in alike if (number(row["dte"]) or 0) >= 1]
    ends = records.measured(near.values() if scale else (), "iv")
    past = [_then(of, alike) for of in historical]
    lead = [of for of in past if number(of["days"]) in _TENORS] or past[:_LONE_SHOWN]
    window, asked = mapping(scene.root.get("filtered_dte_window")), scene.query
    return {
        "scale": scale,
        "filtered": scene.envelope.meta.exchanges_filtered is not None,
        "dte_max": window.get("dte_max", asked.get("dte_max")),
        "tenors": [*near.items()] or [(None, row) for row in rows[:_LONE_SHOWN]],
        "far": bool(rows) and not near,
        "unscaled": not scale and bool(records.measured(dated, "iv")),
        "slope": _slope(ends, point),
        "bumps": _bumps(calm, ends, point),
        "front": next(iter(calm), None),
        "between": [*_between(calm, near)],
        "rows": records.placed(rows, records.united(near.values(), rows)),
        "counted": any(isinstance(row["dte"], Derived) for row in rows),
        "settled": records.values_of(settled, "expiry") or None,
        "compare": compare,
        "past": lead,
        "absent": None if lead else compare.get("days_ago") or asked.get("historical_compare_days"),
    }


def _then(bucket: Row, alike: Sequence[Row]) -> Row:
    """Return an earlier constant maturity, and the change to an expiry of nearly as many days."""
    days = number(bucket["days"])
    now = records.tenor(alike, "dte", days, _LIKE) if days else None
    moved = derive(change, bucket["iv"], now["iv"]) if now else None
    return {**bucket, "now": now, "change": moved}


def _slope(ends: Sequence[Row], point: float) -> Mapping[str, object]:
    """Return the change from the shortest to the longest tenor, and the word for it."""
    if len(ends) < 2:
        return {}
    rise = derive(change, ends[0]["iv"], ends[-1]["iv"]) or 0.0
    words = "rising (contango)" if rise > 0 else "falling (backwardation)"
    words = "flat (under 0.5 pt)" if abs(rise) < _FLAT_PTS * point else words
    return {"start": ends[0]["dte"], "end": ends[-1]["dte"], "change": rise, "words": words}


def _bumps(calm: Sequence[Row], ends: Sequence[Row], point: float) -> list[dict[str, Any]]:
    """Return the expiries over a point above or below both neighbours, the largest first.

    The middle tenor counts beside the other two. Those over a weekend, which moves their
    volatility, come last. A row without a figure proves nothing.
    """
    found: dict[object, dict[str, Any]] = {}
    triples = (zip(rows, rows[1:], rows[2:], strict=False) for rows in (calm, ends))
    for before, row, after in chain.from_iterable(triples):
        over = [derive(change, other["iv"], row["iv"]) for other in (before, after)]
        sizes = [rise / point for rise in over if rise is not None]
        if len(sizes) < 2 or not (min(sizes) > _BUMP_PTS or max(sizes) < -_BUMP_PTS):
            continue
        day = expiry_day(row["expiry"])
        found[row["expiry"]] = {
            **row,
            "over": over,
            "beside": [before["expiry"], after["expiry"]],
            "word": "hump" if sizes[0] > 0 else "dip",
            "weekend": "spans a weekend" if day and day.weekday() in _WEEKEND else None,
        }
    bumps = sorted(found.values(), key=lambda of: (bool(of["weekend"]), -min(map(abs, of["over"]))))
    return [{**of, "rank": 5 if place else 3} for place, of in enumerate(bumps[:_BUMPS_SHOWN])]


def _between(calm: Sequence[Row], near: Mapping[str, Row]) -> Iterator[Row]:
    """Yield each tenor that no expiry has to the day, read between the two beside it.

    One that no expiry is `near` comes in few words too.
    """
    for days, name in _TENORS.items():
        beside = records.around(calm, "dte", days)
        ends = [row[part] for row in beside for part in ("dte", "iv")]
        if len(beside) == 2 and (iv := derive(maturity_iv, days, *ends)) is not None:
            tokens = records.values_of(beside, "expiry")
            yield {"name": name, "iv": iv, "ends": tokens, "rank": 4 if name in near else 3}
