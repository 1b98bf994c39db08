"""The spot path of one coin.

The log price is the anchor plus a drift that compensates variance, a common and an own Brownian
motion each read on its activity clock, jumps, and what the script adds.
"""

from functools import cached_property, lru_cache
from math import exp, log, sqrt

import numpy as np

from bq_mcp.sandbox.market.activity import ActivityClock
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.brownian import BrownianMotion
from bq_mcp.sandbox.market.calendar import YEAR_S
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S, CoinParameters
from bq_mcp.sandbox.market.drift import SequenceDrift, moved, pin_weight
from bq_mcp.sandbox.market.jumps import Jumps
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.scenario import Episode
from bq_mcp.sandbox.market.script import Script

_PIN_STEPS = 10
"""A pin sits on a multiple of ten of the finest strike steps, where open interest gathers."""


class Factor:
    """A source of price moves: a Brownian motion and the clock it is read on."""

    def __init__(self, seed: int, name: str, script: Script) -> None:
        self.clock = ActivityClock(Stream(seed, name, "log variance"), script)
        self.motion = BrownianMotion(Stream(seed, name, "motion"))


class SpotPath:
    """Prices of one coin in USD at any instant, rounded to its tick.

    The path of a named scenario leaves the `trunk`, that of `mixed`, where its script does.
    """

    def __init__(
        self,
        seed: int,
        parameters: CoinParameters,
        *,
        common: Factor,
        own: Factor,
        script: Script,
        trunk: "SpotPath | None" = None,
    ) -> None:
        self._parameters = parameters
        self._common = common
        self._own = own
        self._common_volatility = parameters.volatility * sqrt(parameters.common_share)
        self._own_volatility = parameters.volatility * sqrt(1 - parameters.common_share)
        self._jumps = Jumps(
            Stream(seed, parameters.symbol, "jumps"),
            per_year=parameters.jumps_per_year,
            size_sd=parameters.jump_sd,
        )
        self._trunk = trunk
        self._script = script
        self.pin_strike = lru_cache(maxsize=256)(self._find_pin_strike)

    def at(self, seconds: Floats) -> Floats:
        """Return the price at epoch seconds of shape (n,)."""
        return np.exp(self.log_price(seconds)).round(self._parameters.price_decimals)

    def log_price(self, seconds: Floats) -> Floats:
        """Return the natural log of the price in USD at epoch seconds of shape (n,)."""
        log_price = self._free(seconds)
        for episode, inside in self._script.parts(seconds):
            if episode.kind == "pin" and not self._on_trunk(episode):
                strike = log(self.pin_strike(episode))
                left = pin_weight(episode, seconds[inside])
                log_price[inside] = strike + left * (log_price[inside] - strike)
        return log_price

    def _free(self, seconds: Floats) -> Floats:
        """Return the log price before a strike draws it."""
        if self._trunk is None:
            anchor = log(self._parameters.anchor_price)
            free: Floats = anchor + self._drift.at(seconds) + self._random(seconds)
            return free
        return self._branch(self._trunk, seconds)

    @cached_property
    def _drift(self) -> SequenceDrift:
        return SequenceDrift(self._script.episodes, self._parameters)

    def _branch(self, trunk: "SpotPath", seconds: Floats) -> Floats:
        branched = seconds >= self._script.branches_at
        fork = np.array([self._script.branches_at])
        later = seconds[branched]
        log_price = trunk.log_price(seconds)
        log_price[branched] = (
            trunk.log_price(fork)
            + self._random(later)
            - self._random(fork)
            + moved(self._script.episodes[-1], self._parameters, later)
        )
        return log_price

    def _random(self, seconds: Floats) -> Floats:
        compensator = self._jumps.drift_per_year * (seconds - ANCHOR_S) / YEAR_S
        random: Floats = (
            compensator
            + self._jumps.at(seconds)
            + _moves(self._common, self._common_volatility, seconds)
            + _moves(self._own, self._own_volatility, seconds)
        )
        return random

    def _on_trunk(self, episode: Episode) -> bool:
        return self._trunk is not None and episode.starts < self._script.branches_at

    def _find_pin_strike(self, episode: Episode) -> float:
        """Return the strike in USD that a `pin` draws the price to."""
        free = exp(self._free(np.array([episode.acts_from])).item())
        step = _PIN_STEPS * self._parameters.strike_steps[0]
        return max(round(free / step), 1) * step


def _moves(factor: Factor, volatility: float, seconds: Floats) -> Floats:
    clock = factor.clock.at(seconds)
    return volatility * factor.motion.at(clock) - volatility**2 / 2 * clock
