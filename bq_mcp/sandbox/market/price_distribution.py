"""Risk-neutral distribution of the settlement price, as option prices imply it.

D. Breeden, R. Litzenberger, "Prices of state-contingent claims implicit in option prices" (1978):
the first derivative of the undiscounted call price by strike, plus one, is the probability to end
below the strike, and the second is the density. With k the log of strike over forward and w(k) the
total variance of the surface, the first has a closed form, and so has the mass between two prices.
Prices are in USD, densities per USD, probabilities from 0 to 1.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from bq_mcp.sandbox.market import black
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.surface import Smile

_LEAST_SHARE = 1e-9
"""Below this a cell's mass does not count as spread."""


@dataclass(frozen=True)
class PriceDistribution:
    """One expiry's distribution on a grid of at least two ascending prices.

    Each price stands for the cell that reaches half way to its neighbours, the outer cells being
    symmetric as far as zero allows. `density` is the mean over the cell, so that density times cell
    width is the cell's mass; `below` is the probability to end below the price itself. What the
    grid does not reach is in neither `mass` nor the moments.
    """

    prices: Floats
    density: Floats
    mass: Floats
    below: Floats

    @property
    def share(self) -> Floats:
        """Mass of each cell as a part of all the mass on the grid."""
        share: Floats = self.mass / self.mass.sum()
        return share

    @property
    def mode(self) -> float:
        """Price of the highest density, the lowest of several."""
        return float(self.prices[np.argmax(self.density)])

    @property
    def mean(self) -> float:
        """Mean price over the grid."""
        return float(self.share @ self.prices)

    @property
    def std(self) -> float:
        """Standard deviation over the grid, USD."""
        return float(np.sqrt(self._central_moment(2)))

    def standardised_moment(self, order: int) -> float | None:
        """Return skewness (3) or kurtosis (4; 3 is the normal one); None if one cell has it all."""
        if np.count_nonzero(self.share > _LEAST_SHARE) < 2:
            return None
        return self._central_moment(order) / self.std**order

    def quantile(self, probability: float) -> float | None:
        """Return the price below which a probability lies, straight between grid prices.

        None where the grid does not reach that far.
        """
        if not self.below[0] <= probability <= self.below[-1]:
            return None
        return float(np.interp(probability, self.below, self.prices))

    def _central_moment(self, order: int) -> float:
        return float(self.share @ (self.prices - self.mean) ** order)


def distribution(
    *, smile: Smile, theta: float, forward: float, prices: Floats
) -> PriceDistribution:
    """Return the distribution at one expiry; `theta` is its at-the-money total variance."""
    edges = cell_edges(prices)
    below_edges = probability_below(smile=smile, theta=theta, forward=forward, prices=edges)
    # Where all the mass lies to one side, neighbouring edges differ by rounding of either sign.
    mass = np.maximum(np.diff(below_edges), 0.0)
    return PriceDistribution(
        prices=prices,
        density=mass / np.diff(edges),
        mass=mass,
        below=probability_below(smile=smile, theta=theta, forward=forward, prices=prices),
    )


def cell_edges(prices: Floats) -> Floats:
    """Return the edges of the cells round two or more ascending prices, one more than these."""
    middles = (prices[1:] + prices[:-1]) / 2
    first = prices[0] - min(prices[1] - prices[0], prices[0]) / 2
    last = prices[-1] + (prices[-1] - prices[-2]) / 2
    return np.concatenate([[first], middles, [last]])


def probability_below(*, smile: Smile, theta: float, forward: float, prices: Floats) -> Floats:
    """Return the probability to settle below each price, which must be positive.

    It is N(-d2) plus the normal density at d2 times the slope of the root of w in k.
    """
    k = np.log(prices / forward)
    w = smile.total_variance(k, np.array(theta))
    root = np.sqrt(w)
    d2 = black.d1(forward=np.array(forward), strike=prices, w=w) - root
    below: Floats = ndtr(-d2) + _normal_density(d2) * _slope(smile, k, theta) / (2 * root)
    return below


def _slope(smile: Smile, k: Floats, theta: float) -> Floats:
    """Return the derivative of w by k."""
    phi = smile.curvature(np.array(theta))
    x = phi * k + smile.rho
    slope: Floats = theta * phi / 2 * (smile.rho + x / np.sqrt(x**2 + 1 - smile.rho**2))
    return slope


def _normal_density(x: Floats) -> Floats:
    value: Floats = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    return value
