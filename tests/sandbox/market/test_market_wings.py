import numpy as np
import pytest
from scipy.special import ndtri

from bq_mcp.sandbox.market.wings import WIDEST_BRACKET, Wing


def wing(*deltas_and_ivs: tuple[float, float]) -> Wing:
    deltas, ivs = zip(*deltas_and_ivs, strict=True)
    return Wing(reach=ndtri(np.array(deltas)), iv=np.array(ivs))


def test_a_listed_delta_is_read_as_it_is():
    assert wing((0.2, 0.55), (0.25, 0.5), (0.3, 0.45)).at(0.25) == pytest.approx(0.5, rel=1e-12)


def test_between_two_options_volatility_lies_between_theirs():
    assert wing((0.2, 0.55), (0.3, 0.45)).at(0.25) == pytest.approx(0.4973, abs=1e-4)


@pytest.mark.parametrize("deltas", [(0.3, 0.4), (0.05, 0.2)])
def test_a_delta_outside_the_listed_ones_has_no_volatility(deltas):
    assert wing((deltas[0], 0.5), (deltas[1], 0.5)).at(0.25) is None


def test_options_too_far_apart_say_nothing_of_one_between():
    middle = ndtri(0.25)
    near, far = (
        middle + np.array([-1, 1]) * gap / 2 for gap in (0.99, 1.01) * np.array(WIDEST_BRACKET)
    )
    assert Wing(reach=near, iv=np.array([0.5, 0.6])).at(0.25) == pytest.approx(0.55)
    assert Wing(reach=far, iv=np.array([0.5, 0.6])).at(0.25) is None


def test_an_expiry_without_options_has_no_wing():
    assert Wing(reach=np.array([]), iv=np.array([])).at(0.25) is None
