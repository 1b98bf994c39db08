"""Clocks: functions that tell the time, built on a time source passed in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

WallClock = Callable[[], datetime]


def system_clock(unix_time: Callable[[], float]) -> WallClock:
    """Return a clock that shows what `unix_time` (seconds since 1970) says, as aware UTC."""
    return lambda: datetime.fromtimestamp(unix_time(), UTC)


def shifted_clock(start: datetime, monotonic: Callable[[], float]) -> WallClock:
    """Return a clock that shows `start` now and runs on at the pace of `monotonic` (seconds).

    Raises: ValueError when `start` has no time zone.
    """
    began_at = _in_utc(start)
    began = monotonic()
    return lambda: began_at + timedelta(seconds=monotonic() - began)


def frozen_clock(instant: datetime) -> WallClock:
    """Return a clock that always shows `instant`.

    Raises: ValueError when `instant` has no time zone.
    """
    stands_at = _in_utc(instant)
    return lambda: stands_at


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("a clock needs an instant with a time zone")
    return instant.astimezone(UTC)
