import numpy as np

from bq_mcp.sandbox.market.strikes import StrikeLadder, strike_ladder

BITCOIN_STEPS = (500.0, 1_000.0, 5_000.0)


def ladder(spots: list[float], deviations: list[float], dtes: list[int]) -> StrikeLadder:
    return strike_ladder(
        spots=np.array(spots),
        deviations=np.array(deviations),
        dtes=np.array(dtes),
        steps=BITCOIN_STEPS,
        sparse=np.zeros(len(dtes), dtype=np.bool_),
    )


def test_quiet_ladders_reach_five_percent_deviations_each_way():
    listed = ladder([70_000.0], [0.01], [2])
    assert listed.strikes[0] == 62_000.0  # 70,000 * exp(-0.125) = 61,775
    assert listed.strikes[-1] == 82_000.0  # 70,000 * 1.175 = 82,250
    assert set(np.diff(listed.strikes)) == {500.0}


def test_steps_are_coarser_far_from_expiry():
    assert set(np.diff(ladder([70_000.0], [0.10], [30]).strikes)) == {1_000.0}
    assert set(np.diff(ladder([70_000.0], [0.30], [200]).strikes)) == {5_000.0}


def test_a_listed_strike_stays_when_spot_leaves_and_finer_steps_join():
    listed = ladder([70_000.0, 90_000.0], [0.05, 0.05], [10, 9])
    first, second = listed.listed
    assert np.all(second | ~first)
    assert listed.strikes[first].max() == 82_000.0
    assert 80_500.0 in listed.strikes[second & ~first]
    assert 62_000.0 in listed.strikes[second]
    assert np.all(listed.listed[-1])
