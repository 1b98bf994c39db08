"""How often live resources may be asked for."""

from datetime import UTC, datetime

import pytest

from bq_mcp.client import Limits
from bq_mcp.server.polling import (
    calls_at_once,
    pause_per_call,
    seconds_left,
    share_of_today,
    until_tomorrow,
)

FIRST = datetime(2026, 11, 1, 9, tzinfo=UTC)
LAST = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
SMALL = Limits(burst_limit=30, quota_limit=10_000, quota_left=10_000)
LARGE = Limits(burst_limit=120, quota_limit=1_000_000, quota_left=1_000_000)


@pytest.mark.parametrize(
    ("limits", "now", "used", "share"),
    [
        (SMALL, FIRST, 0, 10_000 / 10 / 30),
        (SMALL, LAST, 0, 1_000),
        (Limits(30, quota_left=9_900), FIRST, 100, 10_000 / 10 / 30),
        (LARGE, FIRST, 0, 1_000_000 / 10 / 30),
        (Limits(30, quota_left=0), FIRST, 0, 0),
        (Limits(600), FIRST, 0, None),
        (Limits(), FIRST, 0, 10_000 / 10 / 30),
    ],
)
def test_todays_share_is_a_tenth_of_what_is_left_spread_over_the_days(
    limits: Limits, now: datetime, used: float, share: float | None
) -> None:
    assert share_of_today(limits, now, used=used) == (share and pytest.approx(share))


@pytest.mark.parametrize(
    ("limits", "used", "pause"),
    [
        (LARGE, 0, 5),
        (LARGE, 3_000, 3_600 / (1_003_000 / 300 - 3_000)),
        (Limits(burst_limit=600), 1e6, 1),
        (SMALL, 0, 3_600 / (1_000 / 30)),
        (SMALL, 20, 3_600 / (10_020 / 300 - 20)),
        (SMALL, 32.3, 3_600 / (10_032.3 / 300 - 32.3)),
        (SMALL, 33, None),
        (Limits(), 0, 3_600 / (1_000 / 30)),
        (Limits(burst_limit=1), 0, 600),
    ],
)
def test_polling_slows_as_the_share_is_used_up_and_stops(
    limits: Limits, used: float, pause: float | None
) -> None:
    assert pause_per_call(limits, FIRST, used=used) == (pause and pytest.approx(pause))


def test_no_more_than_a_tenth_of_a_minute_is_asked_for_together() -> None:
    assert [calls_at_once(x) for x in (SMALL, LARGE, Limits(), Limits(5))] == [3, 12, 3, 1]


def test_a_day_ends_at_midnight_utc() -> None:
    assert until_tomorrow(LAST) == 60
    assert until_tomorrow(FIRST) == 15 * 3_600


def test_the_time_to_the_next_refresh_is_told_by_upstreams_clock() -> None:
    meta = {
        "computed_at": "2026-11-01T09:00:00Z",
        "age_seconds": 12.5,
        "next_refresh_at": "2026-11-01T09:00:30Z",
    }
    assert seconds_left(meta, LAST) == 17.5
    assert seconds_left({**meta, "age_seconds": 31}, LAST) == -1
    assert seconds_left({"next_refresh_at": "2026-11-01T09:00:30Z"}, FIRST) == 30
    assert seconds_left({**meta, "next_refresh_at": None}, LAST) is None
