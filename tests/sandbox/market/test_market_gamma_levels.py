import numpy as np

from bq_mcp.sandbox.market.exposure import StrikeProfile
from bq_mcp.sandbox.market.gamma_levels import (
    Crossing,
    call_walls,
    crossings,
    flip,
    put_walls,
    strongest,
)


def profile(**net_by_strike: float) -> StrikeProfile:
    strikes = [float(name[1:]) for name in net_by_strike]
    return StrikeProfile(strikes=np.array(strikes), net=np.array([*net_by_strike.values()], float))


EMPTY = StrikeProfile(strikes=np.array([]), net=np.array([]))


def test_flip_is_the_strike_where_the_running_sum_changes_sign():
    assert flip(profile(k90=-3, k100=-1, k110=5), spot=100.0) == 110.0


def test_a_running_sum_resting_at_zero_crosses_at_the_first_strike_beyond():
    resting = profile(k90=-3, k100=3, k110=0, k120=2)
    assert crossings(resting) == (Crossing(120.0, "negative_to_positive"),)


def test_touching_zero_and_turning_back_is_no_crossing():
    assert crossings(profile(k90=-3, k100=3, k110=-2)) == ()


def test_leading_zeros_are_no_crossing():
    assert crossings(profile(k80=0, k90=4, k100=1)) == ()


def test_every_crossing_is_listed_with_its_direction_and_the_nearest_is_the_flip():
    several = profile(k90=-1, k100=2, k110=-3, k120=5)
    assert crossings(several) == (
        Crossing(100.0, "negative_to_positive"),
        Crossing(110.0, "positive_to_negative"),
        Crossing(120.0, "negative_to_positive"),
    )
    assert flip(several, spot=112.0) == 110.0


def test_two_crossings_as_near_give_the_lower():
    assert flip(profile(k90=-1, k100=2, k110=-3), spot=105.0) == 100.0


def test_no_crossing_gives_no_flip():
    assert flip(profile(k90=1, k100=2), spot=95.0) is None
    assert flip(EMPTY, spot=95.0) is None


def test_walls_are_the_largest_positive_strikes_of_each_side():
    walls = profile(k80=2, k90=5, k100=-9, k110=4, k120=7, k130=-1)
    assert call_walls(walls, spot=100.0) == (120.0, 110.0)
    assert put_walls(walls, spot=100.0) == (90.0, 80.0)


def test_equal_walls_give_the_nearer_first():
    equal = profile(k80=5, k90=5, k110=4, k120=4)
    assert call_walls(equal, spot=100.0) == (110.0, 120.0)
    assert put_walls(equal, spot=100.0) == (90.0, 80.0)


def test_a_strike_at_spot_belongs_to_neither_side_and_negative_ones_are_no_walls():
    assert call_walls(profile(k90=-1, k100=5), spot=100.0) == ()
    assert put_walls(profile(k90=-1, k100=5), spot=100.0) == ()
    assert call_walls(EMPTY, spot=100.0) == ()


def test_strongest_ranks_by_size_keeps_signs_and_leaves_zeros_out():
    ranked = strongest(profile(k90=-5, k100=0, k110=3), count=10)
    assert ranked == ((90.0, -5.0), (110.0, 3.0))
