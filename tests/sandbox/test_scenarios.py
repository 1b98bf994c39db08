"""What each scenario shows, and that none reaches back before its start."""

from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pytest

from bq_mcp.sandbox.market import SYMBOLS, VENUES, Snapshot, World
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.exposure import (
    StrikeProfile,
    flow_quantity,
    std_quantity,
    strike_profile,
)
from bq_mcp.sandbox.market.gamma_levels import call_walls, crossings, flip, put_walls
from bq_mcp.sandbox.market.scenario import EPISODE_KINDS, scenario_at, stage_clock, staged
from bq_mcp.sandbox.market.script import Script
from bq_mcp.sandbox.market.sequence import mixed_sequence
from bq_mcp.sandbox.market.term import atm_volatility, constant_maturity, years_left
from bq_mcp.sandbox.market.wings import wings
from tests.sandbox.market_worlds import world

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
SEEDS = (3, 10, 12)
HOUR = timedelta(hours=1)

every_seed = pytest.mark.parametrize("seed", SEEDS)


@cache
def shown(name: str, seed: int) -> World:
    return World(seed=seed, scenario=staged(name, stage_clock(name, NOW)))


def chain(name: str, seed: int, symbol: str = "BTCUSDT") -> Snapshot:
    return shown(name, seed).snapshot(symbol, stage_clock(name, NOW))


def profile(of: Snapshot, *, std: bool = False, zero_dte: bool = False) -> StrikeProfile:
    quantity = std_quantity(of, VENUES) if std else flow_quantity(of, VENUES)
    assert quantity is not None
    scope = of.zero_dte if zero_dte else np.ones_like(of.is_call)
    return strike_profile(of, quantity, scope)


def tenors(of: Snapshot) -> Floats:
    return 100 * constant_maturity(years_left(of), atm_volatility(of), np.array([7, 30, 90]) / 365)


def skew(of: Snapshot, days: float) -> float | None:
    """Return put less call volatility at a delta of 0.25, in points, at the nearest expiry."""
    place = int(np.argmin(np.abs(years_left(of) * 365 - days)))
    put, call = (wing.at(0.25) for wing in wings(of)[place])
    return None if put is None or call is None else 100 * (put - call)


def return_over(name: str, seed: int, symbol: str, since: datetime, until: datetime) -> float:
    told = shown(name, seed)
    return told.spot(symbol, until) / told.spot(symbol, since) - 1


def began(name: str) -> datetime:
    return datetime.fromtimestamp(staged(name, stage_clock(name, NOW)).instant, UTC)


def same(one: Snapshot, other: Snapshot) -> bool:
    if (one.dealer_units is None) != (other.dealer_units is None):
        return False
    arrays = ("theta", "strike", "iv", "forward", "oi_units", "dealer_units")
    pairs = [(getattr(one, name), getattr(other, name)) for name in arrays]
    return one.spot == other.spot and all(
        left is right or np.array_equal(left, right) for left, right in pairs
    )


@pytest.mark.parametrize("name", EPISODE_KINDS)
@pytest.mark.parametrize(
    "start",
    [
        NOW - 40 * HOUR,
        pytest.param(datetime(2026, 5, 28, 19, tzinfo=UTC), marks=pytest.mark.sweep),
    ],
)
def test_before_its_start_a_scenario_is_mixed(name, start):
    scenario = scenario_at(name, start)
    told = World(seed=3, scenario=scenario)
    begins = datetime.fromtimestamp(Script(3, scenario).branches_at, UTC)
    assert begins <= start
    for symbol in SYMBOLS:
        for before in (0.01, 31, 700):
            instant = begins - before * HOUR
            assert same(told.snapshot(symbol, instant), world(3).snapshot(symbol, instant))


@pytest.mark.parametrize("name", EPISODE_KINDS)
def test_the_price_is_continuous_where_a_scenario_branches_off(name):
    told = World(seed=3, scenario=scenario_at(name, NOW))
    begins = datetime.fromtimestamp(Script(3, told.scenario).branches_at, UTC)
    for symbol in SYMBOLS:
        before, after = (told.spot(symbol, begins + k * timedelta(seconds=1)) for k in (-1, 0))
        assert after == pytest.approx(before, rel=1e-3)


