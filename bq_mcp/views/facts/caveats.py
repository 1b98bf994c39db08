"""Gather everything a reply says about its own limits; the words are in `_caveats.md.jinja`.

Nothing here decides what is worth saying: whatever the envelope states is kept at every detail.
"""

from collections.abc import Callable, Mapping

from ..read.values import mapping, number, text
from ..scene import Scene
from .header import reads_forms
from .notes import CONVENTIONS, NOTES, texts_in

# What a template words a caveat with; None where there is nothing to say.
Facts = Mapping[str, object]
_QUOTA_NEARLY_GONE = 0.1
_QUOTA_FLOOR = 100
# Below this the way of a reply, or a gap between two clocks, is not worth a word.
_NOTICED_S = 120.0
_TOTALS = (
    "total_matching_count", "total_matching", "total_available", "total_count",
    "points_available", "total",
)  # fmt: skip


def caveats_of(scene: Scene) -> Mapping[str, Facts]:
    """Return the caveats of a reply by kind, those that change the reading of figures first."""
    found = ((kind, gather(scene)) for kind, gather in _GATHERERS.items())
    return {kind: facts for kind, facts in found if facts is not None}


def _stated(scene: Scene, name: str) -> object:
    """Return what `meta.extra` or else the root of the data says under `name`."""
    value = scene.extra.get(name)
    return scene.root.get(name) if value is None else value


def _said(name: str, value: object) -> Facts | None:
    """Return a record as it is, and any other value that says something under `name`."""
    return (mapping(value) or {name: value}) if value else None


def _noticed(seconds: float) -> Facts | None:
    return {"seconds": seconds} if seconds > _NOTICED_S else None


def _other_symbol(scene: Scene) -> Facts | None:
    asked, served = text(scene.query.get("symbol")), scene.envelope.meta.symbol
    if not asked or not served:
        return None
    one, other = asked.casefold(), served.casefold()
    alike = one.startswith(other) or other.startswith(one)
    return None if alike else {"asked": asked, "served": served}


def _flow_start(scene: Scene) -> Facts | None:
    start, note = _stated(scene, "flow_unavailable_before"), _stated(scene, "flow_coverage_note")
    return {"before": start, "note": note} if start or note else None


def _truncated(scene: Scene) -> Facts | None:
    totals = (number(_stated(scene, name)) for name in _TOTALS)
    total = next((found for found in totals if found is not None), None)
    returned = number(_stated(scene, "points_returned"))
    shown = _longest_list(scene.data) if returned is None else returned
    fewer = scene.extra.get("points_available") is not None and total is not None and shown < total
    if _stated(scene, "truncated") is not True and not fewer:
        return None
    return {"total": total, "returned": shown} if shown else {"matching": total}


def _longest_list(data: object) -> int:
    """Return the length of the longest list at the root; of records, where there are any.

    The expiries stand beside the contracts of a chain.
    """
    lists = [value for value in (data, *mapping(data).values()) if isinstance(value, list)]
    records = [value for value in lists if value and isinstance(value[0], Mapping)]
    return max(map(len, records or lists), default=0)


def _pages(scene: Scene) -> Facts | None:
    more = _stated(scene, "has_more") is True
    return {"cursor": _stated(scene, "next_cursor")} if more else None


def _venues(scene: Scene, confirmed: bool) -> Facts | None:
    asked = text(scene.query.get("exchanges")) or text(scene.query.get("venues"))
    names = [name.strip() for name in (asked or "").split(",")]
    served = scene.envelope.meta.exchanges_filtered
    # A filter that was applied as asked is on the first line already.
    told = not asked or set(names) == set(served or ()) or confirmed is (served is None)
    return None if told else {"asked": names, "served": served}


def _window(scene: Scene) -> Facts | None:
    hours = _stated(scene, "available_hours")
    return None if hours is None else {"hours": hours, "asked": scene.query.get("hours")}


def _granularity(scene: Scene) -> Facts | None:
    served, asked = text(scene.extra.get("granularity")), scene.query.get("granularity")
    changed = served and (asked and served != asked or "fallback" in served)
    return {"served": served, "asked": asked} if changed else None


def _disagreement(scene: Scene) -> Facts | None:
    block = _said("share", _stated(scene, "venue_disagreement"))
    single = [pair for pair in (block or {}).items() if isinstance(pair[1], str | int | float)]
    return None if block is None else {"figures": dict(single)}


def _quota(scene: Scene) -> Facts | None:
    left, limit = scene.reply.limits.quota_left, scene.reply.limits.quota_limit
    floor = _QUOTA_FLOOR if limit is None else limit * _QUOTA_NEARLY_GONE
    return None if left is None or left > floor else {"left": left, "limit": limit}


def _units(scene: Scene) -> Facts | None:
    charged = number(scene.extra.get("quota_units_charged")) or 0
    return {"count": charged} if charged > 1 else None


def _conventions(scene: Scene) -> Facts | None:
    # They tell more of a unit than an answer of one or two lines can use.
    return None if scene.detail == "brief" else texts_in(scene.extra, scene.root, CONVENTIONS)


_GATHERERS: Mapping[str, Callable[[Scene], Facts | None]] = {
    "other symbol": _other_symbol,
    "held on the way": lambda scene: _noticed(scene.reply.delay_seconds),
    "may be a replay": lambda scene: _noticed(scene.reply.clock_gap_seconds),
    "missing symbols": lambda scene: _said("names", _stated(scene, "missing")),
    "invalid symbols": lambda scene: _said("names", _stated(scene, "invalid")),
    "as_of snapshot": lambda scene: mapping(_stated(scene, "as_of")) or None,
    "as_of not confirmed": lambda scene: _said(
        "asked", not _stated(scene, "as_of") and text(scene.query.get("as_of"))
    ),
    "history clamped": lambda scene: _said("note", _stated(scene, "history_clamp")),
    "flow unavailable": _flow_start,
    "sections unavailable": lambda scene: _said("sections", _stated(scene, "unavailable_sections")),
    "series failed": lambda scene: _said("errors", scene.extra.get("errors")),
    "truncated": _truncated,
    "more pages": _pages,
    "venues not confirmed": lambda scene: _venues(scene, False),
    "venues filtered": lambda scene: _venues(scene, True),
    "short history": _window,
    "granularity changed": _granularity,
    "venue disagreement": _disagreement,
    "quotes not recorded": lambda scene: _said("note", text(_stated(scene, "quotes_note"))),
    "activity rebuilt": lambda scene: _said("rebuilt", _stated(scene, "activity_rebuilt")),
    "bad figures": lambda scene: _said("count", scene.envelope.non_finite),
    "uneven lists": lambda scene: _said("names", reads_forms(scene) and scene.forms.uneven),
    "quota low": _quota,
    "conventions": _conventions,
    "notes": lambda scene: texts_in(scene.extra, scene.root, NOTES),
    "quota units": _units,
}
