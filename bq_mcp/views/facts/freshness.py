"""Judge how old an answer is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from ...catalog.hints import AgeRule
from ..arithmetic import business_days
from ..read.values import utc_day

Verdict = Literal["fresh", "late", "stale", "historical", "static", "unknown"]
# How the time of an answer is told.
When = Literal[
    "live", "no_cadence", "not_stated", "future", "static", "row", "snapshot", "series",
    "trading_day",
]  # fmt: skip
_CLOCK_TOLERANCE_S = 5.0
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Freshness:
    """The verdict on an answer and what it rests on; all intervals are in seconds.

    `computed_at` is the instant the data stand for, `age_seconds` its age, never negative;
    `newest` is the last point of a series, `ends_seconds` set where it has ended early.
    """

    verdict: Verdict
    when: When
    computed_at: datetime | None = None
    age_seconds: float | None = None
    cadence_seconds: float | None = None
    newest: datetime | None = None
    ends_seconds: float | None = None
    latest_day: date | None = None
    business_days: int | None = None

    @property
    def next_refresh_at(self) -> datetime | None:
        """Return when upstream should refresh next; None unless the data are fresh and live."""
        if self.verdict != "fresh" or not (self.computed_at and self.cadence_seconds):
            return None
        return self.computed_at + timedelta(seconds=self.cadence_seconds)


def assess(
    *,
    computed_at: datetime | None,
    server_now: datetime,
    age_rule: AgeRule,
    cadence_seconds: float | None = None,
    overdue: bool = False,
    told_at: datetime | None = None,
) -> Freshness:
    """Return the verdict on data computed at `computed_at`: late after 2 cadences, stale after 10.

    `overdue` data, whose next refresh upstream has missed, are late however young they are. Under
    `history` data are never late, under `static` they have no age; `business_days` are judged by
    `assess_trading_day`. Data stamped ahead of `told_at`, when the reply was built, get no age by
    being kept.
    """
    if age_rule == "static":
        return Freshness("static", "static", computed_at)
    if age_rule == "daily":
        cadence_seconds = cadence_seconds or _DAY_S
    if computed_at is None:
        return Freshness("unknown", "not_stated", cadence_seconds=cadence_seconds)
    if (computed_at - (told_at or server_now)).total_seconds() > _CLOCK_TOLERANCE_S:
        return Freshness("unknown", "future", computed_at)
    age = max((server_now - computed_at).total_seconds(), 0.0)
    if age_rule == "history":
        return Freshness("historical", "row", computed_at, age)
    if not cadence_seconds:
        return Freshness("unknown", "no_cadence", computed_at, age)
    verdict = _graded(age / cadence_seconds, fresh_to=2, late_to=10)
    if overdue and verdict == "fresh":
        verdict = "late"
    return Freshness(verdict, "live", computed_at, age, cadence_seconds)


def assess_trading_day(
    latest: date | None, server_now: datetime, computed_at: datetime | None
) -> Freshness:
    """Return the verdict on data by trading day, from the business days since the latest one.

    One business day is normal (a day is published when it is over), up to three are late.
    """
    if latest is None:
        return Freshness("unknown", "not_stated")
    days = business_days(latest, utc_day(server_now))
    age = max((server_now - computed_at).total_seconds(), 0.0) if computed_at else None
    verdict = _graded(days, fresh_to=1, late_to=3)
    return Freshness(
        verdict, "trading_day", computed_at, age, latest_day=latest, business_days=days
    )


def ended_before(instants: Sequence[datetime], at: datetime) -> float | None:
    """Return how many seconds before `at` a series ended, None while it goes on.

    It goes on while its newest point is within three of its own steps, the gap that nine in ten
    gaps do not exceed, and where it has fewer than two gaps.
    """
    ordered = sorted(set(instants))
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(ordered))
    since = (at - ordered[-1]).total_seconds()
    if len(gaps) < 2 or since <= 3 * gaps[int(0.9 * (len(gaps) - 1))]:
        return None
    return since


def _graded(size: float, fresh_to: float, late_to: float) -> Verdict:
    return "fresh" if size <= fresh_to else "late" if size <= late_to else "stale"
