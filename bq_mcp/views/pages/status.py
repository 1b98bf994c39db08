"""How fresh the data are: the cells that are not healthy, what works, and the venues' feeds."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..read.values import figure, text
from ..scene import Scene
from .parts import Part, parts_with
from .rows import Row, counted, values_of, without
from .service import verdict

_GRADES = {"unavailable": 0, "unhealthy": 1, "degraded": 2}


def page(scene: Scene) -> Mapping[str, Any] | None:
    """Return the cells that are not healthy, the worst first, what works, and the venues."""
    parts = [part for part in parts_with(scene.data, "status") if text(part.fields["status"])]
    cells = [_cell(part) for part in parts]
    if not cells:
        return None
    well = [cell for cell in cells if cell["status"] == "healthy"]
    ill = _grouped(without(cells, well), "category", "status")
    everyone, ages = set(values_of(cells, "owner")), _grouped(well, "category")
    works: dict[tuple[object, ...], list[object]] = {}
    for group in ages:
        works.setdefault(tuple(group["owners"]), []).append(group["category"])
    venues = [part for part in parts_with(scene.data, "tape") if text(part.fields["tape"])]
    feeds: list[Row] = [{"chain": None, **part.fields, "owner": part.path[-1]} for part in venues]
    on = [feed for feed in feeds if feed["chain"] == feed["tape"] == "on"]
    silent = [feed for feed in on if figure(feed.get("chain_contracts")) == 0]
    unknown = [feed for feed in feeds if "unknown" in (feed["chain"], feed["tape"])]
    limits = parts_with(scene.data, "healthy_max_seconds", "degraded_max_seconds")
    return {
        "overall": verdict(scene.root),
        "version": scene.root.get("version"),
        "well": counted(well, "owner"),
        "cells": counted(cells, "owner"),
        "ill": sorted(ill, key=lambda group: _GRADES.get(group["status"], 3)),
        "ill_total": counted(ill, "category"),
        "works": [
            {"categories": names, "owners": None if everyone == {*owners} else list(owners)}
            for owners, names in works.items()
        ],
        "ages": ages,
        "limits": [{"name": part.path[-1], **part.fields} for part in limits],
        "feeds": feeds,
        "venues": counted(feeds, "owner") or None,
        "on": counted(on, "owner"),
        "off": _grouped(without(feeds, on), "chain", "tape"),
        "silent": values_of(silent, "owner") or None,
        "unknown": values_of(unknown, "owner") or None,
    }


def _cell(part: Part) -> Row:
    owner = part.path[-2] if len(part.path) > 1 else ""
    return {
        "owner": text(part.fields.get("symbol")) or owner,
        "category": text(part.fields.get("category")) or part.path[-1],
        "status": part.fields["status"],
        "age": figure(part.fields.get("freshness_seconds")),
    }


def _grouped(rows: Sequence[Row], *columns: str) -> list[Mapping[str, Any]]:
    """Return rows grouped by the values of some columns, in the order of the first of each."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str([row.get(column) for column in columns]), []).append(row)
    return [
        {**members[0], "members": members, "owners": values_of(members, "owner")}
        for members in groups.values()
    ]
