"""The variance expected ahead, which sets the at-the-money level of every expiry."""

from dataclasses import dataclass, replace
from math import log

import numpy as np

from bq_mcp.sandbox.market.activity import (
    LOG_VARIANCE_HALF_LIFE_DAYS,
    LOG_VARIANCE_MEAN,
    LOG_VARIANCE_SD,
    ActivityClock,
    hourly_shape,
)
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.calendar import DAY_S, HOUR_S, YEAR_S
from bq_mcp.sandbox.market.coin_parameters import CoinParameters
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import REGIME_FADE_DAYS, Script

_KAPPA_PER_DAY = log(2.0) / LOG_VARIANCE_HALF_LIFE_DAYS
_TERM_PREMIUM_DAYS = 120.0
_PREMIUM_MEAN = 0.25
_PREMIUM_SD = 0.05
_PREMIUM_LEAST = 0.15
_PREMIUM_MOST = 0.35
_PREMIUM_HALF_LIFE_DAYS = 20.0
_SMOOTH_NODES, _SMOOTH_WEIGHTS = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class VarianceState:
    """What the expectation of future variance depends on at one instant or several.

    The log variances, the premium and the pace may be arrays of one shape, one entry per instant;
    the pace is what the script multiplies variance by at that instant.
    """

    common: Floats
    own: Floats
    premium: Floats
    pace: Floats
    volatility: float
    common_share: float
    term_premium: float

    @staticmethod
    def joined(states: list["VarianceState"], wanted: slice) -> "VarianceState":
        """Put the instants of several states of one coin in a row and keep some of them."""
        return replace(
            states[0],
            common=np.concatenate([state.common for state in states])[wanted],
            own=np.concatenate([state.own for state in states])[wanted],
            premium=np.concatenate([state.premium for state in states])[wanted],
            pace=np.concatenate([state.pace for state in states])[wanted],
        )

    def multiple(self) -> Floats:
        """Return the variance now over its long-run level, without the weekly shape."""
        mixed = self.common_share * np.exp(self.common) + (1 - self.common_share) * np.exp(self.own)
        multiple: Floats = self.pace * mixed
        return multiple

    def rate(self, days_ahead: Floats) -> Floats:
        """Return the expected priced variance per year at a lag, without the weekly shape.

        The state's shape broadcasts against that of `days_ahead`. Never negative, which makes total
        variance rise with expiry.
        """
        mixed = self.common_share * _expected_multiple(self.common, days_ahead) + (
            1 - self.common_share
        ) * _expected_multiple(self.own, days_ahead)
        term = 1 + self.term_premium * -np.expm1(-days_ahead / _TERM_PREMIUM_DAYS)
        pace = 1 + (self.pace - 1) * np.exp(-days_ahead / REGIME_FADE_DAYS)
        rate: Floats = self.volatility**2 * (1 + self.premium) * term * pace * mixed
        return rate

    def smooth_volatility(self, days: Floats) -> Floats:
        """Return the volatility over each horizon, decimal a year, as if all hours were alike.

        Horizons are in days, one per instant of the state. Used where an exchange would use a round
        figure: widths of strike ladders.
        """
        lag = days[:, None] * (_SMOOTH_NODES + 1) / 2
        state = replace(
            self,
            common=self.common[:, None],
            own=self.own[:, None],
            premium=self.premium[:, None],
            pace=self.pace[:, None],
        )
        mean_rate = state.rate(lag) @ _SMOOTH_WEIGHTS / 2
        volatility: Floats = np.sqrt(mean_rate)
        return volatility


class OutlookPath:
    """The variance outlook of one coin at any instant."""

    def __init__(
        self,
        seed: int,
        parameters: CoinParameters,
        *,
        common: ActivityClock,
        own: ActivityClock,
        script: Script,
    ) -> None:
        self._parameters = parameters
        self._script = script
        self._common = common
        self._own = own
        self._premium = OrnsteinUhlenbeck(
            Stream(seed, parameters.symbol, "variance premium"),
            half_life_days=_PREMIUM_HALF_LIFE_DAYS,
        )

    def at(self, seconds: Floats) -> VarianceState:
        """Return the state at epoch seconds of shape (n,)."""
        premium = _PREMIUM_MEAN + _PREMIUM_SD * self._premium.at(seconds)
        return VarianceState(
            common=self._common.log_variance(seconds),
            own=self._own.log_variance(seconds),
            premium=np.clip(premium, _PREMIUM_LEAST, _PREMIUM_MOST),
            pace=self._script.variance_multiple(seconds),
            volatility=self._parameters.volatility,
            common_share=self._parameters.common_share,
            term_premium=self._parameters.term_premium,
        )


@dataclass(frozen=True)
class ForwardVariance:
    """Expected variance from an instant on: totals at whole hours, straight lines between."""

    seconds: Floats
    totals: Floats

    def total(self, until: Floats) -> Floats:
        """Return the at-the-money total variance to epoch seconds within the horizon."""
        total: Floats = np.interp(until, self.seconds, self.totals)
        return total


def forward_variance(
    seconds: float,
    state: VarianceState,
    *,
    horizon_s: float,
    event: tuple[int, float] | None = None,
) -> ForwardVariance:
    """Integrate the expected variance of one instant's state up to a horizon.

    The integrand is the expectation of the Ornstein-Uhlenbeck exponential in closed form times the
    hour-of-week shape, taken at the middle of every hour, the first one being cut at the instant.
    An `event` is the hour, counted since 1970, in which so many years of operational time pass.
    """
    first = int(seconds // HOUR_S)
    last = int(-(-horizon_s // HOUR_S))
    hours = np.arange(first, last)
    edges = np.concatenate([[seconds], (hours[1:] * HOUR_S).astype(np.float64), [last * HOUR_S]])
    middle_days = ((edges[1:] + edges[:-1]) / 2 - seconds) / DAY_S
    lengths = np.diff(edges)
    pieces = state.rate(middle_days) * hourly_shape(hours) * lengths / YEAR_S
    if event is not None:
        hour, clock_years = event
        pieces += (hours == hour) * state.volatility**2 * clock_years * lengths / HOUR_S
    return ForwardVariance(seconds=edges, totals=np.concatenate([[0.0], np.cumsum(pieces)]))


def _expected_multiple(log_variance: Floats, days_ahead: Floats) -> Floats:
    decay = np.exp(-_KAPPA_PER_DAY * days_ahead)
    mean = LOG_VARIANCE_MEAN + (log_variance - LOG_VARIANCE_MEAN) * decay
    multiple: Floats = np.exp(mean + LOG_VARIANCE_SD**2 * (1 - decay**2) / 2)
    return multiple
