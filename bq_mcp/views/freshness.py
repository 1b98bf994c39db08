"""Judge how old an answer is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from ..catalog.hints import Clock
from .derived import business_days, own_step
from .values import utc_day

Verdict = Literal["fresh", "late", "stale", "historical", "static", "unknown"]
Reason = Literal["", "no_computed_at", "no_cadence", "future", "no_latest_day"]
LATE_AFTER_CADENCES = 2
STALE_AFTER_CADENCES = 10
_CLOCK_TOLERANCE_S = 5.0
_ENDS_AFTER_STEPS = 3
_DAY_S = 86_400.0
_BUSINESS_DAYS_FRESH = 1
_BUSINESS_DAYS_LATE = 3
_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": _DAY_S}
_CADENCE = re.compile(
    r"\b(?:refresh(?:es|ed)?|updat(?:es|ed)|rebuil(?:ds|t)|recomputed)\b[^.;]{0,40}?"
    r"\b(?:every|each)\s+~?(\d{1,4})?\s*"
    r"(s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Freshness:
    """The verdict on an answer and what it rests on.

    `computed_at` is the instant the data stand for; `age_seconds` its age, never negative;
    `cadence_seconds` how often upstream refreshes; `limits` the healthy and the degraded age;
    `reason` says why a verdict is `unknown`; `ends_seconds` is set when a series has ended early.
    """

    verdict: Verdict
    computed_at: datetime | None = None
    age_seconds: float | None = None
    cadence_seconds: float | None = None
    limits: tuple[float, float] | None = None
    reason: Reason = ""
    newest: datetime | None = None
    ends_seconds: float | None = None
    business_days: int | None = None

    @property
    def next_refresh_at(self) -> datetime | None:
        """Return when upstream should refresh next; None unless the data are fresh and live."""
        if self.verdict != "fresh" or not (self.computed_at and self.cadence_seconds):
            return None
        return self.computed_at + timedelta(seconds=self.cadence_seconds)


def stated_cadence(description: str) -> float | None:
    """Return the refresh interval in seconds that a description states outright, else None.

    Only a sentence such as "refreshes every 30s" or "updated every 5 minutes" counts.
    """
    found = _CADENCE.search(description[:4_000])
    if found is None:
        return None
    amount = float(found.group(1) or 1)
    return amount * _UNITS_S[found.group(2)[0].lower()] or None


def assess(
    *,
    computed_at: datetime | None,
    server_now: datetime,
    clock: Clock,
    cadence_seconds: float | None = None,
    limits: tuple[float, float] | None = None,
    overdue: bool = False,
    told_at: datetime | None = None,
) -> Freshness:
    """Return the verdict on data computed at `computed_at`.

    `overdue` data, whose next refresh upstream has missed, are late however young they are.
    `limits` (healthy, degraded; seconds) go before 2 and 10 times the cadence. A `history` clock
    is never late, a `static` one has no age; `business_days` are judged by `assess_trading_day`.
    Data stamped ahead of `told_at`, when the reply was built, get no age by being kept.
    """
    if clock == "static":
        return Freshness("static", computed_at)
    if computed_at is None:
        known = limits or _limits(cadence_seconds) if clock == "live" else None
        return Freshness("unknown", limits=known, reason="no_computed_at")
    if (computed_at - (told_at or server_now)).total_seconds() > _CLOCK_TOLERANCE_S:
        return Freshness("unknown", computed_at, reason="future")
    age = max((server_now - computed_at).total_seconds(), 0.0)
    if clock == "history":
        return Freshness("historical", computed_at, age)
    if clock == "daily" and cadence_seconds is None:
        cadence_seconds = _DAY_S
    limits = limits or _limits(cadence_seconds)
    if limits is None:
        return Freshness("unknown", computed_at, age, reason="no_cadence")
    verdict = _graded(age, limits)
    if overdue and verdict == "fresh":
        verdict = "late"
    return Freshness(verdict, computed_at, age, cadence_seconds, limits)


def assess_trading_day(
    latest: date | None, server_now: datetime, computed_at: datetime | None
) -> Freshness:
    """Return the verdict on data by trading day, from the business days since the latest one.

    One business day is normal (a day is published when it is over), up to three are late.
    """
    if latest is None:
        return Freshness("unknown", computed_at, reason="no_latest_day")
    days = business_days(latest, utc_day(server_now))
    verdict: Verdict = (
        "fresh"
        if days <= _BUSINESS_DAYS_FRESH
        else "late"
        if days <= _BUSINESS_DAYS_LATE
        else "stale"
    )
    age = (server_now - computed_at).total_seconds() if computed_at else None
    return Freshness(
        verdict, computed_at, None if age is None else max(age, 0.0), business_days=days
    )


@dataclass(frozen=True, slots=True)
class Series:
    """The newest point of a series and its own step in seconds, None where it is too short."""

    newest: datetime
    step: float | None


def series_of(instants: Sequence[datetime]) -> Series | None:
    """Return what tells whether a series goes on; None where there is no point."""
    return Series(max(instants), own_step(instants)) if instants else None


def ended_before(series: Series, at: datetime) -> float | None:
    """Return how many seconds before `at` a series ended, None while it goes on.

    It goes on while its newest point is within three of its own steps, and where it has no step.
    """
    gap = (at - series.newest).total_seconds()
    return gap if series.step is not None and gap > _ENDS_AFTER_STEPS * series.step else None


def _limits(cadence_seconds: float | None) -> tuple[float, float] | None:
    if not cadence_seconds or cadence_seconds <= 0:
        return None
    return cadence_seconds * LATE_AFTER_CADENCES, cadence_seconds * STALE_AFTER_CADENCES


def _graded(age: float, limits: tuple[float, float]) -> Verdict:
    healthy, degraded = limits
    return "fresh" if age <= healthy else "late" if age <= degraded else "stale"
