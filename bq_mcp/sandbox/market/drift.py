"""Where a scenario moves the price: falls and rises of the log price, and the pull of a strike."""

from collections.abc import Sequence
from math import inf, log, sqrt

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.calendar import DAY_S, YEAR_DAYS
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S, CoinParameters
from bq_mcp.sandbox.market.scenario import PIN_RELEASE_S, Episode, EpisodeKind
from bq_mcp.sandbox.market.script import smooth_step

_TREND_DEVIATIONS_A_WEEK = -2.0
_SHOCKS: dict[EpisodeKind, float] = {"squeeze": log(1.12), "cascade": log(0.91)}
_PIN_PULL_PER_DAY = 3.0


def moved(episode: Episode, parameters: CoinParameters, seconds: Floats) -> Floats:
    """Return by how much a stretch has moved the log price at epoch seconds, 0 before it acts."""
    if episode.kind == "trend":
        weekly = _TREND_DEVIATIONS_A_WEEK * parameters.volatility * sqrt(7 / YEAR_DAYS)
        lasted = np.clip(seconds, episode.acts_from, episode.acts_until) - episode.acts_from
        return weekly * lasted / (7 * DAY_S)
    shock = _SHOCKS.get(episode.kind)
    if shock is None:
        return np.zeros(seconds.shape)
    part = (seconds - episode.acts_from) / (episode.acts_until - episode.acts_from)
    return shock * smooth_step(part)


class SequenceDrift:
    """The moves of a whole sequence, zero at the anchor instant.

    The sum of its falls and rises is taken back evenly in time, so that no path climbs or sinks for
    ever.
    """

    def __init__(self, episodes: Sequence[Episode], parameters: CoinParameters) -> None:
        self._parameters = parameters
        self._episodes = [each for each in episodes if -inf < each.starts and each.ends < inf]
        self._starts = np.array([each.starts for each in self._episodes])
        totals = [moved(each, parameters, np.array([each.ends])).item() for each in self._episodes]
        self._before = np.concatenate([[0.0], np.cumsum(totals)])
        length = self._episodes[-1].ends - self._episodes[0].starts
        self._taken_back = self._before[-1] / length
        self._at_anchor = self._since_first(np.array([float(ANCHOR_S)])).item()

    def at(self, seconds: Floats) -> Floats:
        """Return the move of the log price at epoch seconds of shape (n,)."""
        return self._since_first(seconds) - self._at_anchor

    def _since_first(self, seconds: Floats) -> Floats:
        places = np.searchsorted(self._starts, seconds, side="right") - 1
        total = self._before[np.maximum(places, 0)]
        for place in np.unique(places[places >= 0]).tolist():
            inside = places == place
            total[inside] += moved(self._episodes[place], self._parameters, seconds[inside])
        first, last = self._episodes[0].starts, self._episodes[-1].ends
        drift: Floats = total - self._taken_back * (np.clip(seconds, first, last) - first)
        return drift


def pin_weight(episode: Episode, seconds: Floats) -> Floats:
    """Return what is left of the distance to the strike that pins: 1 outside, near 0 at the end.

    It shrinks at a rate of three a day up to the settlement and comes back over the day after it.
    """
    pulled_s = np.clip(seconds, episode.acts_from, episode.acts_until) - episode.acts_from
    left = np.exp(-_PIN_PULL_PER_DAY * pulled_s / DAY_S)
    released = smooth_step((seconds - episode.acts_until) / PIN_RELEASE_S)
    weight: Floats = left + (1 - left) * released
    return weight
