"""Brownian motion and Ornstein-Uhlenbeck paths that can be read anywhere, in any order.

Both are refined by halving a fixed interval: the value at a midpoint is drawn given the two ends,
and the draw belongs to that midpoint alone, so whoever asks for a point meets the same path.
P. Lévy, "Processus stochastiques et mouvement brownien" (1948); P. Glasserman, "Monte Carlo Methods
in Financial Engineering" (2004), section 3.1. Below the finest interval the path is straight.
"""

from math import exp

import numpy as np

from bq_mcp.sandbox.market.arrays import Flags, Floats, Ints
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S
from bq_mcp.sandbox.market.rng import Stream

_CLOCK_SPAN = 64.0
_CLOCK_DEPTH = 32
_TIME_SPAN_S = 2.0**31
_TIME_DEPTH = 27
_FEW_POINTS = 32


class BrownianMotion:
    """Two-sided standard Brownian motion on a clock, zero at zero.

    The clock runs from -64 to 64; at one unit a year the finest step is half a second.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        lengths = _CLOCK_SPAN * 0.5 ** np.arange(_CLOCK_DEPTH)
        self._pull = np.full(_CLOCK_DEPTH, 0.5)
        self._spread = 0.5 * np.sqrt(lengths)

    def at(self, clock: Floats) -> Floats:
        """Return the path at clock values of any shape (n,).

        Raises:
            ValueError: a value lies outside the simulated clock.
        """
        if np.any(np.abs(clock) >= _CLOCK_SPAN):
            raise ValueError("outside the simulated range of time")
        mirrored = clock < 0
        top = self._stream.normals(0, np.where(mirrored, -1, 0)) * np.sqrt(_CLOCK_SPAN)
        position = np.abs(clock) / _CLOCK_SPAN
        return _refine(
            self._stream, position, mirrored, np.zeros_like(top), top, self._pull, self._spread
        )


class OrnsteinUhlenbeck:
    """Stationary mean-reverting path in time with mean zero and standard deviation one.

    By J. Doob, "The Brownian movement and stochastic equations" (1942), it is a Brownian motion on
    an exponential clock, so its midpoint given both ends is normal with the mean and variance used
    here. The finest step is 16 seconds.
    """

    def __init__(self, stream: Stream, *, half_life_days: float) -> None:
        self._stream = stream
        kappa = np.log(2.0) / (half_life_days * 86_400)
        lengths = _TIME_SPAN_S * 0.5 ** np.arange(_TIME_DEPTH)
        decay = np.exp(-kappa * lengths / 2)
        self._pull = decay / (1 + decay**2)
        self._spread = np.sqrt((1 - decay**2) / (1 + decay**2))
        self._end_to_end = exp(-kappa * _TIME_SPAN_S)

    def at(self, seconds: Floats) -> Floats:
        """Return the path at epoch seconds of shape (n,).

        Raises:
            ValueError: an instant lies more than 34 years from the anchor instant.
        """
        position = (seconds - ANCHOR_S) / _TIME_SPAN_S + 0.5
        if np.any((position < 0) | (position >= 1)):
            raise ValueError("outside the simulated range of time")
        ends = self._stream.normals(0, np.array([0, 1]))
        left = np.full(position.shape, ends[0])
        right = self._end_to_end * ends[0] + np.sqrt(1 - self._end_to_end**2) * ends[1]
        mirrored = np.zeros(position.shape, dtype=np.bool_)
        return _refine(
            self._stream,
            position,
            mirrored,
            left,
            np.full(position.shape, right),
            self._pull,
            self._spread,
        )


def _refine(
    stream: Stream,
    position: Floats,
    mirrored: Flags,
    left: Floats,
    right: Floats,
    pull: Floats,
    spread: Floats,
) -> Floats:
    depth = len(pull)
    scaled = np.ldexp(position, np.arange(depth + 1)[:, None])
    nodes = np.floor(scaled).astype(np.int64)
    draws = _node_draws(stream, np.where(mirrored, ~nodes[:-1], nodes[:-1]))
    for level in range(depth):
        middle = pull[level] * (left + right) + spread[level] * draws[level]
        upper_half = (nodes[level + 1] & 1).astype(np.bool_)
        left = np.where(upper_half, middle, left)
        right = np.where(upper_half, right, middle)
    path: Floats = left + (scaled[-1] - nodes[-1]) * (right - left)
    return path


def _node_draws(stream: Stream, nodes: Ints) -> Floats:
    levels = np.arange(1, len(nodes) + 1)
    if nodes.shape[1] <= _FEW_POINTS:
        return stream.normals(levels[:, None], nodes)
    distinct = [np.unique(row, return_inverse=True) for row in nodes]
    sizes = [len(row) for row, _ in distinct]
    flat = stream.normals(np.repeat(levels, sizes), np.concatenate([row for row, _ in distinct]))
    starts = np.cumsum([0, *sizes[:-1]])
    return np.stack([flat[s + where] for s, (_, where) in zip(starts, distinct, strict=True)])
