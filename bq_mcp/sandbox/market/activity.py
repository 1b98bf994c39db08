"""How fast the market moves: an operational clock for each source of price moves.

A price observed in calendar time is a Brownian motion read on a clock that runs with activity:
P. Clark, "A subordinated stochastic process model" (1973); T. Ané, H. Geman, "Order flow,
transaction clock, and normality of asset returns" (2000). Each factor has a clock of mean speed one
a year: the hour of the week sets its shape, an Ornstein-Uhlenbeck log variance its regime, and the
script what is unusual about the days.
"""

from functools import lru_cache

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats, Ints
from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.calendar import HOUR_S, YEAR_S, session_start
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import Script

WEEK_HOURS = 168

LOG_VARIANCE_SD = 0.45
LOG_VARIANCE_HALF_LIFE_DAYS = 12.0
LOG_VARIANCE_MEAN = -(LOG_VARIANCE_SD**2) / 2
"""Puts the mean of the exponential at one, so that the volatility parameter is the long-run one."""

_CHUNK_HOURS = 2_048


def _weekly_shape() -> Floats:
    hour = np.arange(WEEK_HOURS)
    weekend = hour >= 5 * 24
    busy = (hour % 24 >= 13) & (hour % 24 < 21)
    shape = np.where(weekend, 0.55, np.where(busy, 1.35, 0.85))
    normalised: Floats = shape / shape.mean()
    return normalised


WEEKLY_SHAPE = _weekly_shape()
"""Activity by hour of the week from Monday 00:00 UTC, mean one."""


def hourly_shape(epoch_hours: Ints) -> Floats:
    """Return the activity of whole hours counted since 1970-01-01 00:00 UTC."""
    # The epoch began on a Thursday, 72 hours into its week.
    shape: Floats = WEEKLY_SHAPE[(epoch_hours + 72) % WEEK_HOURS]
    return shape


def session_progress(session: int, seconds: float) -> float:
    """Return the part of a session's activity that is over at an epoch second, from 0 to 1."""
    first_hour = int(session_start(session)) // HOUR_S
    activity = hourly_shape(first_hour + np.arange(24))
    hours = (seconds - session_start(session)) / HOUR_S
    passed = np.clip(hours - np.arange(24), 0.0, 1.0)
    return float(passed @ activity / activity.sum())


class ActivityClock:
    """The clock of one factor, in years, zero at the anchor instant."""

    def __init__(self, stream: Stream, script: Script) -> None:
        self._script = script
        self._regime = OrnsteinUhlenbeck(stream, half_life_days=LOG_VARIANCE_HALF_LIFE_DAYS)
        self._chunk = lru_cache(maxsize=64)(self._build_chunk)
        self._chunk_start = lru_cache(maxsize=1024)(self._sum_to_chunk)

    def log_variance(self, seconds: Floats) -> Floats:
        """Return the log of the regime's variance multiple at epoch seconds."""
        return LOG_VARIANCE_MEAN + LOG_VARIANCE_SD * self._regime.at(seconds)

    def speed(self, seconds: Floats) -> Floats:
        """Return clock years per calendar year in the hour of each epoch second."""
        hour = np.floor((seconds - ANCHOR_S) / HOUR_S).astype(np.int64)
        return self._read(hour, start=False) * (YEAR_S / HOUR_S)

    def at(self, seconds: Floats) -> Floats:
        """Return the clock at epoch seconds of shape (n,)."""
        hours = (seconds - ANCHOR_S) / HOUR_S
        whole = np.floor(hours).astype(np.int64)
        clock: Floats = self._read(whole, start=True) + (hours - whole) * self._read(
            whole, start=False
        )
        return clock

    def _read(self, hour: Ints, *, start: bool) -> Floats:
        chunk = hour // _CHUNK_HOURS
        place = hour % _CHUNK_HOURS
        values = np.empty(hour.shape)
        for number in np.unique(chunk).tolist():
            inside = chunk == number
            steps, starts = self._chunk(number)
            values[inside] = starts[place[inside]] if start else steps[place[inside]]
        return values

    def _build_chunk(self, number: int) -> tuple[Floats, Floats]:
        steps = self._steps(number)
        within = np.concatenate([[0.0], np.cumsum(steps[:-1])])
        return steps, self._chunk_start(number) + within

    def _sum_to_chunk(self, number: int) -> float:
        if number == 0:
            return 0.0
        if number > 0:
            return float(self._chunk_start(number - 1) + self._steps(number - 1).sum())
        return float(self._chunk_start(number + 1) - self._steps(number).sum())

    def _steps(self, number: int) -> Floats:
        hour = number * _CHUNK_HOURS + np.arange(_CHUNK_HOURS)
        middle = np.asarray(ANCHOR_S + (hour + 0.5) * HOUR_S, dtype=np.float64)
        since_epoch = hour + ANCHOR_S // HOUR_S
        pace = np.exp(self.log_variance(middle)) * self._script.variance_multiple(middle)
        steps: Floats = hourly_shape(since_epoch) * pace * (HOUR_S / YEAR_S)
        return steps + self._script.event_clock(since_epoch)
