import numpy as np
import pytest

from bq_mcp.sandbox.market.activity import (
    WEEKLY_SHAPE,
    ActivityClock,
    hourly_shape,
    session_progress,
)
from bq_mcp.sandbox.market.brownian import BrownianMotion, OrnsteinUhlenbeck
from bq_mcp.sandbox.market.calendar import DAY_S, YEAR_S, session_start
from bq_mcp.sandbox.market.coin_parameters import ANCHOR_S
from bq_mcp.sandbox.market.jumps import Jumps
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.script import Script


def test_brownian_increments_have_the_variance_of_the_clock():
    clock = np.linspace(-3.0, 3.0, 4001)
    motion = BrownianMotion(Stream(5, "brownian"))
    steps = np.diff(motion.at(clock)) / np.sqrt(clock[1] - clock[0])
    assert abs(steps.mean()) < 0.05
    assert abs(steps.std() - 1) < 0.04
    assert abs(np.corrcoef(steps[1:], steps[:-1])[0, 1]) < 0.05


def test_brownian_motion_is_zero_at_zero_and_the_same_read_singly():
    motion = BrownianMotion(Stream(5, "brownian"))
    clock = np.linspace(-1.0, 1.0, 101)
    assert motion.at(np.array([0.0])).item() == 0.0
    singly = [motion.at(np.array([value])).item() for value in clock[::-1]][::-1]
    assert motion.at(clock).tolist() == singly


def test_brownian_motion_refuses_a_clock_out_of_range():
    with pytest.raises(ValueError, match="range"):
        BrownianMotion(Stream(5, "brownian")).at(np.array([64.0]))


def test_mean_reverting_path_has_unit_deviation_and_its_half_life():
    seconds = ANCHOR_S + np.arange(-6000, 6000) * DAY_S
    path = OrnsteinUhlenbeck(Stream(5, "ou"), half_life_days=4.0).at(seconds.astype(float))
    assert abs(path.mean()) < 0.15
    assert abs(path.std() - 1) < 0.08
    for days in (1, 4, 8):
        assert abs(np.corrcoef(path[days:], path[:-days])[0, 1] - 0.5 ** (days / 4)) < 0.06


def test_weekly_shape_has_mean_one_quiet_weekends_and_busy_afternoons():
    assert WEEKLY_SHAPE.mean() == pytest.approx(1.0)
    monday_15, monday_3, saturday_15 = WEEKLY_SHAPE[15], WEEKLY_SHAPE[3], WEEKLY_SHAPE[5 * 24 + 15]
    assert monday_15 / saturday_15 == pytest.approx(1.35 / 0.55)
    assert monday_3 / saturday_15 == pytest.approx(0.85 / 0.55)
    first_of_june_2026_is_a_monday = np.array([ANCHOR_S // 3600 + 15])
    assert hourly_shape(first_of_june_2026_is_a_monday).item() == monday_15


def test_activity_clock_rises_about_a_year_a_year_through_zero_at_the_anchor():
    clock = ActivityClock(Stream(5, "clock"), Script(5))
    seconds = ANCHOR_S + np.linspace(-2.0, 2.0, 3001) * YEAR_S
    values = clock.at(seconds)
    assert np.all(np.diff(values) > 0)
    assert clock.at(np.array([float(ANCHOR_S)])).item() == 0.0
    assert values[-1] - values[0] == pytest.approx(4.0, rel=0.35)


def test_session_progress_runs_from_zero_to_one_faster_in_busy_hours():
    tuesday = 20_620
    opening = session_start(tuesday)
    progress = [session_progress(tuesday, opening + hours * 3600) for hours in range(25)]
    assert progress[0] == 0.0
    assert progress[24] == pytest.approx(1.0)
    steps = np.diff(progress)
    assert np.all(steps > 0)
    assert steps[6] / steps[16] == pytest.approx(1.35 / 0.85)


def test_jumps_come_at_their_rate_and_size():
    jumps = Jumps(Stream(5, "jumps"), per_year=9.0, size_sd=0.06)
    minutes = ANCHOR_S + np.arange(-30 * 365, 30 * 365, 1 / 24) * DAY_S
    sizes = np.diff(jumps.at(minutes))
    sizes = sizes[sizes != 0]
    assert len(sizes) == pytest.approx(60 * 9, rel=0.15)
    assert sizes.std() == pytest.approx(0.06, rel=0.1)
    assert jumps.at(np.array([float(ANCHOR_S)])).item() == 0.0
