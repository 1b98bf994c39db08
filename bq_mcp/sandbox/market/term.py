"""At-the-money volatility by tenor, read off a snapshot.

At the money is a strike equal to the forward. Volatilities are decimals a year, times in years of
365 days.
"""

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.calendar import YEAR_S
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.snapshot import Snapshot
from bq_mcp.sandbox.market.venue_marks import blended_iv


def years_left(snapshot: Snapshot) -> Floats:
    """Return the time to each expiry."""
    seconds = [(each.settles_at - snapshot.instant).total_seconds() for each in snapshot.expiries]
    return np.array(seconds) / YEAR_S


def atm_volatility(snapshot: Snapshot) -> Floats:
    """Return the reference volatility at the forward, one per expiry."""
    volatility: Floats = np.sqrt(snapshot.theta / years_left(snapshot))
    return volatility


def at_the_money(snapshot: Snapshot, seed: int, venues: tuple[str, ...]) -> Floats:
    """Return the volatility at the forward, one per expiry: the venues' own, if not all of them.

    All venues that list the coin together are the reference, as without a filter. NaN where none of
    the named ones marks.
    """
    if set(venues) >= set(COIN_PARAMETERS[snapshot.symbol].venues):
        return atm_volatility(snapshot)
    return venue_atm_volatility(snapshot, seed, venues)


def venue_atm_volatility(snapshot: Snapshot, seed: int, venues: tuple[str, ...]) -> Floats:
    """Return what the named venues mark at the forward, one per expiry; NaN where they do not.

    It is the reference plus the venues' error there, straight between the strikes either side of
    the forward that they quote.
    """
    error = blended_iv(snapshot, seed, venues) - snapshot.iv
    at_forward = [
        _error_at_forward(snapshot, error, snapshot.expiry_index == place)
        for place in range(len(snapshot.expiries))
    ]
    volatility: Floats = atm_volatility(snapshot) + np.array(at_forward)
    return volatility


def constant_maturity(years: Floats, volatility: Floats, at: Floats) -> Floats:
    """Return volatilities at fixed tenors, total variance running straight between expiries.

    Expiries with NaN are passed over. NaN for a tenor outside the first and last of the others.
    """
    known = ~np.isnan(volatility)
    if not known.any():
        return np.full(at.shape, np.nan)
    variance = volatility[known] ** 2 * years[known]
    w = np.interp(at, years[known], variance, left=np.nan, right=np.nan)
    tenors: Floats = np.sqrt(w / at)
    return tenors


def _error_at_forward(snapshot: Snapshot, error: Floats, of_expiry: Flags) -> float:
    quoted = of_expiry & ~np.isnan(error)
    if not quoted.any():
        return np.nan
    strikes, place = np.unique(snapshot.strike[quoted], return_inverse=True)
    mean = np.bincount(place, weights=error[quoted]) / np.bincount(place)
    forward = snapshot.forward[quoted][0]
    return float(np.interp(forward, strikes, mean, left=np.nan, right=np.nan))
