"""The implied-volatility surface: SSVI in its power-law form.

J. Gatheral, A. Jacquier, "Arbitrage-free SVI volatility surfaces" (2014), section 4. Total variance
w is volatility squared times years, k is the log of strike over forward, theta the total variance
at k = 0. One rho for all expiries, gamma in (0, 1/2] and eta * eta * (1 + |rho|) <= 4 with
eta * (1 + |rho|) < 4 rule out static arbitrage wherever theta does not fall with expiry.
"""

from dataclasses import dataclass

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.coin_parameters import CoinParameters
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import Script, weight

_RHO_SD = 0.04
_RHO_LIMIT = 0.7
_ETA_SD = 0.05
_ETA_MOST = 1.18
_ETA_LESS_PER_RHO = 0.8
_LONG_VARIANCE = 0.28
_LONG_VARIANCE_POWER = 0.13
_MEAN_PREMIUM = 0.25
_HALF_LIFE_DAYS = 15.0
_CALM_PART = 0.75
_CALLS_PART = -0.6


@dataclass(frozen=True)
class Smile:
    """The shape of all smiles at one instant."""

    rho: float
    eta: float
    gamma: float

    def curvature(self, theta: Floats) -> Floats:
        """Return phi, which sets how fast total variance grows away from the forward."""
        phi: Floats = self.eta * theta**-self.gamma * (1 + theta) ** (self.gamma - 1)
        return phi

    def total_variance(self, k: Floats, theta: Floats) -> Floats:
        """Return w at log moneyness `k` for at-the-money total variance `theta` > 0."""
        x = self.curvature(theta) * k
        w: Floats = theta / 2 * (1 + self.rho * x + np.sqrt((x + self.rho) ** 2 + 1 - self.rho**2))
        return w


class SmilePath:
    """How the smile of one coin moves in time, slowly and inside the no-arbitrage limits.

    A falling market tilts it towards puts, a squeeze towards calls, calm flattens it.
    """

    def __init__(self, seed: int, parameters: CoinParameters, script: Script) -> None:
        self._parameters = parameters
        self._script = script
        self._rho = OrnsteinUhlenbeck(
            Stream(seed, parameters.symbol, "rho"), half_life_days=_HALF_LIFE_DAYS
        )
        self._eta = OrnsteinUhlenbeck(
            Stream(seed, parameters.symbol, "eta"), half_life_days=_HALF_LIFE_DAYS
        )

    def at(self, seconds: float) -> Smile:
        """Return the smile at an epoch second."""
        when = np.array([seconds])
        drawn = self._centre(seconds) + _RHO_SD * self._rho.at(when)[0]
        rho = float(np.clip(drawn, -_RHO_LIMIT, _RHO_LIMIT))
        eta = self._parameters.eta * np.exp(_ETA_SD * self._eta.at(when)[0])
        return Smile(
            rho=rho,
            eta=float(min(eta, _most_eta(self._parameters, rho))),
            gamma=self._parameters.gamma,
        )

    def _centre(self, seconds: float) -> float:
        usual, nervous = self._parameters.rho, self._parameters.nervous_rho
        episode = self._script.episode(seconds)
        unusual = {
            "calm": _CALM_PART * usual,
            "trend": nervous,
            "cascade": nervous,
            "squeeze": _CALLS_PART * nervous,
        }
        towards = unusual.get(episode.kind, usual)
        return usual + (towards - usual) * weight(episode, np.array([seconds])).item()


def _most_eta(parameters: CoinParameters, rho: float) -> float:
    """Return the steepest wings that leave 0.3 % of the mean beyond six deviations of a year.

    Fitted to the distribution at one year; far inside the limits without static arbitrage, as even
    1.18 * 1.18 * 1.7 = 2.4 is below 4.
    """
    long_variance = parameters.volatility**2 * (1 + parameters.term_premium) * (1 + _MEAN_PREMIUM)
    fade = float((_LONG_VARIANCE / long_variance) ** _LONG_VARIANCE_POWER)
    return (_ETA_MOST - _ETA_LESS_PER_RHO * abs(rho)) * fade
