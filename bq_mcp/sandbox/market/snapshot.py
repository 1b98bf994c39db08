"""The market of one coin at one instant, contract by contract."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.calendar import YEAR_S, Expiry
from bq_mcp.sandbox.market.placement import THOUSANDTHS
from bq_mcp.sandbox.market.surface import Smile

GREEKS_LEAST_T = 60 / YEAR_S
"""Greeks are taken with at least a minute to expiry, in years."""

_ONE_PERCENT = 0.01


@dataclass(frozen=True)
class Snapshot:
    """One coin's chain: expiries in order of time, and flat arrays with one entry per contract.

    Contracts are ordered by expiry, strike, call before put. `expiry_index` points into `expiries`
    and into `theta`, the at-the-money total variance by expiry. `tau` is in years of 365 days to
    settlement, `forward` and `spot` in USD, `iv` the reference volatility as a decimal a year.
    `oi_units` has shape (contracts, venues) in thousandths of a coin, in the order of VENUES;
    `dealer_units` is alike: what takers sold less what they bought, None where no tape tells.
    """

    symbol: str
    instant: datetime
    spot: float
    expiries: tuple[Expiry, ...]
    theta: Floats
    smile: Smile
    expiry_index: Ints
    strike: Floats
    is_call: Flags
    tau: Floats
    forward: Floats
    iv: Floats
    oi_units: Ints
    dealer_units: Ints | None

    @cached_property
    def oi(self) -> Floats:
        """Open interest in coin over all venues."""
        oi: Floats = self.oi_units.sum(axis=1) / THOUSANDTHS
        return oi

    @cached_property
    def gamma_dollars(self) -> Floats:
        """Gamma of one coin of each contract: USD of hedge per 1 % move of spot."""
        w = self.iv**2 * np.maximum(self.tau, GREEKS_LEAST_T)
        gamma = black.gamma(spot=self.spot, forward=self.forward, strike=self.strike, w=w)
        return gamma * self.spot**2 * _ONE_PERCENT

    @cached_property
    def zero_dte(self) -> Flags:
        """Contracts that settle at the end of the present session."""
        return np.array([expiry.dte == 0 for expiry in self.expiries])[self.expiry_index]
