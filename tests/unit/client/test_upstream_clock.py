"""Upstream's clock goes on while ours does; a reply that says otherwise was held on the way."""

from datetime import datetime, timedelta

import pytest

from bq_mcp.client.upstream_clock import UpstreamClock

from ...support import NOW

YEAR_S = 365 * 86_400.0


class Replies:
    """A clock, and replies stamped so many seconds after NOW, received at once."""

    def __init__(self) -> None:
        self.clock = UpstreamClock()

    def lag(self, stamp: float, *, at: float, took: float = 0.0) -> float:
        stated = NOW + timedelta(seconds=stamp)
        local = NOW + timedelta(seconds=at)
        return self.clock.lag(stated, asked=1_000 + at - took, received=1_000 + at, local=local)


def test_replies_stamped_as_time_goes_by_lag_nothing() -> None:
    replies = Replies()
    for second in range(0, 4_000, 7):
        assert replies.lag(second - second % 3, at=second) == pytest.approx(0, abs=3)
    assert replies.clock.is_going


@pytest.mark.parametrize("pause", [1.0, 10.0, 45.0])
def test_the_same_stamp_for_a_day_lags_by_the_day(pause: float) -> None:
    replies = Replies()
    at = 0.0
    while at < 86_400:
        assert replies.lag(0, at=at) == at
        at += pause
    assert not replies.clock.is_going


def test_a_replay_among_fresh_replies_lags() -> None:
    replies = Replies()
    for minute in range(60):
        assert replies.lag(minute * 60, at=minute * 60) == 0
        assert replies.lag(0, at=minute * 60 + 1) == minute * 60 + 1


def test_two_replays_of_different_moments_both_lag() -> None:
    replies = Replies()
    replies.lag(0, at=0)
    replies.lag(50, at=50)
    assert [replies.lag(0, at=100), replies.lag(50, at=101)] == [100, 51]


def test_a_clock_that_was_set_back_lags_until_that_lasts() -> None:
    replies = Replies()
    replies.lag(0, at=0)
    assert [replies.lag(at - 90, at=at) for at in (10, 20, 39, 40, 50)] == [90, 90, 90, 0, 0]


def test_a_clock_that_was_set_ahead_counts_at_once() -> None:
    replies = Replies()
    replies.lag(0, at=0)
    assert [replies.lag(at + 90, at=at) for at in (10, 20)] == [0, 0]
    assert replies.lag(30, at=30) == 90


def test_one_stamp_far_ahead_makes_no_later_reply_old() -> None:
    replies = Replies()
    replies.lag(0, at=0)
    assert replies.lag(1e9, at=10) == 0
    assert [replies.lag(at, at=at) for at in (11, 20, 60)] == [0, 0, 0]


def test_an_upstream_that_takes_long_for_each_reply_is_not_a_clock_set_back() -> None:
    replies = Replies()
    replies.lag(0, at=0)
    assert [replies.lag(at - 14, at=at, took=14) for at in (20, 40, 60, 80)] == [14] * 4


def test_a_first_reply_proves_nothing_of_a_clock_that_goes_on() -> None:
    clock = UpstreamClock()
    last = datetime.max.replace(tzinfo=NOW.tzinfo)
    assert clock.lag(last, asked=0, received=0, local=NOW) == 0
    assert not clock.is_going


def test_a_first_reply_from_an_absurd_future_makes_no_other_look_old() -> None:
    replies = Replies()
    replies.lag(70 * YEAR_S, at=0)
    assert [replies.lag(at, at=at) for at in (1, 2, 3)] == [0, 0, 0]
    assert replies.lag(70 * YEAR_S, at=4) == 0
    assert [replies.lag(at, at=at) for at in (5, 6)] == [0, 0]


def test_a_clock_years_ahead_of_ours_counts_where_it_is_the_only_one() -> None:
    replies = Replies()
    assert [replies.lag(2 * YEAR_S + at, at=at) for at in (0, 1, 40)] == [0, 0, 0]
    assert replies.clock.is_going
    assert replies.lag(2 * YEAR_S, at=60) == 60
