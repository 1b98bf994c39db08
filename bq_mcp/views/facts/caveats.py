"""Gather everything a reply says about its own limits; the words are in `_caveats.md.jinja`.

Nothing here decides what is worth saying: whatever the envelope states is kept at every detail.
"""

from collections.abc import Mapping

from ...envelope import Limits
from ..read.values import mapping, number, text
from ..scene import Scene
from .asked import absent_tokens
from .header import reads_forms
from .notes import CONVENTIONS, NOTES, SERVED, texts_in

_QUOTA_NEARLY_GONE = 0.1
_QUOTA_FLOOR = 100
# Below this the way of a reply, or a gap between two clocks, is not worth a word.
_NOTICED_S = 120.0
_TOTALS = ("total_matching_count", "points_available")


def caveats_of(scene: Scene) -> Mapping[str, object]:
    """Return the caveats of a reply by kind, those that change the reading of figures first.

    A caveat is what upstream says, True where its kind says it all; the first two are seconds.
    """
    reply, brief = scene.reply, scene.detail == "brief"
    charged = number(scene.extra.get("quota_units_charged")) or 0
    notes, cursor = texts_in(scene, NOTES), _stated(scene, "next_cursor")
    more, ended = (_stated(scene, "has_more") is flag for flag in (True, False))
    found: dict[str, object] = {
        "held on the way": reply.delay_seconds > _NOTICED_S and reply.delay_seconds,
        "may be a replay": reply.clock_gap_seconds > _NOTICED_S and reply.clock_gap_seconds,
        "answer for another symbol": _other_symbol(scene),
        "missing from this reply": not _stated(scene, "missing") and absent_tokens(scene),
        "as_of not confirmed": not _stated(scene, "as_of") and text(scene.query.get("as_of")),
        # The first line tells the instant of a snapshot.
        "as_of": scene.snapshot is None and mapping(_stated(scene, "as_of")),
        **{kind: _stated(scene, name) for kind, name in SERVED.items()},
        "truncated upstream": _truncated(scene),
        # A cursor without a flag may be that of the last page: no room for it at brief.
        "more pages": (cursor or "n/a") if more else not (brief or ended) and cursor,
        "venues not as asked": _venues(scene),
        "granularity": _granularity(scene),
        "figures not finite, read as n/a": scene.envelope.non_finite,
        "lists of unequal length, not paired": reads_forms(scene) and scene.forms.uneven,
        "quota nearly gone": _quota(scene.reply.limits),
        # Upstream's prose would leave no room for the figures of a brief answer.
        "in upstream's words": not brief and texts_in(scene, CONVENTIONS),
        "upstream notes": list(notes) if brief else notes,
        "quota units charged": charged > 1 and charged,
    }
    return {kind: told for kind, told in found.items() if told}


def _stated(scene: Scene, name: str) -> object:
    """Return what `meta.extra` or else the root of the data says under `name`."""
    value = scene.extra.get(name)
    return scene.root.get(name) if value is None else value


def _other_symbol(scene: Scene) -> Mapping[str, str] | None:
    asked, served = text(scene.query.get("symbol")) or "", scene.envelope.meta.symbol or ""
    one, other = asked.casefold(), served.casefold()
    alike = one.startswith(other) or other.startswith(one)
    return None if alike else {"asked": asked, "served": served}


def _truncated(scene: Scene) -> Mapping[str, object] | None:
    """Return how many rows came, of a history or in the longest table, and of how many."""
    lists = (value for value in scene.root.values() if isinstance(value, list) and value)
    rows = max((len(value) for value in lists if isinstance(value[0], Mapping)), default=None)
    stated = [number(_stated(scene, name)) for name in ("points_returned", *_TOTALS)]
    returned, total = stated[0], next(filter(None, stated[1:]), None)
    fewer = returned is not None and total is not None and returned < total
    cut = fewer or _stated(scene, "truncated") is True
    return {"rows": rows if returned is None else returned, "of": total} if cut else None


def _venues(scene: Scene) -> Mapping[str, object] | None:
    asked = text(scene.query.get("exchanges")) or text(scene.query.get("venues")) or ""
    names = [name.strip() for name in asked.split(",")]
    served = scene.envelope.meta.exchanges_filtered
    # A filter that was applied as asked is on the first line already.
    told = not asked or set(names) == set(served or ())
    return None if told else {"asked": names, "served": served}


def _granularity(scene: Scene) -> Mapping[str, object] | None:
    served, asked = text(scene.extra.get("granularity")), scene.query.get("granularity")
    changed = served and (asked and served != asked or "fallback" in served)
    return {"served": served, "asked": asked} if changed else None


def _quota(limits: Limits) -> Mapping[str, object] | None:
    """Return what is left of the quota where that is little."""
    left, limit = limits.quota_left, limits.quota_limit
    floor = _QUOTA_FLOOR if limit is None else limit * _QUOTA_NEARLY_GONE
    return None if left is None or left > floor else {"left": left, "limit": limit}
