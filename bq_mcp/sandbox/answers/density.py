"""Payload of /options/probability/density."""

from datetime import datetime

import numpy as np

from bq_mcp.sandbox.answers.rounding import column, rounded
from bq_mcp.sandbox.answers.scopes import listed_among
from bq_mcp.sandbox.answers.section import Section
from bq_mcp.sandbox.asked import Answer, Asked
from bq_mcp.sandbox.market import Expiry, Snapshot, World
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS
from bq_mcp.sandbox.market.price_distribution import PriceDistribution, distribution

_LEAST_CAPTURED = 1e-6
_PROBABILITY_DECIMALS = 6
_SHARE_DECIMALS = 12
"""Fine enough for the shares of hundreds of strikes to add up to one within 1e-9."""
_DENSITY_DECIMALS = 14
"""Per USD: at least nine digits where it matters, and none of the noise of the far tails."""
_RATIO_DECIMALS = 4


def density(asked: Asked) -> Answer:
    """Derive the distributions of the newest snapshot."""
    query = {name: asked.query[name] for name in ("expiry", "dte_max", "confidence_band")}
    return Answer(density_data(asked.world, asked.symbol, asked.instant, **query))


def density_data(
    world: World,
    symbol: str,
    instant: datetime,
    *,
    expiry: str | None,
    dte_max: int | None,
    confidence_band: float | None,
) -> Section:
    """Return `data` for an instant on its grid: distributions on the listed strikes, by token.

    `expiry` is one token in any case, None for all. Prices in USD, probabilities from 0 to 1.

    An expiry is left out if its strikes are so far from the price that they hold almost no
    probability.

    Raises: ServiceError 404 when `expiry` is not listed.
    """
    snapshot = world.snapshot(symbol, instant)
    named = listed_among(() if expiry is None else (expiry.strip(),), snapshot)
    kept = [each for each in named if dte_max is None or each.dte <= dte_max]
    found = {each.token: _found(snapshot, each) for each in kept}
    decimals = COIN_PARAMETERS[symbol].price_decimals
    return {
        "expiries": {
            token: _payload(distribution, confidence_band, decimals)
            for token, distribution in found.items()
            if distribution.mass.sum() >= _LEAST_CAPTURED
        },
        "spot_price": snapshot.spot,
        "filtered_dte_max": dte_max,
        "confidence_band_requested": confidence_band,
    }


def _found(snapshot: Snapshot, expiry: Expiry) -> PriceDistribution:
    place = snapshot.expiries.index(expiry)
    of_expiry = snapshot.expiry_index == place
    return distribution(
        smile=snapshot.smile,
        theta=snapshot.theta[place].item(),
        forward=snapshot.forward[of_expiry][0].item(),
        prices=np.unique(snapshot.strike[of_expiry]),
    )


def _payload(found: PriceDistribution, confidence: float | None, decimals: int) -> Section:
    payload = _curves(found) | _moments(found, decimals)
    if confidence is not None:
        payload["confidence_band"] = _band(found, confidence, decimals)
    return payload


def _curves(found: PriceDistribution) -> Section:
    below = found.below.round(_PROBABILITY_DECIMALS)
    return {
        "strikes": found.prices.tolist(),
        "pdf": column(found.density, _DENSITY_DECIMALS),
        "pdf_normalized": column(found.share, _SHARE_DECIMALS),
        "cdf_above": column(1 - below, _PROBABILITY_DECIMALS),
        "cdf_below": column(below, _PROBABILITY_DECIMALS),
    }


def _moments(found: PriceDistribution, decimals: int) -> Section:
    return {
        "mode": found.mode,
        "mean": round(found.mean, decimals),
        "std": round(found.std, decimals),
        "skewness": rounded(found.standardised_moment(3), _RATIO_DECIMALS),
        "kurtosis": rounded(found.standardised_moment(4), _RATIO_DECIMALS),
        "prob_25": rounded(found.quantile(0.25), decimals),
        "prob_50": rounded(found.quantile(0.50), decimals),
        "prob_75": rounded(found.quantile(0.75), decimals),
    }


def _band(found: PriceDistribution, confidence: float, decimals: int) -> Section:
    low = round((1 - confidence) / 2, _PROBABILITY_DECIMALS)
    high = round(1 - low, _PROBABILITY_DECIMALS)
    edges = found.quantile(low), found.quantile(high)
    available = None not in edges
    lower, upper = edges if available else (None, None)
    return {
        "confidence": confidence,
        "lower": rounded(lower, decimals),
        "upper": rounded(upper, decimals),
        "lower_percentile": low,
        "upper_percentile": high,
        "available": available,
        "reason": None if available else "The listed strikes do not reach both percentiles",
    }
