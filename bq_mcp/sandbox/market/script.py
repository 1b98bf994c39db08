"""What a scenario does to the market, at any instant.

Everything here is a plain function of time: sums over stretches that are over, and smooth or
stepwise functions inside the one an instant lies in. Before a named scenario starts, its script
reads as that of `mixed`.
"""

from collections.abc import Iterator
from math import inf

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.calendar import DAY_S, HOUR_S, session_start
from bq_mcp.sandbox.market.scenario import MIXED, Episode, EpisodeKind, Scenario
from bq_mcp.sandbox.market.sequence import mixed_sequence

REGIME_FADE_DAYS = 5.0
"""Time constant with which an unusual pace of the market is expected to fade, and fades after a
shock."""

EVENT_CLOCK_YEARS = 0.01
"""Operational time that passes in the hour of an event: a daily deviation of 4 % at a volatility of
40 %."""

_PIN_EDGE_S = DAY_S / 4
_MULTIPLES: dict[EpisodeKind, float] = {
    "calm": 0.6,
    "pin": 0.4,
    "trend": 2.2,
    "split": 0.6,
    "squeeze": 2.0,
    "cascade": 2.6,
}
"""Variance over its ordinary level at the height of a stretch."""

_BUILD_UP = 0.9
_BUILD_UP_SESSIONS = 5


class Script:
    """The stretches of one seed and scenario."""

    def __init__(self, seed: int, scenario: Scenario = MIXED) -> None:
        named = scenario.episode
        self.branches_at = inf if named is None else named.starts
        sequence = [each for each in mixed_sequence(seed) if each.starts < self.branches_at]
        self.episodes = tuple(sequence if named is None else [*sequence, named])
        self._starts = np.array([each.starts for each in self.episodes])

    def episode(self, seconds: float) -> Episode:
        """Return the stretch an epoch second lies in."""
        return self.episodes[int(np.searchsorted(self._starts, seconds, side="right")) - 1]

    def session_episode(self, session: int) -> Episode:
        """Return the stretch that has shaped positions by the opening of a session.

        It is the one in which the session before opened, so that no position moves ahead of it.
        """
        return self.episode(session_start(session - 1))

    def variance_multiple(self, seconds: Floats) -> Floats:
        """Return the pace of the market over its ordinary pace at epoch seconds of shape (n,)."""
        multiple = np.ones(seconds.shape)
        for episode, inside in self.parts(seconds):
            height = _MULTIPLES.get(episode.kind, 1.0) - 1
            multiple[inside] += height * weight(episode, seconds[inside])
        return multiple

    def event_clock(self, hours: Ints) -> Floats:
        """Return the operational time, in years, that events add to hours counted since 1970."""
        clock = np.zeros(hours.shape)
        for episode, inside in self.parts(hours.astype(np.float64) * HOUR_S):
            if episode.kind == "event":
                clock[inside] += EVENT_CLOCK_YEARS * (hours[inside] == event_hour(episode))
        return clock

    def expected_event(self, seconds: float) -> tuple[int, float] | None:
        """Return the hour of the event that is known at an instant, and the time it will add."""
        episode = self.episode(seconds)
        if episode.kind != "event":
            return None
        known = smooth_step((np.array([seconds]) - episode.starts) / DAY_S).item()
        return event_hour(episode), EVENT_CLOCK_YEARS * known

    def settlement_build_up(self, day: int, session: int) -> float:
        """Return the multiple of open interest that a big settlement has gathered by a session."""
        episode = self.session_episode(session)
        if episode.kind != "opex" or episode.settlement_day != day:
            return 1.0
        sessions = 1 + (session_start(session - 1) - episode.starts) // DAY_S
        return 1 + _BUILD_UP * min(sessions / _BUILD_UP_SESSIONS, 1.0)

    def within(self, kind: EpisodeKind, seconds: Floats) -> Flags:
        """Say which epoch seconds lie in a stretch of a kind."""
        inside = np.zeros(seconds.shape, dtype=np.bool_)
        for episode, here in self.parts(seconds):
            inside |= here & (episode.kind == kind)
        return inside

    def worker_instant(self, seconds: float) -> float:
        """Return the epoch second at which the worker last computed, unless it is at work."""
        episode = self.episode(seconds)
        stopped = episode.kind == "stuck" and episode.acts_from <= seconds < episode.acts_until
        return episode.acts_from if stopped else seconds

    def parts(self, seconds: Floats) -> Iterator[tuple[Episode, Flags]]:
        """Yield each stretch that epoch seconds of shape (n,) lie in, and which of them do."""
        places = np.searchsorted(self._starts, seconds, side="right") - 1
        for place in np.unique(places).tolist():
            yield self.episodes[place], places == place


def weight(episode: Episode, seconds: Floats) -> Floats:
    """Return how far a stretch has come to its height, from 0 to 1, at instants inside it.

    Shocks rise over their act and fade after it; the others rise and fall over their edges.
    """
    if episode.kind in ("squeeze", "cascade"):
        length = episode.acts_until - episode.acts_from
        rising = smooth_step((seconds - episode.acts_from) / length)
        since_days = np.maximum(seconds - episode.acts_until, 0.0) / DAY_S
        return rising * np.exp(-since_days / REGIME_FADE_DAYS) * _ending(episode.ends, seconds)
    edge = _PIN_EDGE_S if episode.kind == "pin" else DAY_S
    rising = smooth_step((seconds - episode.acts_from) / edge)
    return rising * _ending(min(episode.acts_until, episode.ends), seconds)


def smooth_step(part: Floats) -> Floats:
    """Return 0 up to 0, 1 from 1 on, and between them a curve that is flat at both ends."""
    x = np.clip(part, 0.0, 1.0)
    curve: Floats = x * x * (3 - 2 * x)
    return curve


def event_hour(episode: Episode) -> int:
    """Return the hour, counted since 1970, in which the act of a stretch begins."""
    return int(episode.acts_from // HOUR_S)


def _ending(ends: float, seconds: Floats) -> Floats:
    return smooth_step((ends - seconds) / DAY_S)
