import numpy as np
import pytest

from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.chebyshev import through_nodes


def test_polynomials_below_the_number_of_nodes_are_exact():
    def rows(at: Floats) -> Floats:
        return np.column_stack([at**3 - at, np.full(at.shape, 5.0)])

    at = np.linspace(2.0, 4.0, 50)
    assert np.allclose(through_nodes(rows, at, 4), rows(at), rtol=1e-13)


@pytest.mark.parametrize("nodes", [6, 10, 14])
def test_error_falls_as_fast_as_the_nearest_singularity_allows(nodes):
    # A pole two half-widths from the middle: each node divides the error by 2 + sqrt(3).
    at = np.linspace(-1.0, 1.0, 101)
    found = through_nodes(lambda x: 1 / (2 - x)[:, None], at, nodes)
    worst = np.abs(found[:, 0] - 1 / (2 - at)).max()
    assert 0.05 < worst * (2 + np.sqrt(3)) ** nodes < 5
