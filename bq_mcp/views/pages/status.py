"""How fresh the data are: the cells that are not healthy, what works, and the venues' feeds."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..read.values import Row, derive, figure, text
from ..records import grouped, values_of, without
from ..scene import Scene
from .parts import parts_of
from .service import verdict

_GRADES = {"unavailable": 0, "unhealthy": 1, "degraded": 2}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the cells that are not healthy, the worst first, what works, and the venues."""
    parts = list(parts_of(scene.data))
    cells = [_cell(*part) for part in parts if text(part[1].get("status"))]
    if not cells:
        return None
    well = [cell for cell in cells if cell["status"] == "healthy"]
    ill = _grouped(without(cells, well), "category", "status")
    venues = [part for part in parts if text(part[1].get("tape"))]
    feeds: list[Row] = [{"chain": None, **fields, "owner": path[-1]} for path, fields in venues]
    on = [feed for feed in feeds if feed["chain"] == feed["tape"] == "on"]
    return {
        "overall": verdict(scene.root),
        "well": derive(len, well),
        "cells": derive(len, cells),
        "ill": sorted(ill, key=lambda group: _GRADES.get(group["status"], 3)),
        "ill_total": derive(len, ill),
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
