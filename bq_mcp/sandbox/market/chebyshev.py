"""Interpolation between Chebyshev points, for curves that are costly and smooth."""

from collections.abc import Callable

import numpy as np
from numpy.polynomial.chebyshev import chebpts1, chebvander

from bq_mcp.sandbox.market.arrays import Floats


def through_nodes(rows: Callable[[Floats], Floats], at: Floats, nodes: int) -> Floats:
    """Return rows(at) from the rows at so many nodes between the first and the last of `at`.

    `at` ascends and `rows` gives one row of shape (n,) for each value. The error falls by a factor
    z + sqrt(z * z - 1) per node for a curve that is analytic up to z half-widths from the middle:
    L. N. Trefethen, "Approximation Theory and Approximation Practice" (2013), theorem 8.2.
    """
    middle, half_width = (at[-1] + at[0]) / 2, (at[-1] - at[0]) / 2
    points = chebpts1(nodes)
    weights = chebvander((at - middle) / half_width, nodes - 1) @ np.linalg.inv(
        chebvander(points, nodes - 1)
    )
    interpolated: Floats = np.einsum("tn,np->tp", weights, rows(middle + half_width * points))
    return interpolated
