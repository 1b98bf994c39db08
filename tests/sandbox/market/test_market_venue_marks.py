from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from bq_mcp.sandbox.market import VENUES, World
from bq_mcp.sandbox.market.venue_marks import blended_iv, venue_marks

INSTANT = datetime(2026, 9, 18, 14, 32, 30, tzinfo=UTC)
WORLD = World(seed=7)
CHAIN = WORLD.snapshot("BTCUSDT", INSTANT)


def test_deribit_marks_at_the_reference():
    quoted = CHAIN.oi_units[:, VENUES.index("deribit")] > 0
    deribit = blended_iv(CHAIN, 7, ("deribit",))
    assert np.allclose(deribit[quoted], CHAIN.iv[quoted], rtol=1e-12)
    assert np.isnan(deribit[~quoted]).all()


def test_one_venue_alone_is_its_own_marks():
    okx = venue_marks(CHAIN, 7)[:, VENUES.index("okx")]
    assert np.allclose(blended_iv(CHAIN, 7, ("okx",)), okx, rtol=1e-12, equal_nan=True)


def test_a_blend_is_weighted_by_open_interest():
    row = int(np.argmax(CHAIN.oi_units.min(axis=1)))
    units = CHAIN.oi_units[row]
    marks = venue_marks(CHAIN, 7)[row]
    assert units.all()
    assert np.isclose(blended_iv(CHAIN, 7, VENUES)[row], units @ marks / units.sum(), rtol=1e-12)


def test_errors_of_other_venues_have_the_size_of_vol_points():
    error = 100 * (venue_marks(CHAIN, 7) - CHAIN.iv[:, None])
    spread = dict(zip(VENUES, np.nanstd(error, axis=0), strict=True))
    assert spread.pop("deribit") == 0
    assert all(0.3 <= size <= 1.2 for size in spread.values())


def test_errors_are_larger_in_the_wings():
    error = np.abs(venue_marks(CHAIN, 7) - CHAIN.iv[:, None])[:, VENUES.index("binance")]
    distance = np.abs(np.log(CHAIN.strike / CHAIN.forward)) / (CHAIN.iv * np.sqrt(CHAIN.tau))
    assert np.nanmean(error[distance > 2.5]) > 1.4 * np.nanmean(error[distance < 1])


def test_marks_move_by_little_within_half_a_minute():
    later = WORLD.snapshot("BTCUSDT", INSTANT + timedelta(seconds=30))
    moved = (venue_marks(later, 7) - later.iv[:, None]) - (
        venue_marks(CHAIN, 7) - CHAIN.iv[:, None]
    )
    assert np.nanmax(np.abs(moved)) < 0.001


def test_marks_do_not_jump_at_the_hour():
    before = replace(CHAIN, instant=datetime(2026, 9, 18, 13, 59, 59, 999_000, tzinfo=UTC))
    after = replace(CHAIN, instant=datetime(2026, 9, 18, 14, 0, tzinfo=UTC))
    moved = venue_marks(after, 7) - venue_marks(before, 7)
    assert np.nanmax(np.abs(moved)) < 1e-6


def test_another_seed_has_other_errors():
    assert not np.array_equal(venue_marks(CHAIN, 7), venue_marks(CHAIN, 8), equal_nan=True)


def test_no_venue_means_no_mark():
    sol = WORLD.snapshot("SOLUSDT", INSTANT)
    assert np.isnan(blended_iv(sol, 7, ("okx",))).all()
