"""The service itself: what the key allows, its routes, its releases, and whether it is up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...catalog.entries import PATH_KEYS, TAG_KEYS, entries
from ...catalog.reading import Reading
from ..read.values import derive, moment, text
from ..records import rows_of
from ..scene import Scene

_VERDICTS = ("status", "overall_status", "overall")
_NEVER = datetime.min.replace(tzinfo=UTC)


def meta(scene: Scene) -> Mapping[str, Any] | None:
    """Return what the calling key may do, what is stored, and what other plans may."""
    data = scene.root
    if not any(data.get(name) for name in ("name", "version", "rate_limits", "your_plan")):
        return None
    flags = [block.get("history_depth_enforced") for block in (data, scene.extra)]
    windows = "enforced" if True in flags else "reported, not enforced" if False in flags else None
    return {"data": data, "windows": windows}


def verdict(data: Mapping[str, object]) -> object:
    """Return what a payload says of the whole service."""
    return next(filter(None, map(data.get, _VERDICTS)), None)


def health(scene: Scene) -> Mapping[str, Any] | None:
    """Return the overall verdict, and what else is served."""
    rest = {name: held for name, held in scene.root.items() if name not in _VERDICTS}
    return {"overall": verdict(scene.root), "rest": rest or None} if scene.root else None


def changelog(scene: Scene) -> Mapping[str, Any] | None:
    """Return the releases, the newest first, and the latest that can break a client."""
    data, releases = scene.root, rows_of(scene.root.get("releases"))
    if not releases and not data.get("current_version") and data.get("releases") != []:
        return None
    releases.sort(key=lambda row: moment(row.get("released_at")) or _NEVER, reverse=True)
    breaking = [row for row in releases if row.get("breaking") is True]
    return {
        "data": data,
        "releases": releases,
        "total": derive(len, releases),
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
    return {"groups": told, "count": derive(len, told)} if told else None
