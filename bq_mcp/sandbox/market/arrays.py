"""Array types of the simulated market."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def row_sums(values: Floats, weights: Floats) -> Floats:
    """Return the sums of each row of `values`, shape (m, n), times `weights`, shape (n,).

    Computed on one thread: shared out among several, as a matrix product is, tables of a few
    hundred rows take longer on a busy machine, and the last digits depend on how many there are.
    """
    sums: Floats = np.einsum("mn,n->m", values, weights)
    return sums
