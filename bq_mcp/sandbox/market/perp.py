"""The perpetual future of one coin, as far as spot answers need it."""

import numpy as np

from bq_mcp.sandbox.market.brownian import OrnsteinUhlenbeck
from bq_mcp.sandbox.market.calendar import DAY_S
from bq_mcp.sandbox.market.coin import CoinMarket
from bq_mcp.sandbox.market.rng import Stream

_NOISE_SD = 0.0002
_NOISE_HALF_LIFE_DAYS = 0.5
_TREND_DAYS = 3
_TREND_SHARE = 0.15
_LIMIT = 0.003


def premium(seed: int, coin: CoinMarket, seconds: float) -> float:
    """Return the perpetual's price over spot, less one: a little noise and the recent trend."""
    noise = OrnsteinUhlenbeck(
        Stream(seed, coin.parameters.symbol, "perp premium"), half_life_days=_NOISE_HALF_LIFE_DAYS
    )
    before, now = coin.spot_path.at(np.array([seconds - _TREND_DAYS * DAY_S, seconds]))
    trend = _TREND_SHARE * (now / before - 1)
    drawn = _NOISE_SD * noise.at(np.array([seconds]))[0]
    return float(np.clip(drawn + trend, -_LIMIT, _LIMIT))
