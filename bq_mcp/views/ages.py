"""Ages among the figures of an answer: left open while these are kept, told when they are given."""

import re
from datetime import datetime

from ..envelope import parse_instant
from .derived import seconds_between
from .filters import MISSING, duration

_AHEAD_S = -5.0
"""Farther ahead of now an instant says nothing of an age; nearer, the clocks differ a little."""
_OPEN = re.compile(r"⟨age ([0-9T:.+-]+)⟩")
_WIDEST = "999m old"


def age(instant: object) -> str:
    """Return the age of what was computed at an instant, to be told later; n/a without one."""
    found = parse_instant(instant)
    return f"age {MISSING}" if found is None else f"⟨age {found.isoformat()}⟩"


def ages_told(text: str, now: datetime) -> str:
    """Return a text with its open ages told as of `now`."""
    return _OPEN.sub(lambda found: _age_at(found[1], now), text)


def ages_at_their_widest(text: str) -> str:
    """Return a text no shorter in tokens than it will be with its ages told."""
    return _OPEN.sub(_WIDEST, text)


def _age_at(instant: str, now: datetime) -> str:
    seconds = seconds_between(instant, now)
    if seconds is None or seconds < _AHEAD_S:
        return f"age {MISSING}"
    return f"{duration(max(seconds, 0.0))} old"
