"""Find what upstream says in words about its own figures."""

from collections.abc import Mapping

from ..read.values import mapping, text

NOTES = ("note", "notes", "reason", "warning", "warnings")
# Names that say how figures are made, or what their sign means.
CONVENTIONS = ("formula", "convention", "definition")
# What the first line or a caveat of its own says.
_SAID_ELSEWHERE = frozenset(
    ("positioning_fallback_reason", "fallback_reason", "flow_coverage_note", "quotes_note")
    + ("errors", "history_clamp", "unavailable_sections", "venue_disagreement")
)


def is_note(name: str) -> bool:
    """Tell whether a field at the root of the data is told on the first line or as a caveat."""
    return name in _SAID_ELSEWHERE or name.casefold().endswith(NOTES + CONVENTIONS)


def texts_in(
    extra: Mapping[str, object], root: Mapping[str, object], endings: tuple[str, ...]
) -> Mapping[str, object] | None:
    """Return what `meta.extra`, its blocks and the root of the data say under such names."""
    inner = {f"{name}.": mapping(extra[name]) for name in extra if name not in _SAID_ELSEWHERE}
    return {
        place + name: value
        for place, block in (("", extra), *inner.items(), ("", root))
        for name, value in block.items()
        if name.casefold().endswith(endings)
        and name not in _SAID_ELSEWHERE
        and (text(value) or (isinstance(value, list | Mapping) and value))
    } or None
