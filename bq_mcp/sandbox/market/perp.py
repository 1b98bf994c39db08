"""The perpetual future of one coin: its premium over spot, funding and open interest."""

import numpy as np

from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.calendar import DAY_S
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.rng import Stream

_NOISE_SD = 0.0002
_NOISE_HALF_LIFE_DAYS = 0.5
_TREND_DAYS = 3
_TREND_SHARE = 0.15
_FUNDING_TREND_SHARE = 0.01
_LIMIT = 0.003
_INTEREST_COINS = {"BTCUSDT": 320e3, "ETHUSDT": 5e6, "SOLUSDT": 35e6, "HYPEUSDT": 30e6}
_INTEREST_SD = 0.12
_INTEREST_HALF_LIFE_DAYS = 15.0
_USUAL_RATE = 0.0001
_PREMIUM_PAID = 0.5
"""Part of the premium that is paid; a blend of venues does not rest at the usual rate."""

FUNDING_S = 8 * 3_600
"""Seconds between two settlements of funding, counted from 00:00 UTC."""


def premium(seed: int, coin: CoinMarket, seconds: float) -> float:
    """Return the perpetual's price over spot, less one: a little noise and the recent trend."""
    return float(_premiums(seed, coin, np.array([seconds]), _TREND_SHARE)[0])


def funding_rate(seed: int, coin: CoinMarket, seconds: Floats) -> Floats:
    """Return the rate, a fraction for eight hours, of the last settlement at each epoch second."""
    settled = seconds // FUNDING_S * FUNDING_S
    paid = _premiums(seed, coin, settled, _FUNDING_TREND_SHARE)
    return np.clip(_USUAL_RATE + _PREMIUM_PAID * paid, -_LIMIT, _LIMIT)


def open_interest(seed: int, coin: CoinMarket, seconds: Floats) -> Floats:
    """Return the perpetuals' open interest over all venues, in coin."""
    stream = Stream(seed, coin.parameters.symbol, "perp interest")
    path = OrnsteinUhlenbeck(stream, half_life_days=_INTEREST_HALF_LIFE_DAYS)
    level = _INTEREST_COINS[coin.parameters.symbol]
    interest: Floats = level * np.exp(_INTEREST_SD * path.at(seconds))
    return interest


def _premiums(seed: int, coin: CoinMarket, seconds: Floats, trend_share: float) -> Floats:
    noise = OrnsteinUhlenbeck(
        Stream(seed, coin.parameters.symbol, "perp premium"), half_life_days=_NOISE_HALF_LIFE_DAYS
    )
    before = coin.spot_path.at(seconds - _TREND_DAYS * DAY_S)
    trend = trend_share * (coin.spot_path.at(seconds) / before - 1)
    return np.clip(_NOISE_SD * noise.at(seconds) + trend, -_LIMIT, _LIMIT)