def test_a_stretch_of_mixed_lasts_three_to_ten_days_and_every_kind_comes():
    stretches = mixed_sequence(3)[1:-1]
    lengths = {(each.ends - each.starts) / 86_400 for each in stretches}
    assert min(lengths) == 3
    assert max(lengths) == 10
    assert {each.kind for each in stretches} == set(EPISODE_KINDS)
    joined = zip(stretches[:-1], stretches[1:], strict=True)
    assert all(one.ends == other.starts for one, other in joined)
    assert all(each.starts <= each.acts_from < each.acts_until <= each.ends for each in stretches)


@every_seed
def test_calm_is_quiet_with_a_rising_curve_and_a_mild_skew(seed):
    # Nothing is special about thin days for this coin.
    week, month, quarter = tenors(chain("calm", seed)) / tenors(chain("thin", seed))
    assert 0.75 < week < month < quarter < 1
    mild, usual = skew(chain("calm", seed), 7), skew(chain("thin", seed), 7)
    assert mild is not None
    assert usual is not None
    assert 0 < mild < usual
    found = crossings(profile(chain("calm", seed)))
    assert len(found) <= 2


@every_seed
def test_pin_holds_the_price_at_a_strike_with_a_wall(seed):
    of = chain("pin", seed)
    assert of.zero_dte.any()
    net = profile(of)
    strike = net.strikes[np.argmax(net.net)].item()
    assert of.spot == pytest.approx(strike, rel=0.005)
    assert net.net.sum() > 0
    day = [of.instant - k * HOUR for k in range(18)]
    prices = [shown("pin", seed).spot("BTCUSDT", each) for each in day]
    assert max(prices) / min(prices) - 1 < 0.025


@every_seed
def test_a_pin_lets_go_without_a_jump(seed):
    told = shown("pin", seed)
    settles = stage_clock("pin", NOW) + 6 * HOUR
    assert settles.hour == 8
    minutes = [settles + timedelta(minutes=k) for k in range(-30, 30 * 60, 5)]
    prices = np.array([told.spot("BTCUSDT", each) for each in minutes])
    assert np.abs(np.diff(np.log(prices))).max() < 0.01


@every_seed
def test_trend_falls_with_negative_gamma_no_put_wall_and_an_inverted_curve(seed):
    of = chain("trend", seed)
    net = profile(of)
    assert net.net.sum() < 0
    assert put_walls(net, of.spot) == ()
    assert all(wall > of.spot for wall in call_walls(net, of.spot))
    week, month, _ = tenors(of)
    assert week > month
    steep = skew(of, 7)
    assert steep is not None
    assert steep > 8


def test_trend_falls_by_two_deviations_a_week_on_average():
    start = began("trend")
    falls = [return_over("trend", s, "BTCUSDT", start, start + 168 * HOUR) for s in range(30, 46)]
    assert np.mean(falls) == pytest.approx(-2 * 0.40 * np.sqrt(7 / 365), abs=0.06)


@every_seed
def test_event_is_a_hump_that_is_gone_the_day_after(seed):
    told, event = shown("event", seed), NOW + timedelta(days=2)
    before = told.snapshot("BTCUSDT", event - HOUR)
    after = told.snapshot("BTCUSDT", event + 2 * HOUR)
    held = next(k for k, each in enumerate(before.expiries) if each.settles_at > event)
    volatility = atm_volatility(before)
    assert volatility[held] > volatility[held + 1] + 0.01
    if held:
        assert volatility[held] > volatility[held - 1] + 0.05
    assert -14 < tenors(after)[0] - tenors(before)[0] < -5


@every_seed
def test_opex_takes_three_tenths_of_open_interest_away_at_eight(seed):
    told, settles = shown("opex", seed), stage_clock("opex", NOW) + timedelta(minutes=10)
    before = told.snapshot("BTCUSDT", settles - timedelta(seconds=30))
    after = told.snapshot("BTCUSDT", settles)
    assert before.expiries[0].kind == "quarterly"
    assert before.expiries[0].settles_at == settles
    leaving = before.oi[before.expiry_index == 0].sum() / before.oi.sum()
    assert 0.24 < leaving < 0.38
    assert after.oi.sum() == pytest.approx(before.oi.sum() * (1 - leaving), rel=0.01)
    day_before = told.snapshot("BTCUSDT", settles - 24 * HOUR)
    size = day_before.gamma_dollars * day_before.oi
    assert size[day_before.expiry_index == 0].sum() > 0.1 * size.sum()


def test_weekend_sets_the_clock_to_saturday():
    assert stage_clock("weekend", NOW) == datetime(2026, 11, 14, 12, tzinfo=UTC)
    saturday = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert stage_clock("weekend", saturday - HOUR) == datetime(2026, 11, 14, 12, tzinfo=UTC)
    assert stage_clock("weekend", saturday + HOUR) == saturday


