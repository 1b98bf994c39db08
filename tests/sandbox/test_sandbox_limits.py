from datetime import UTC, datetime, timedelta

import pytest

from bq_mcp.sandbox.limits import Limiter
from bq_mcp.sandbox.plans import PLANS, Plan

NOW = datetime(2026, 9, 30, 23, 59, 30, tzinfo=UTC)
SMALL = Plan(
    "small",
    monthly_requests=3,
    burst_per_minute=2,
    api_keys=1,
    websocket_connections=1,
    history_days=30,
)


def test_ladder_has_the_published_budgets():
    budgets = {p.name: (p.monthly_requests, p.burst_per_minute) for p in PLANS.values()}
    assert budgets == {
        "starter": (10_000, 30),
        "standard": (250_000, 60),
        "pro": (1_000_000, 120),
        "enterprise": (None, 600),
        "evaluation": (250_000, 60),
    }


def test_burst_is_refused_until_the_minute_turns():
    limiter = Limiter(SMALL)
    assert [limiter.admit("k", NOW).exceeded for _ in range(3)] == [None, None, "burst"]
    refused = limiter.admit("k", NOW)
    assert refused.rate_limit()["remaining"] == 0
    assert refused.retry_after(NOW) == 30
    assert limiter.admit("k", NOW + timedelta(seconds=30)).exceeded is None


def test_windows_are_minutes_of_the_clock_not_of_the_first_request():
    limiter = Limiter(SMALL)
    late = NOW.replace(second=59)
    limiter.admit("k", late)
    limiter.admit("k", late)
    assert limiter.admit("k", late + timedelta(seconds=1)).exceeded is None


def test_keys_are_counted_apart():
    limiter = Limiter(SMALL)
    for _ in range(3):
        limiter.admit("one", NOW)
    other = limiter.admit("other", NOW)
    assert (other.exceeded, other.burst_used, other.quota_used) == (None, 1, 1)


def test_refused_requests_use_up_no_quota():
    limiter = Limiter(SMALL)
    for _ in range(10):
        usage = limiter.admit("k", NOW)
    assert usage.quota_used == 2


def test_quota_is_refused_until_the_month_turns():
    limiter = Limiter(SMALL)
    for minutes in (-3, -2, -1):
        assert limiter.admit("k", NOW + timedelta(minutes=minutes)).exceeded is None
    refused = limiter.admit("k", NOW)
    assert refused.exceeded == "quota"
    assert refused.headers()["X-Quota-Remaining"] == "0"
    assert refused.retry_after(NOW) == 30
    october = limiter.admit("k", NOW + timedelta(seconds=30))
    assert (october.exceeded, october.period, october.quota_used) == (None, "202610", 1)


def test_spent_key_has_no_quota_left_this_month():
    limiter = Limiter(SMALL, spent_keys=frozenset({"spent"}))
    assert limiter.admit("spent", NOW).exceeded == "quota"
    assert limiter.admit("fresh", NOW).exceeded is None


def test_headers_of_an_admitted_request():
    assert Limiter(SMALL).admit("k", NOW).headers() == {
        "X-RateLimit-Limit": "2",
        "X-RateLimit-Remaining": "1",
        "X-RateLimit-Reset": str(int(datetime(2026, 10, 1, tzinfo=UTC).timestamp())),
        "X-Quota-Used": "1",
        "X-Quota-Period": "202609",
        "X-Quota-Limit": "3",
        "X-Quota-Remaining": "2",
    }


def test_uncapped_plan_shows_no_quota_limit_and_never_runs_out():
    limiter = Limiter(PLANS["enterprise"], spent_keys=frozenset({"k"}))
    usage = limiter.admit("k", NOW)
    assert usage.exceeded is None
    assert "X-Quota-Limit" not in usage.headers()
    assert "X-Quota-Remaining" not in usage.headers()


@pytest.mark.parametrize("month", range(1, 13))
def test_quota_starts_anew_on_the_first_of_the_next_month(month):
    now = datetime(2026, month, 15, 8, tzinfo=UTC)
    resets_at = Limiter(SMALL).admit("k", now).quota_resets_at
    assert (resets_at.day, resets_at.hour) == (1, 0)
    assert (resets_at - timedelta(seconds=1)).month == month
