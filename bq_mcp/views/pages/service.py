"""The service itself: whether it is up and fresh, what it covers, what the key allows, its routes.

The fields of these replies are hardly published: records are found wherever they stand.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ...catalog.entries import PATH_KEYS, TAG_KEYS, entries
from ...catalog.reading import Reading
from ..digest.curve import dated
from ..read.values import Derived, Row, derive, expiry_day, figure, moment, text
from ..records import by_expiry, grouped, records_in, rows_of, values_of, without
from ..scene import Scene

_VERDICTS = ("status", "overall_status", "overall")
_GRADES = {"unavailable": 0, "unhealthy": 1, "degraded": 2}
_FIELDS = ("categories_live", "spot_price", "active_expiries")
_KNOWN = ("categories_live", "spot_price", "symbol", "spot")
_SYMBOL = re.compile(r"[A-Z]{2,12}USDT?")
# An expiry takes as much room as so many of the shortest rows.
_ROWS_AN_EXPIRY = 5


def meta(scene: Scene) -> Mapping[str, Any] | None:
    """Return what the calling key may do, what is stored, and what other plans may."""
    data = scene.root
    if not any(data.get(name) for name in ("name", "version", "rate_limits", "your_plan")):
        return None
    flags = [block.get("history_depth_enforced") for block in (data, scene.extra)]
    windows = "enforced" if True in flags else "reported, not enforced" if False in flags else None
    return {"data": data, "windows": windows}


def _verdict(data: Mapping[str, object]) -> object:
    """Return what a payload says of the whole service."""
    return next(filter(None, map(data.get, _VERDICTS)), None)


def health(scene: Scene) -> Mapping[str, Any] | None:
    """Return the overall verdict, and what else is served."""
    rest = {name: held for name, held in scene.root.items() if name not in _VERDICTS}
    return {"overall": _verdict(scene.root), "rest": rest or None} if scene.root else None


def changelog(scene: Scene) -> Mapping[str, Any] | None:
    """Return the releases, the newest first, and the latest that can break a client."""
    data, releases = scene.root, rows_of(scene.root.get("releases"))
    if not releases and not data.get("current_version") and data.get("releases") != []:
        return None
    releases.sort(key=lambda row: str(moment(row.get("released_at")) or ""), reverse=True)
    breaking = [row for row in releases if row.get("breaking") is True]
    return {
        "data": data,
        "releases": releases,
        "breaking": derive(len, breaking),
        "latest": next(iter(breaking), None),
    }


def endpoints(scene: Scene) -> Mapping[str, Any] | None:
    """Return the paths of the routes by group, the largest group first."""
    groups: dict[str, list[object]] = {}
    for entry in entries(scene.data, Reading()):
        listed = map(entry.get, TAG_KEYS)
        tags = (held[0] if isinstance(held, list) and held else held for held in listed)
        path = next(filter(text, map(entry.get, PATH_KEYS)), None)
        groups.setdefault(next(filter(None, map(text, tags)), "no group"), []).append(path)
    found = sorted(groups.items(), key=lambda group: -len(group[1]))
    most = 99 if scene.detail == "full" else 6
    told = [{"name": of, "many": derive(len, paths), "paths": paths[:most]} for of, paths in found]
    return {"groups": told} if told else None


def status(scene: Scene) -> Mapping[str, Any] | None:
    """Return the cells that are not healthy, the worst first, what works, and the venues."""
    parts = list(records_in(scene.data))
    cells = [_cell(*part) for part in parts if text(part[1].get("status"))]
    if not cells:
        return None
    well = [cell for cell in cells if cell["status"] == "healthy"]
    ill = _grouped(without(cells, well), "category", "status")
    venues = [part for part in parts if text(part[1].get("tape"))]
    feeds: list[Row] = [{"chain": None, **fields, "owner": path[-1]} for path, fields in venues]
    on = [feed for feed in feeds if feed["chain"] == feed["tape"] == "on"]
    return {
        "overall": _verdict(scene.root),
        "well": derive(len, well),
        "cells": derive(len, cells),
        "ill": sorted(ill, key=lambda group: _GRADES.get(group["status"], 3)),
        "works": _grouped(well, "category"),
        "everyone": dict.fromkeys(values_of(cells, "owner")),
        "limits": scene.root.get("thresholds"),
        "venues": derive(len, feeds) or None,
        "on": derive(len, on),
        "off": _grouped(without(feeds, on), "chain", "tape"),
    }


def _cell(path: Sequence[str], fields: Row) -> Row:
    return {
        "owner": text(fields.get("symbol")) or "".join(path[-2:-1]),
        "category": text(fields.get("category")) or path[-1],
        "status": fields["status"],
        "age": figure(fields.get("freshness_seconds")),
    }


def _grouped(rows: Sequence[Row], *columns: str) -> list[Mapping[str, Any]]:
    """Return rows grouped by the values of some columns, in the order of the first of each."""
    return [
        {**members[0], "members": members, "owners": dict.fromkeys(values_of(members, "owner"))}
        for members in grouped(rows, *columns)
    ]


def symbols(scene: Scene) -> Mapping[str, Any] | None:
    """Return each symbol, found by its fields or its name, with its spot and what is live."""
    rows = [
        {
            "name": text(fields.get("symbol")) or path[-1],
            "spot": figure(fields.get("spot_price", fields.get("spot"))),
            "live": fields.get("categories_live"),
            "rest": {key: fields[key] for key in fields if key not in _KNOWN} or None,
        }
        for path, fields in records_in(scene.data)
        if _SYMBOL.fullmatch(path[-1]) or not fields.keys().isdisjoint(_FIELDS)
    ]
    return {"rows": rows} if rows else None


def expiries(scene: Scene) -> Mapping[str, Any] | None:
    """Return the listed expiries that have not settled, the nearest first, with days left.

    Days that are not served are counted from the instant of the data to 08:00 UTC.
    """
    rows, settled = by_expiry(_listed(scene), scene.instant)
    if not rows and not settled and not (scene.root and scene.forms.empty):
        return None
    most = max(scene.most_rows // _ROWS_AN_EXPIRY, 2)
    return {
        "total": derive(len, rows),
        "rows": rows[:most],
        "cut": derive(len, rows[most:]) or None,
        "counted": any(isinstance(row["dte"], Derived) for row in rows[:most]),
        "settled": derive(len, settled) or None,
    }


def _listed(scene: Scene) -> Sequence[Row]:
    """Return the expiries of the first table or list of such, each with its days if served."""
    forms = scene.forms
    tables = ([*table.key, *table.columns] for table in forms.tables)
    axes = [(axis, columns) for columns in tables for axis in columns if axis.role == "expiry"]
    if axes:
        return dated(*axes[0])
    lists = (held.values for held in forms.listings if all(map(expiry_day, held.values)))
    return [{"expiry": token} for token in next(lists, ())]
