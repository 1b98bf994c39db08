"""Read a list of routes as rows, however it is laid out."""

from collections.abc import Mapping

from ..catalog.entries import PARAM_KEYS, PATH_KEYS, TAG_KEYS, entries
from ..catalog.reading import Reading
from .shape import Row
from .values import text


def routes(data: object) -> list[Row]:
    """Return one row per route with its `path` as served, its `tag`, `summary` and `parameters`.

    `parameters` is how many it lists, None where it lists none of them at all.
    """
    found: list[Row] = []
    for entry in entries(data, Reading()):
        path = _first(entry, PATH_KEYS)
        if path is not None:
            listed = next((entry[key] for key in PARAM_KEYS if key in entry), None)
            found.append(
                {
                    "path": path,
                    "tag": _tag(entry),
                    "summary": text(entry.get("summary")),
                    "parameters": len(listed) if isinstance(listed, list | Mapping) else None,
                }
            )
    return found


def _tag(entry: Row) -> str | None:
    values = (entry.get(key) for key in TAG_KEYS)
    flat = (value[0] if isinstance(value, list) and value else value for value in values)
    return next(filter(None, map(text, flat)), None)


def _first(entry: Row, names: tuple[str, ...]) -> str | None:
    return next(filter(None, (text(entry.get(name)) for name in names)), None)
