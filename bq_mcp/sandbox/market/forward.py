"""Forward prices: spot carried at a rate that depends on the time to expiry."""

from math import exp

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.coin_parameters import CoinParameters
from bq_mcp.sandbox.market.rng import Stream

_CURVE_YEARS = 90 / 365
_NEAR_YEARS = 30 / 365
_FAR_YEARS = 180 / 365
_SHIFT_SD = 0.012
_SHIFT_FADE_YEARS = 180 / 365
_SHIFT_HALF_LIFE_DAYS = 10.0


class Carry:
    """The carry curve of one coin: a fixed rise with maturity and a moving front."""

    def __init__(self, seed: int, parameters: CoinParameters) -> None:
        near = 1 - exp(-_NEAR_YEARS / _CURVE_YEARS)
        far = 1 - exp(-_FAR_YEARS / _CURVE_YEARS)
        self._slope = (parameters.basis_180d - parameters.basis_30d) / (far - near)
        self._level = parameters.basis_30d - self._slope * near
        # A coin without a stated basis has no dated futures: its forwards are spot.
        self._shift_sd = _SHIFT_SD if parameters.basis_30d else 0.0
        self._shift = OrnsteinUhlenbeck(
            Stream(seed, parameters.symbol, "carry"), half_life_days=_SHIFT_HALF_LIFE_DAYS
        )

    def rate(self, seconds: float, t: Floats) -> Floats:
        """Return the continuous carry per year to each maturity `t`, in years."""
        shift = self._shift_sd * self._shift.at(np.array([seconds]))[0]
        fixed = self._level + self._slope * -np.expm1(-t / _CURVE_YEARS)
        rate: Floats = fixed + shift * np.exp(-t / _SHIFT_FADE_YEARS)
        return rate

    def forward(self, seconds: float, *, spot: float, t: Floats) -> Floats:
        """Return the forward price in USD for each maturity `t`, in years."""
        forward: Floats = spot * np.exp(self.rate(seconds, t) * t)
        return forward
