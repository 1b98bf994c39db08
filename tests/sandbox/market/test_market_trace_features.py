import numpy as np
import pytest

from bq_mcp.sandbox.market.trace_features import Lean, lean, pin_zones, pockets, zero_prices

PRICES = np.linspace(90.0, 110.0, 21)


def field(**columns: float) -> np.ndarray:
    found = np.zeros((4, len(PRICES)))
    for name, value in columns.items():
        found[:, float(name[1:]) == PRICES] = value
    return found


def test_neighbouring_large_prices_are_one_zone():
    (zone,) = pin_zones(field(p95=5.0, p96=8.0, p97=4.0, p104=1.0), PRICES, 3)
    assert (zone.low, zone.high, zone.peak) == (95.0, 97.0, 96.0)
    assert (zone.mean, zone.mean_abs) == (8.0, 8.0)


def test_zones_come_largest_first_with_their_sign_and_are_capped():
    values = field(p92=6.0, p96=-9.0, p100=5.0, p104=7.0)
    zones = pin_zones(values, PRICES, 3)
    assert [(zone.peak, zone.mean) for zone in zones] == [(96.0, -9.0), (104.0, 7.0), (92.0, 6.0)]


def test_a_zone_may_touch_the_end_of_the_axis():
    (zone,) = pin_zones(field(p110=2.0), PRICES, 3)
    assert (zone.low, zone.high) == (110.0, 110.0)


def test_a_zero_field_has_no_zone_and_no_pocket():
    assert pin_zones(field(), PRICES, 3) == ()
    assert pockets(field(), PRICES, 100.0) == ()


def test_pockets_are_the_extremes_near_spot():
    values = field(p101=3.0, p99=1.0, p98=-1.0, p108=50.0)
    values[2, PRICES == 99.0] = -7.0
    first, second = pockets(values, PRICES, 100.0)
    assert (first.step, first.price, first.value) == (2, 99.0, -7.0)
    assert (second.price, second.value) == (101.0, 3.0)


def test_a_sign_that_does_not_occur_has_no_pocket():
    (only,) = pockets(field(p100=-2.0), PRICES, 100.0)
    assert only.value == -2.0


def test_a_grid_too_coarse_for_a_price_near_spot_has_no_pocket():
    assert pockets(np.ones((2, 2)), np.array([90.0, 110.0]), 100.0) == ()


@pytest.mark.parametrize(
    ("values", "word"),
    [([1.0, -1.0, 4.0, -4.0], "late"), ([4.0, 4.0, 9.0, 1.0, 1.0], "early"), ([2.0, 2.0], "even")],
)
def test_lean_compares_the_halves_by_size(values, word):
    assert lean(np.array(values)).word == word


def test_nothing_on_either_half_is_even():
    assert Lean(early=0.0, late=0.0).word == "even"


def test_zeros_lie_straight_between_the_prices_either_side():
    row = np.array([-1.0, 3.0, 2.0, -2.0])
    assert zero_prices(row, np.array([10.0, 14.0, 18.0, 22.0])) == (11.0, 20.0)


def test_touching_zero_is_no_crossing():
    assert zero_prices(np.array([1.0, 0.0, 2.0, 0.0, 0.0]), np.arange(5.0)) == ()


def test_between_signs_the_middle_of_exact_zeros_is_the_crossing():
    assert zero_prices(np.array([-1.0, 0.0, 2.0]), np.array([10.0, 11.0, 12.0])) == (11.0,)
