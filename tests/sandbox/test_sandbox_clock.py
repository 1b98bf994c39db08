from datetime import UTC, datetime, timedelta, timezone

import pytest

from bq_mcp.sandbox.instants import floor_to, iso, parse_instant
from bq_mcp.sandbox.wall_clock import frozen_clock, shifted_clock, system_clock

START = datetime(2026, 9, 10, 12, 0, tzinfo=UTC)


def test_real_clock_shows_unix_time_in_utc():
    clock = system_clock(lambda: START.timestamp())
    assert clock() == START
    assert clock().tzinfo is UTC


def test_shifted_clock_starts_at_its_instant_and_runs_on():
    readings = iter([1000.0, 1000.0, 1090.5])
    clock = shifted_clock(START, lambda: next(readings))
    assert clock() == START
    assert clock() == START + timedelta(seconds=90.5)


def test_frozen_clock_stands_still_in_utc():
    clock = frozen_clock(datetime(2026, 9, 10, 14, 0, tzinfo=timezone(timedelta(hours=2))))
    assert clock() == clock() == START
    assert clock().tzinfo is UTC


@pytest.mark.parametrize(
    "make", [frozen_clock, lambda start: shifted_clock(start, lambda: 0.0)], ids=["frozen", "shift"]
)
def test_clock_without_a_time_zone_is_refused(make):
    with pytest.raises(ValueError, match="time zone"):
        make(datetime(2026, 9, 10))


@pytest.mark.parametrize(
    ("seconds", "step", "floor"), [(59.9, 30, 30), (60, 30, 60), (899.5, 300, 600), (-1, 30, -30)]
)
def test_grid_never_looks_forward(seconds, step, floor):
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    instant = epoch + timedelta(seconds=seconds)
    assert floor_to(instant, step) == epoch + timedelta(seconds=floor)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (START, "2026-09-10T12:00:00Z"),
        (START + timedelta(milliseconds=250), "2026-09-10T12:00:00.250Z"),
        (START + timedelta(microseconds=3), "2026-09-10T12:00:00Z"),
        (START.astimezone(timezone(timedelta(hours=-5))), "2026-09-10T12:00:00Z"),
    ],
)
def test_instants_are_written_in_utc_with_z(instant, text):
    assert iso(instant) == text


@pytest.mark.parametrize(
    "text",
    ["2026-09-10T12:00:00Z", "2026-09-10T12:00", "2026-09-10 14:00:00+02:00", "20260910T120000Z"],
)
def test_iso_instants_are_read_and_count_as_utc_without_an_offset(text):
    assert parse_instant(text) == START


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+05:00"])
def test_text_that_is_no_instant_is_refused(text):
    with pytest.raises(ValueError):
        parse_instant(text)
