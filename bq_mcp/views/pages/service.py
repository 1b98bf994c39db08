"""The service itself: what the key allows, its routes, its releases, and whether it is up."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...catalog.entries import PARAM_KEYS, PATH_KEYS, TAG_KEYS, entries
from ...catalog.reading import Reading
from ..read.values import derive, moment, text
from ..scene import Scene
from .parts import Part, parts_with
from .rows import Row, counted, keyed, rows_of

_META = (
    "name", "version", "simulated", "your_plan", "history_depth", "history_depth_enforced",
    "data_coverage", "rate_limits", "supported_symbols", "supported_exchanges", "error_codes",
)  # fmt: skip
_BACK_ENDS = frozenset({"redis", "db", "database", "postgres", "postgresql", "cache"})
_VERDICTS = ("status", "overall_status", "overall")
_LIMITS = re.compile("request|month|minute|burst|quota|history|call", re.IGNORECASE)
_PATHS_SHOWN = 6
_NEVER = datetime.min.replace(tzinfo=UTC)


def meta(scene: Scene) -> Mapping[str, Any] | None:
    """Return what the calling key may do, what is stored, and what other plans may."""
    data = scene.root
    if not any(data.get(name) for name in ("name", "version", "rate_limits", "your_plan")):
        return None
    flags = [block.get("history_depth_enforced") for block in (data, scene.extra)]
    windows = "enforced" if True in flags else "reported, not enforced" if False in flags else None
    plans = [row for row in keyed(data.get("rate_limits"), "plan") if "plan" in row]
    codes = [row for row in rows_of(data.get("error_codes")) if "code" in row]
    return {
        **{name: data.get(name) or None for name in _META},
        "windows": windows,
        "plans": [
            {"name": row["plan"], "limits": {k: row[k] for k in row if _LIMITS.search(k)} or row}
            for row in plans
        ],
        "total": counted(plans, "plan"),
        "rate_limits": None if plans else data.get("rate_limits"),
        # Lists of texts, or of records that carry a name.
        **{
            name: [part.path[-1] for part in parts_with(data.get(name))] or data.get(name) or None
            for name in ("supported_symbols", "supported_exchanges")
        },
        "codes": codes,
        "error_codes": None if codes else data.get("error_codes") or None,
        "others": [name for name in data if name not in _META] or None,
    }


def verdict(data: Mapping[str, object]) -> object:
    """Return what a payload says of the whole service."""
    return next(filter(None, map(data.get, _VERDICTS)), None)


def health(scene: Scene) -> Mapping[str, Any] | None:
    """Return the overall verdict and the state of each back end, with its place."""
    if not scene.root:
        return None
    flags = [
        {"name": ".".join([*part.path, name]), "state": _state([*part.path, name], held)}
        for part in (Part((), scene.root), *parts_with(scene.data))
        for name, held in part.fields.items()
        if not isinstance(held, Mapping | list) and (part.path or name not in _VERDICTS)
    ]
    return {"overall": verdict(scene.root), "flags": flags}


def _state(path: list[str], value: object) -> object:
    """Return a flag of a back end in words, any other value as it is."""
    if not isinstance(value, bool) or _BACK_ENDS.isdisjoint(re.split(r"[._]", ".".join(path))):
        return value
    return "up" if value else "DOWN"


def changelog(scene: Scene) -> Mapping[str, Any] | None:
    """Return the releases, the newest first, and the latest that can break a client."""
    data = scene.root
    releases = [_release(row) for row in rows_of(data.get("releases"))]
    if not releases and not data.get("current_version") and data.get("releases") != []:
        return None
    releases.sort(key=lambda row: moment(row.get("released_at")) or _NEVER, reverse=True)
    breaking = [row for row in releases if row["breaks"]]
    return {
        "data": data,
        "releases": releases,
        "total": counted(releases, "version"),
        "breaking": counted(breaking, "version"),
        "latest": next(iter(breaking), None),
    }


def _release(row: Row) -> Row:
    changes = row.get("changes")
    return {
        **row,
        "undated": "" if moment(row.get("released_at")) else "date n/a",
        "breaks": "BREAKING" if row.get("breaking") is True else None,
        "changes": changes if isinstance(changes, list) else (),
    }


def endpoints(scene: Scene) -> Mapping[str, Any] | None:
    """Return the routes by group, and each with what it takes."""
    routes = [_route(entry) for entry in entries(scene.data, Reading())]
    if not routes:
        return None
    groups: dict[str, list[object]] = {}
    for route in routes:
        groups.setdefault(route["tag"] or "no group", []).append(route["path"])
    told = [
        {
            "name": name,
            "many": derive(len, paths),
            "paths": paths[:_PATHS_SHOWN],
            "more": derive(len, paths[_PATHS_SHOWN:]) or None,
        }
        for name, paths in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]
    shown = routes if scene.detail == "full" else ()
    return {"total": counted(routes, "path"), "groups": told, "routes": shown}


def _route(entry: Row) -> Mapping[str, Any]:
    """Return a route with its path, group, summary, and how many parameters it lists."""
    tags = [tag for key in TAG_KEYS for tag in _listed(entry.get(key))]
    taken = next((entry[key] for key in PARAM_KEYS if key in entry), None)
    return {
        "path": next(filter(text, map(entry.get, PATH_KEYS)), None),
        "tag": next(filter(text, tags), None),
        "summary": entry.get("summary"),
        "parameters": derive(len, taken) if isinstance(taken, list | Mapping) else None,
    }


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
