"""Durations as they are written: `1h`, `60 min`, `daily`, `PT1H`. `1M` and `P1M` are a month."""

import re
from collections.abc import Sequence

MINUTE_S, HOUR_S, DAY_S = 60.0, 3_600.0, 86_400.0
# A mean one; it is no number of days, as months differ.
MONTH_S = 365.2425 / 12 * DAY_S
_UNITS: tuple[tuple[float, str], ...] = (
    (1.0, "s sec secs second seconds"),
    (MINUTE_S, "m min mins minute minutes"),
    (HOUR_S, "h hr hrs hour hours hourly"),
    (DAY_S, "d day days daily dte"),
    (7 * DAY_S, "w wk wks week weeks weekly"),
    (MONTH_S, "mo mon mos mth month months monthly"),
)
_SECONDS = {word: seconds for seconds, words in _UNITS for word in words.split()}
_DURATION = re.compile(r"(\d{1,6})?[ -]?([A-Za-z]{1,7})")
# After the T, M is a minute; before it, a month.
_ISO = re.compile(r"P(?:(\d{1,6}[DWM])|T(\d{1,6}[SMH]))")
_MEMBER = re.compile(r"\d+[smhdwM]")


def unit_seconds(word: str) -> float | None:
    """Return the length of a unit of time, None where `word` is none; only `M` tells its case."""
    return MONTH_S if word == "M" else _SECONDS.get(word.lower())


def read_duration(text: str) -> float | None:
    """Return the seconds that a duration lasts; None for a bare number and all other texts."""
    if iso := _ISO.fullmatch(text):
        text = iso[1] or iso[2].lower()
    match = _DURATION.fullmatch(text)
    unit = unit_seconds(match[2]) if match else None
    # A letter alone, such as D, is no duration.
    if match is None or unit is None or (match[1] is None and len(match[2]) < 3):
        return None
    return int(match[1] or 1) * unit


def are_durations(members: Sequence[object]) -> bool:
    """Tell whether a closed set holds durations only."""
    return bool(members) and all(_MEMBER.fullmatch(str(member)) for member in members)
