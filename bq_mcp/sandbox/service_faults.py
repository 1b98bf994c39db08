"""Faults that the service itself has: refusals out of turn, a wrong clock, data that stands still.

`active` is None where no fault acts on the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bq_mcp.sandbox.access import LAPSED_KEY, refusal_of
from bq_mcp.sandbox.faults import ActiveFault, Schedule
from bq_mcp.sandbox.limits import Usage
from bq_mcp.sandbox.plans import Plan
from bq_mcp.sandbox.service_errors import (
    ServiceError,
    burst_without_advice,
    internal_error,
    invalid_query,
    no_data,
    over_limit,
    upstream_error,
)

_AS_IF_KEY = {"http_401": "", "http_403": LAPSED_KEY}
_COUNTED: Mapping[str, Callable[[], ServiceError]] = {
    "http_404": lambda: no_data("this request"),
    "http_422": lambda: invalid_query("symbol", "Value is not accepted"),
    "http_500": internal_error,
    "http_502": lambda: upstream_error(502),
    "http_503": lambda: upstream_error(503),
    "http_504": lambda: upstream_error(504),
}
_OF_LIMITS = frozenset({"burst_429", "burst_429_without_retry_after", "quota_429"})


def clock_shift(active: ActiveFault | None) -> timedelta:
    """Return how far the service's clock is ahead; negative when it is behind."""
    if active is None:
        return timedelta(0)
    signs = {"clock_ahead": 1, "clock_behind": -1, "cached_copy": -1}
    return active.fault.length * signs.get(active.fault.kind, 0)


def data_instant(active: ActiveFault | None, now: datetime) -> datetime:
    """Return the instant up to which data was written: `now`, or when it froze."""
    if active is None or active.fault.kind != "frozen_data":
        return now
    return active.began_at


def uncounted_refusal(active: ActiveFault | None) -> ServiceError | None:
    """Return the refusal that comes before a request is counted."""
    if active is None or active.fault.kind not in _AS_IF_KEY:
        return None
    return refusal_of(_AS_IF_KEY[active.fault.kind])


def counted_refusal(active: ActiveFault | None) -> ServiceError | None:
    """Return the refusal that comes once a request was admitted and counted."""
    build = None if active is None else _COUNTED.get(active.fault.kind)
    return None if build is None else build()


def is_of_limits(active: ActiveFault) -> bool:
    """Return whether the fault is a 429."""
    return active.fault.kind in _OF_LIMITS


def used_up(active: ActiveFault, usage: Usage) -> Usage:
    """Return the usage with the limit at its end that a 429 fault speaks of."""
    if active.fault.kind == "quota_429":
        cap = usage.plan.monthly_requests
        return replace(usage, quota_used=cap or usage.quota_used, exceeded="quota")
    return replace(usage, burst_used=usage.plan.burst_per_minute, exceeded="burst")


def limit_refusal(active: ActiveFault, usage: Usage, now: datetime) -> ServiceError:
    """Return the 429 of a fault for a usage that is `used_up`."""
    if active.fault.kind == "burst_429_without_retry_after":
        return burst_without_advice(usage.plan.burst_per_minute)
    return over_limit(usage, usage.retry_after(now))


def check_schedule(faults: Schedule, plan: Plan) -> None:
    """Raise ValueError when a fault cannot happen on this plan."""
    kinds = {fault.kind for fault in faults.faults}
    if plan.monthly_requests is None and "quota_429" in kinds:
        raise ValueError(f"quota_429 cannot happen on the {plan.name} plan: it has no quota")
