"""How long the answer to one call is the newest there is: hint and arguments together."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ..catalog import cadence_of
from ..client import Lifetime
from ..scalars import parse_instant
from .inventory import Tool

# Arguments that fix an answer in the past, and how far back before it can no longer change: the
# store behind `as_of` gets a snapshot every five minutes.
_FIXING = ("as_of", "before")
_SETTLED_AFTER = timedelta(minutes=10)
# Data that are replaced more seldom arrive at no hour one can rely on.
_LONGEST_CADENCE_S = 3_600.0


def lifetime_of(tool: Tool, query: Mapping[str, object], now: datetime) -> Lifetime:
    """Return what is known of how often the data behind a call changes."""
    if any(_is_settled(query.get(name), now) for name in _FIXING):
        return Lifetime("pinned")
    hint = tool.hint
    if hint.age_rule == "static":
        return Lifetime("static", hint.cadence_seconds)
    if hint.age_rule in ("daily", "business_days"):
        return Lifetime("slow")
    cadence = cadence_of(tool.endpoint, hint)
    if cadence is not None and cadence > _LONGEST_CADENCE_S:
        return Lifetime("slow")
    return Lifetime("appended" if hint.age_rule == "history" else "refreshed", cadence)


def _is_settled(value: object, now: datetime) -> bool:
    instant = parse_instant(value)
    return instant is not None and now - instant > _SETTLED_AFTER
