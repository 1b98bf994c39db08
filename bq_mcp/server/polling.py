"""How often live resources may be asked for: pure rules over the limits and the calendar.

Polling takes at most a tenth of what the plan allows: of each minute's calls, and of what is left
of the month, spread over its days. It slows as today's share is used up, and then stops until the
next day; a day is one of UTC.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta

from ..client import Limits
from ..scalars import finite_number, parse_instant

_TENTH = 0.1
_MINUTE_S = 60.0
# What is left of today's share is spread over as much: a desk's morning sees it slow down.
_SPREAD_S = 3_600.0
# Until a reply states the limits, those of the smallest plan.
_SMALLEST = Limits(burst_limit=30, quota_left=10_000)


def calls_at_once(limits: Limits) -> int:
    """Return how many calls polling may make together, at least one."""
    return max(int(_a_minute(limits)), 1)


def pause_per_call(limits: Limits, now: datetime, *, used: float) -> float | None:
    """Return for how many seconds polling has to pause for each call it makes.

    `used` are the calls that polling made today. None where it may make no more of them today.
    """
    share = share_of_today(limits, now, used=used)
    by_minute = _MINUTE_S / _a_minute(limits)
    if share is None:
        return by_minute
    left = share - used
    return max(by_minute, _SPREAD_S / left) if left >= 1 else None


def share_of_today(limits: Limits, now: datetime, *, used: float) -> float | None:
    """Return the calls that polling may make today, those already made included.

    None where the plan has no limit of the month: then replies state that of the minute only.
    """
    stated = _SMALLEST if limits == Limits() else limits
    if stated.quota_left is None:
        return None
    days_left = monthrange(now.year, now.month)[1] - now.day + 1
    return (stated.quota_left + used) * _TENTH / days_left


def seconds_left(meta: Mapping[str, object], now: datetime) -> float | None:
    """Return how long the figures of an answer are the newest, by its `meta`; None if not stated.

    That is told by upstream's clock, or by ours, `now`, where the answer states no age.
    """
    computed_at, age = (
        parse_instant(meta.get("computed_at")),
        finite_number(meta.get("age_seconds")),
    )
    refresh_at = parse_instant(meta.get("next_refresh_at"))
    if refresh_at is None:
        return None
    told_at = now if computed_at is None or age is None else computed_at + timedelta(seconds=age)
    return (refresh_at - told_at).total_seconds()


def cadence(meta: Mapping[str, object]) -> float | None:
    """Return how many seconds lie between two refreshes, by the `meta` of an answer."""
    computed_at = parse_instant(meta.get("computed_at"))
    refresh_at = parse_instant(meta.get("next_refresh_at"))
    if computed_at is None or refresh_at is None or refresh_at <= computed_at:
        return None
    return (refresh_at - computed_at).total_seconds()


def until_tomorrow(now: datetime) -> float:
    """Return the seconds until the next day begins."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - now).total_seconds()


def _a_minute(limits: Limits) -> float:
    return (limits.burst_limit or _SMALLEST.burst_limit or 0) * _TENTH