@every_seed
def test_weekend_makes_the_front_low(seed):
    friday = shown("weekend", seed).snapshot("BTCUSDT", stage_clock("weekend", NOW))
    assert atm_volatility(friday)[0] < tenors(friday)[0] / 100


@every_seed
def test_squeeze_rises_and_turns_the_skew_to_calls(seed):
    of = chain("squeeze", seed)
    usual = skew(world(seed).snapshot("BTCUSDT", NOW), 7)
    turned = skew(of, 7)
    assert turned is not None
    assert usual is not None
    assert turned < min(usual - 3, 1)
    assert profile(of).net[profile(of).strikes > of.spot].sum() < 0


def test_squeeze_adds_twelve_percent_in_a_day_on_average():
    start = began("squeeze")
    moves = [return_over("squeeze", s, "BTCUSDT", start, start + 24 * HOUR) for s in range(30, 46)]
    assert np.mean(moves) == pytest.approx(0.12, abs=0.025)


@every_seed
def test_cascade_lifts_volatility_by_fifteen_points(seed):
    start = began("cascade")
    told = shown("cascade", seed)
    before = tenors(told.snapshot("BTCUSDT", start))[0]
    after = tenors(told.snapshot("BTCUSDT", start + 2 * HOUR))[0]
    assert after / before == pytest.approx(1 + 15 / 44, abs=0.05)


def test_cascade_takes_nine_percent_in_two_hours_on_average():
    start = began("cascade")
    moves = [return_over("cascade", s, "BTCUSDT", start, start + 2 * HOUR) for s in range(30, 46)]
    assert np.mean(moves) == pytest.approx(-0.09, abs=0.015)


def test_cascade_brings_several_flips():
    several = [len(crossings(profile(chain("cascade", seed)))) > 1 for seed in range(30, 42)]
    assert sum(several) >= 8


@every_seed
def test_split_sets_std_against_flow(seed):
    of = chain("split", seed)
    assert profile(of, std=True).net.sum() > 0 > profile(of).net.sum()


def test_split_puts_spot_between_the_flips_of_the_whole_book_and_of_today():
    between = 0
    for seed in range(30, 42):
        of = chain("split", seed)
        whole, today = (flip(profile(of, zero_dte=scope), of.spot) for scope in (False, True))
        between += whole is not None and today is not None and whole < of.spot < today
    # Spot moves on while positions follow it a session later.
    assert between >= 4


@every_seed
@pytest.mark.parametrize("symbol", ["SOLUSDT", "HYPEUSDT"])
def test_thin_lists_few_strikes_and_leaves_skews_out(seed, symbol):
    of, usual = chain("thin", seed, symbol), world(seed).snapshot(symbol, NOW)
    assert len(of.strike) < 0.75 * len(usual.strike)
    missing = [skew(of, 365 * years) is None for years in years_left(of)]
    assert any(missing) or symbol == "HYPEUSDT"


def test_stuck_stops_the_worker_for_good():
    scenario = scenario_at("stuck", NOW)
    told = World(seed=3, scenario=scenario)
    assert told.worker_instant(NOW - HOUR) == NOW - HOUR
    assert told.worker_instant(NOW + 50 * HOUR) == NOW
    assert told.spot("BTCUSDT", NOW + HOUR) != told.spot("BTCUSDT", NOW)


def test_the_worker_of_mixed_stops_now_and_then_for_forty_minutes():
    stop = next(each for each in mixed_sequence(3) if each.kind == "stuck")
    during = datetime.fromtimestamp(stop.acts_from + 2_000, UTC)
    assert world(3).worker_instant(during) == datetime.fromtimestamp(stop.acts_from, UTC)
    after = datetime.fromtimestamp(stop.acts_from + 2_400, UTC)
    assert world(3).worker_instant(after) == after


def test_a_scenario_answers_the_same_asked_in_another_order():
    instants = [NOW - k * timedelta(hours=13) for k in range(6)]
    one = World(seed=5, scenario=staged("squeeze", NOW))
    other = World(seed=5, scenario=staged("squeeze", NOW))
    forwards = [one.snapshot("ETHUSDT", instant) for instant in instants]
    backwards = [other.snapshot("ETHUSDT", instant) for instant in reversed(instants)]
    assert all(same(*pair) for pair in zip(forwards, reversed(backwards), strict=True))


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="unknown scenario 'moon', choose one of mixed, calm"):
        scenario_at("moon", NOW)
