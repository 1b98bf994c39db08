"""How often upstream refreshes what an endpoint answers."""

import re

from .hints import Hint
from .model import Endpoint

_READ_LIMIT = 4_000
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_STATED = re.compile(
    r"\b(?:refresh(?:es|ed)?|updat(?:es|ed)|rebuil(?:ds|t)|recomputed)\b[^.;]{0,40}?"
    r"\b(?:every|each)\s+~?(\d{1,4})?\s*"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)\b",
    re.IGNORECASE,
)


def cadence_of(endpoint: Endpoint, hint: Hint) -> float | None:
    """Return the refresh interval in seconds, None where nobody states one.

    The hint's wins over the description's. There only a sentence such as "refreshes every 30s" or
    "updated every 5 minutes" counts.
    """
    return hint.cadence_seconds or _stated_in(endpoint.description)


def _stated_in(description: str) -> float | None:
    found = _STATED.search(description[:_READ_LIMIT])
    return float(found[1] or 1) * _UNITS_S[found[2][0].lower()] or None if found else None
