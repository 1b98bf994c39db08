"""Request limits: a burst per minute and a quota per month, counted per key."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Literal

from bq_mcp.sandbox.instants import floor_to
from bq_mcp.sandbox.plans import Plan

BURST_WINDOW_S = 60


@dataclass(frozen=True)
class Usage:
    """What one key has used of its two limits after a request, refused or not."""

    plan: Plan
    burst_used: int
    burst_resets_at: datetime
    quota_used: int
    period: str
    quota_resets_at: datetime
    exceeded: Literal["burst", "quota"] | None

    def headers(self) -> dict[str, str]:
        """Return the rate-limit and quota headers; an uncapped plan has no quota limit to show."""
        burst = self.rate_limit()
        headers = {
            "X-RateLimit-Limit": str(burst["limit"]),
            "X-RateLimit-Remaining": str(burst["remaining"]),
            "X-RateLimit-Reset": str(burst["reset"]),
            "X-Quota-Used": str(self.quota_used),
            "X-Quota-Period": self.period,
        }
        if self.plan.monthly_requests is not None:
            headers["X-Quota-Limit"] = str(self.plan.monthly_requests)
            headers["X-Quota-Remaining"] = str(self.plan.monthly_requests - self.quota_used)
        return headers

    def rate_limit(self) -> dict[str, int]:
        """Return the burst as `meta.rate_limit` has it; `reset` in Unix seconds."""
        return {
            "limit": self.plan.burst_per_minute,
            "remaining": self.plan.burst_per_minute - self.burst_used,
            "reset": int(self.burst_resets_at.timestamp()),
        }

    def retry_after(self, now: datetime) -> int:
        """Return whole seconds until the exceeded limit starts anew, at least one."""
        resets_at = self.quota_resets_at if self.exceeded == "quota" else self.burst_resets_at
        return seconds_until(resets_at, now)


class MinuteCounter:
    """Counts hits per name in fixed one-minute windows of the clock."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[datetime, int]] = {}

    def used(self, name: str, now: datetime) -> int:
        """Return the hits of `name` in the present minute."""
        began, hits = self._windows.get(name, (None, 0))
        return hits if began == floor_to(now, BURST_WINDOW_S) else 0

    def add(self, name: str, now: datetime) -> None:
        """Count one hit of `name`."""
        self._windows[name] = (floor_to(now, BURST_WINDOW_S), self.used(name, now) + 1)


class Limiter:
    """Admits or refuses requests of keys on one plan; a refused request uses up nothing."""

    def __init__(self, plan: Plan, spent_keys: frozenset[str] = frozenset()) -> None:
        self._plan = plan
        self._spent_keys = spent_keys
        self._burst = MinuteCounter()
        self._monthly: dict[tuple[str, str], int] = {}

    def admit(self, key: str, now: datetime, units: int = 1) -> Usage:
        """Count a request of `key` unless a limit forbids it, and return the key's usage.

        The burst counts requests, the quota their `units`; the last request of a month may cost
        more than is left.
        """
        period = _period(now)
        exceeded = self._exceeded(key, period, now)
        if exceeded is None:
            self._burst.add(key, now)
            self._charge(key, period, units)
        return replace(self.usage(key, now), exceeded=exceeded)

    def usage(self, key: str, now: datetime) -> Usage:
        """Return what `key` has used so far, and count nothing."""
        period = _period(now)
        return Usage(
            plan=self._plan,
            burst_used=self._burst.used(key, now),
            burst_resets_at=minute_ends(now),
            quota_used=self._quota_used(key, period),
            period=period,
            quota_resets_at=_month_ends(now),
            exceeded=None,
        )

    def _charge(self, key: str, period: str, units: int) -> None:
        used = self._quota_used(key, period) + units
        cap = self._plan.monthly_requests
        self._monthly[key, period] = used if cap is None else min(used, cap)

    def _exceeded(self, key: str, period: str, now: datetime) -> Literal["burst", "quota"] | None:
        quota = self._plan.monthly_requests
        if quota is not None and self._quota_used(key, period) >= quota:
            return "quota"
        if self._burst.used(key, now) >= self._plan.burst_per_minute:
            return "burst"
        return None

    def _quota_used(self, key: str, period: str) -> int:
        before = (self._plan.monthly_requests or 0) if key in self._spent_keys else 0
        return self._monthly.get((key, period), before)


def minute_ends(now: datetime) -> datetime:
    """Return when the burst window that holds `now` ends."""
    return floor_to(now, BURST_WINDOW_S) + timedelta(seconds=BURST_WINDOW_S)


def seconds_until(instant: datetime, now: datetime) -> int:
    """Return the whole seconds from `now` to `instant`, rounded up, at least one."""
    return max(1, ceil((instant - now).total_seconds()))


def _period(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y%m")


def _month_ends(now: datetime) -> datetime:
    utc = now.astimezone(UTC)
    month = utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (month + timedelta(days=32)).replace(day=1)
