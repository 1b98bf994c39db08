"""Black's formula on a forward, with zero rates, and the greeks the sandbox serves.

F. Black, "The pricing of commodity contracts" (1976), equation 16; greeks as in E. G. Haug, "The
Complete Guide to Option Pricing Formulas" (2007), chapter 2. Symbols: spot S and forward F in USD,
strike K, total variance w = sigma * sigma * t with t in years (ACT/365) and sigma a decimal. All
arrays broadcast.

Greeks hold the forward and the strike's volatility fixed while time passes or volatility moves.
Delta is per unit of the forward, not premium-adjusted. As w goes to 0 prices tend to intrinsic
value on the forward and deltas to 0 or 1; w and t themselves must be positive.
"""

import numpy as np
from scipy.special import ndtr

from bq_mcp.sandbox.market.arrays import Flags, Floats

_YEAR_DAYS = 365
_INVERSE_ROOT_TWO_PI = 1 / np.sqrt(2 * np.pi)


def d1(*, forward: Floats, strike: Floats, w: Floats) -> Floats:
    """Return the standardised log moneyness plus half a deviation."""
    root = np.sqrt(w)
    value: Floats = np.log(forward / strike) / root + root / 2
    return value


def price(*, forward: Floats, strike: Floats, w: Floats, is_call: Flags) -> Floats:
    """Return the undiscounted price in USD per coin."""
    phi = _side(is_call)
    first = d1(forward=forward, strike=strike, w=w)
    second = first - np.sqrt(w)
    value: Floats = phi * (forward * ndtr(phi * first) - strike * ndtr(phi * second))
    return value


def delta(*, forward: Floats, strike: Floats, w: Floats, is_call: Flags) -> Floats:
    """Return the change of price per USD of the forward: 0 to 1 for calls, -1 to 0 for puts."""
    phi = _side(is_call)
    value: Floats = phi * ndtr(phi * d1(forward=forward, strike=strike, w=w))
    return value


def gamma(*, spot: float, forward: Floats, strike: Floats, w: Floats) -> Floats:
    """Return the second derivative by spot, per USD, with the ratio of forward to spot held."""
    density = _density(d1(forward=forward, strike=strike, w=w))
    value: Floats = density * forward / (spot**2 * np.sqrt(w))
    return value


def vega_per_point(*, forward: Floats, strike: Floats, w: Floats, t: Floats) -> Floats:
    """Return USD per coin for one volatility point (0.01)."""
    value: Floats = forward * _density(d1(forward=forward, strike=strike, w=w)) * np.sqrt(t) / 100
    return value


def theta_per_day(*, forward: Floats, strike: Floats, w: Floats, t: Floats) -> Floats:
    """Return USD per coin gained by the holder per day of 1/365 year; never positive."""
    density = _density(d1(forward=forward, strike=strike, w=w))
    value: Floats = -forward * density * np.sqrt(w) / (2 * t) / _YEAR_DAYS
    return value


def vanna(*, forward: Floats, strike: Floats, w: Floats, t: Floats) -> Floats:
    """Return the change of delta per 1.00 of volatility."""
    first = d1(forward=forward, strike=strike, w=w)
    root = np.sqrt(w)
    value: Floats = -_density(first) * (first - root) * np.sqrt(t) / root
    return value


def charm(*, forward: Floats, strike: Floats, w: Floats, t: Floats) -> Floats:
    """Return the change of delta per year of time to expiry; passing time has the other sign."""
    first = d1(forward=forward, strike=strike, w=w)
    value: Floats = -_density(first) * (first - np.sqrt(w)) / (2 * t)
    return value


def _side(is_call: Flags) -> Floats:
    side: Floats = np.where(is_call, 1.0, -1.0)
    return side


def _density(x: Floats) -> Floats:
    density: Floats = _INVERSE_ROOT_TWO_PI * np.exp(-(x**2) / 2)
    return density
