"""How long an answer lives: until the next refresh, never for a fixed time."""

from datetime import datetime, timedelta

import pytest

from bq_mcp.client.lifetime import (
    LearnedCadences,
    Lifetime,
    LifetimeKind,
    is_overdue,
    keep_for,
    stale_for,
)

from ...support import NOW

LIVE = Lifetime("refreshed", 30.0)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(("age", "seconds"), [(0, 30), (12, 18), (29.5, 0.5)])
def test_an_answer_lives_until_the_next_refresh(age: float, seconds: float) -> None:
    assert keep_for(LIVE, age=age) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("cadence", "seconds"), [(30.0, 7.5), (300.0, 75.0), (12.0, 5.0), (1.0, 5.0)]
)
def test_a_late_upstream_is_asked_after_a_quarter_of_the_cadence_but_not_under_5_s(
    cadence: float, seconds: float
) -> None:
    assert keep_for(Lifetime("refreshed", cadence), age=cadence) == seconds
    assert keep_for(Lifetime("refreshed", cadence), age=50 * cadence) == seconds


@pytest.mark.parametrize("ahead", [1, 600, 86_400 * 365, 2e11])
def test_data_from_the_future_is_kept_for_one_cadence_at_most(ahead: float) -> None:
    assert keep_for(LIVE, age=-ahead) == 30.0


@pytest.mark.parametrize("cadence", [None, 30.0])
def test_without_computed_at_it_is_asked_again_soon(cadence: float | None) -> None:
    assert keep_for(Lifetime("refreshed", cadence), age=None) == (7.5 if cadence else 5.0)


def test_a_series_lives_by_the_pace_at_which_it_grows() -> None:
    assert keep_for(Lifetime("appended", 300.0), age=100) == 200.0


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        (Lifetime("static"), 300.0),
        (Lifetime("static", 15.0), 15.0),
        (Lifetime("slow", 86_400.0), 900.0),
        (Lifetime("pinned"), 86_400.0),
        (Lifetime("pinned", 30.0), 86_400.0),
    ],
)
@pytest.mark.parametrize("age", [None, 0.0, 86_400.0])
def test_what_has_no_pace_is_kept_by_its_own_rule(
    lifetime: Lifetime, seconds: float, age: float | None
) -> None:
    assert keep_for(lifetime, age=age) == seconds


@pytest.mark.parametrize(("age", "late"), [(0, False), (30, False), (31, False), (31.1, True)])
def test_data_is_overdue_a_moment_after_its_refresh_was_due(age: float, late: bool) -> None:
    assert is_overdue(LIVE, age=age) == late


@pytest.mark.parametrize(
    "lifetime",
    [Lifetime("refreshed"), Lifetime("appended", 30.0), Lifetime("slow"), Lifetime("static", 30.0)],
)
def test_what_has_no_stated_refresh_is_never_overdue(lifetime: Lifetime) -> None:
    assert not is_overdue(lifetime, age=1e9)


@pytest.mark.parametrize(
    ("lifetime", "seconds"),
    [
        (LIVE, 600.0),
        (Lifetime("appended", 300.0), 3_600.0),
        (Lifetime("refreshed"), 200.0),
        (Lifetime("static", 15.0), 300.0),
        (Lifetime("static"), 3_600.0),
        (Lifetime("slow"), 18_000.0),
        (Lifetime("pinned"), 86_400.0),
    ],
)
def test_an_old_answer_is_of_use_for_some_cadences(lifetime: Lifetime, seconds: float) -> None:
    assert stale_for(lifetime, cadences=20) == seconds


@pytest.mark.parametrize("kind", ["refreshed", "appended", "slow", "static", "pinned"])
def test_without_a_limit_no_old_answer_is_of_use(kind: LifetimeKind) -> None:
    assert stale_for(Lifetime(kind, 30.0), cadences=0) == 0.0


def learned(*seen: tuple[float, float]) -> float | None:
    """Return the cadence learned from replies (computed at, seen at), in seconds from NOW."""
    cadences = LearnedCadences()
    for computed, now in seen:
        cadences.see("q", NOW + timedelta(seconds=computed), now=NOW + timedelta(seconds=now))
    return cadences.of("q")


def test_a_step_watched_closely_is_the_cadence() -> None:
    assert learned((0, 5), (0, 15), (0, 25), (30, 35)) == 30.0


def test_one_reply_teaches_nothing() -> None:
    assert learned((0, 5)) is None
    assert learned((0, 5), (0, 25)) is None


def test_a_step_that_may_hide_refreshes_teaches_nothing() -> None:
    assert learned((0, 5), (3_600, 3_605)) is None


def test_data_computed_when_asked_has_no_cadence() -> None:
    assert learned((0, 0), (10, 10), (25, 25)) is None


@pytest.mark.parametrize("back", [-60.0, -10.0, -0.001])
def test_a_step_backwards_teaches_nothing_then_or_afterwards(back: float) -> None:
    assert learned((0, 20), (back, 21), (0, 22), (30, 31)) == 30.0


def test_a_shorter_step_than_any_before_is_believed_at_once() -> None:
    assert learned((0, 55), (60, 61), (90, 91)) == 30.0


def test_one_short_step_is_forgotten_in_time() -> None:
    steady = [(3 + 30 * step, 3 + 30 * step + offset) for step in range(1, 7) for offset in (1, 20)]
    assert learned((0, 20), (30, 31), (33, 34)) == 3.0
    assert learned((0, 20), (30, 31), (33, 53), *[(a + 30, b + 30) for a, b in steady]) == 30.0


def test_questions_are_learned_apart_and_the_oldest_is_forgotten() -> None:
    cadences = LearnedCadences()
    for offset in (0, 20, 30):
        computed_at = ago(-30 * (offset // 30))
        cadences.see("first", computed_at, now=ago(-offset))
    assert cadences.of("first") == 30.0
    assert cadences.of("other") is None
    for number in range(2_000):
        cadences.see(f"q{number}", NOW, now=NOW)
    assert cadences.of("first") is None
