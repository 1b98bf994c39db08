"""Verdicts on age."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bq_mcp.views.facts.freshness import (
    Freshness,
    assess,
    assess_trading_day,
    ended_before,
)

NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)


def judged(age: float, **given: object) -> Freshness:
    settings: dict[str, object] = {"age_rule": "live", "cadence_seconds": 30.0} | given
    return assess(computed_at=NOW - timedelta(seconds=age), server_now=NOW, **settings)  # type: ignore[arg-type]  # the keywords are the test's


@pytest.mark.parametrize(
    ("age", "verdict"),
    [(0, "fresh"), (60, "fresh"), (61, "late"), (300, "late"), (301, "stale"), (1e6, "stale")],
)
def test_two_and_ten_cadences_part_the_verdicts(age: float, verdict: str) -> None:
    assert judged(age).verdict == verdict


def test_data_past_their_refresh_are_late_however_young() -> None:
    assert judged(40, overdue=True).verdict == "late"
    assert judged(400, overdue=True).verdict == "stale"


def test_age_without_a_cadence_is_given_but_not_judged() -> None:
    found = judged(12, cadence_seconds=None)
    assert (found.verdict, found.when, found.age_seconds) == ("unknown", "no_cadence", 12)


def test_data_without_computed_at_are_unknown() -> None:
    found = assess(computed_at=None, server_now=NOW, age_rule="live", cadence_seconds=30)
    assert (found.verdict, found.when) == ("unknown", "not_stated")


def test_a_stamp_in_the_future_is_unknown_beyond_clock_noise() -> None:
    assert judged(-40).when == "future"
    assert judged(-2).age_seconds == 0


def test_history_is_never_late_and_static_has_no_age() -> None:
    assert judged(1e7, age_rule="history").verdict == "historical"
    assert judged(1e7, age_rule="static").age_seconds is None


def test_daily_data_have_a_cadence_of_a_day() -> None:
    assert judged(100_000, age_rule="daily", cadence_seconds=None).verdict == "fresh"
    assert judged(100_000, age_rule="daily", cadence_seconds=None).cadence_seconds == 86_400
    assert judged(200_000, age_rule="daily", cadence_seconds=None).verdict == "late"


def test_next_refresh_is_told_only_of_fresh_data() -> None:
    assert judged(12).next_refresh_at == NOW + timedelta(seconds=18)
    assert judged(100).next_refresh_at is None


@pytest.mark.parametrize(
    ("latest", "verdict", "days"),
    [
        (date(2026, 11, 19), "fresh", 1),
        (date(2026, 11, 18), "late", 2),
        (date(2026, 11, 12), "stale", 6),
    ],
)
def test_trading_days_are_judged_by_business_days(latest: date, verdict: str, days: int) -> None:
    found = assess_trading_day(latest, NOW, NOW)
    assert (found.verdict, found.business_days) == (verdict, days)


def test_friday_figures_are_fresh_on_monday() -> None:
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert assess_trading_day(date(2026, 11, 20), monday, None).verdict == "fresh"


def test_series_that_stopped_more_than_three_steps_ago_has_ended() -> None:
    hours = [NOW - timedelta(hours=hour) for hour in range(4, 20)]
    assert ended_before(hours, NOW) == 4 * 3600
    assert ended_before(hours, NOW - timedelta(hours=2)) is None
    assert ended_before(hours[:2], NOW) is None
