"""Find what upstream says in words about its own figures."""

from collections.abc import Mapping

from ..read.values import mapping
from ..scene import Scene

NOTES = ("note", "notes", "reason", "warning", "warnings")
# Names that say how figures are made, or what their sign means.
CONVENTIONS = ("formula", "convention", "definition")
# Kinds of caveats that are told as served, by name.
SERVED = {
    "missing symbols": "missing",
    "invalid symbols": "invalid",
    "history clamp": "history_clamp",
    "no flow positioning before": "flow_unavailable_before",
    "unavailable sections": "unavailable_sections",
    "failed series": "errors",
    "stored history in hours": "available_hours",
    "venue disagreement": "venue_disagreement",
    "activity fields rebuilt": "activity_rebuilt",
}
# What the first line or a caveat of its own says.
_SAID_ELSEWHERE = {"positioning_fallback_reason", "fallback_reason", *SERVED.values()}


def is_note(name: str) -> bool:
    """Tell whether a field at the root of the data is told on the first line or as a caveat."""
    return name in _SAID_ELSEWHERE or name.casefold().endswith(NOTES + CONVENTIONS)


def texts_in(scene: Scene, endings: tuple[str, ...]) -> Mapping[str, object]:
    """Return what `meta.extra`, its blocks and the root of the data say under such names."""
    extra = scene.extra
    inner = {f"{name}.": mapping(extra[name]) for name in extra if name not in _SAID_ELSEWHERE}
    return {
        place + name: value
        for place, block in (("", extra), *inner.items(), ("", scene.root))
        for name, value in block.items()
        if name.casefold().endswith(endings)
        and name not in _SAID_ELSEWHERE
        and value
        and isinstance(value, str | list | Mapping)
    }
