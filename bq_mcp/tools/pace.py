"""How long the answer to one call is the newest there is: hint, arguments and status together."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..client import Lifetime
from ..envelope import parse_instant
from ..views import stated_cadence
from .inventory import Tool

Thresholds = Mapping[str, tuple[float, float]]

# Arguments that fix an answer in the past, and how far back before it can no longer change: the
# store behind `as_of` gets a snapshot every five minutes.
_FIXING = ("as_of", "before")
_SETTLED_AFTER = timedelta(minutes=10)
# A status that calls twice the cadence healthy is how upstream grades its thirty-second data.
_CADENCES_HEALTHY = 2.0
# The hour at which data arrive that are replaced more seldom is nobody's to rely on.
_LONGEST_CADENCE_S = 3_600.0
_LONGEST_LIMIT_S = 365 * 86_400.0


def lifetime_of(
    tool: Tool, asked: Mapping[str, object], thresholds: Thresholds, now: datetime
) -> Lifetime:
    """Return what is known of how often the data behind a call changes.

    `thresholds` are the healthy and degraded ages by category that upstream's status stated.
    """
    if any(_is_settled(asked.get(name), now) for name in _FIXING):
        return Lifetime("pinned")
    hint = tool.hint
    if hint.clock == "static":
        return Lifetime("static", hint.cadence_seconds)
    if hint.clock in ("daily", "business_days"):
        return Lifetime("slow")
    stated = thresholds.get(tool.endpoint.tag.lower())
    cadence = hint.cadence_seconds or stated_cadence(tool.endpoint.description)
    if cadence is None and stated:
        cadence = stated[0] / _CADENCES_HEALTHY
    if cadence is not None and cadence > _LONGEST_CADENCE_S:
        return Lifetime("slow")
    return Lifetime("appended" if hint.clock == "history" else "refreshed", cadence)


def read_thresholds(data: object) -> Thresholds:
    """Return the healthy and degraded age limits (seconds) by category that a payload states."""
    stated = data.get("thresholds") if isinstance(data, Mapping) else None
    if not isinstance(stated, Mapping):
        return {}
    found: dict[str, tuple[float, float]] = {}
    for category, limits in stated.items():
        if not isinstance(limits, Mapping):
            continue
        healthy = _seconds(limits.get("healthy_max_seconds"))
        degraded = _seconds(limits.get("degraded_max_seconds"))
        if 0 < healthy <= degraded:
            found[str(category).lower()] = (healthy, degraded)
    return found


def _seconds(value: object) -> float:
    """Return an age limit; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 < value <= _LONGEST_LIMIT_S else 0.0


def _is_settled(value: object, now: datetime) -> bool:
    instant = parse_instant(value)
    return instant is not None and now - instant > _SETTLED_AFTER
