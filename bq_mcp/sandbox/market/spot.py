"""The spot path of one coin.

The log price is the anchor plus a drift that compensates variance, a common and an own Brownian
motion each read on its activity clock, and jumps.
"""

from math import log, sqrt

import numpy as np

from bq_mcp.sandbox.market.activity import ActivityClock
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.brownian import BrownianMotion
from bq_mcp.sandbox.market.calendar import YEAR_S
from bq_mcp.sandbox.market.jumps import Jumps
from bq_mcp.sandbox.market.parameters import ANCHOR_S, Parameters
from bq_mcp.sandbox.market.rng import Stream


class Factor:
    """A source of price moves: a Brownian motion and the clock it is read on."""

    def __init__(self, seed: int, name: str) -> None:
        self.clock = ActivityClock(Stream(seed, name, "log variance"))
        self.motion = BrownianMotion(Stream(seed, name, "motion"))


class SpotPath:
    """Prices of one coin in USD at any instant, rounded to its tick."""

    def __init__(self, seed: int, parameters: Parameters, *, common: Factor, own: Factor) -> None:
        self._anchor = log(parameters.anchor_price)
        self._common = common
        self._own = own
        self._common_volatility = parameters.volatility * sqrt(parameters.common_share)
        self._own_volatility = parameters.volatility * sqrt(1 - parameters.common_share)
        self._decimals = parameters.price_decimals
        self._jumps = Jumps(
            Stream(seed, parameters.symbol, "jumps"),
            per_year=parameters.jumps_per_year,
            size_sd=parameters.jump_sd,
        )

    def at(self, seconds: Floats) -> Floats:
        """Return the price at epoch seconds of shape (n,)."""
        years = (seconds - ANCHOR_S) / YEAR_S
        log_price = (
            self._anchor
            + self._jumps.drift_per_year * years
            + self._jumps.at(seconds)
            + _moves(self._common, self._common_volatility, seconds)
            + _moves(self._own, self._own_volatility, seconds)
        )
        return np.exp(log_price).round(self._decimals)


def _moves(factor: Factor, volatility: float, seconds: Floats) -> Floats:
    clock = factor.clock.at(seconds)
    return volatility * factor.motion.at(clock) - volatility**2 / 2 * clock
