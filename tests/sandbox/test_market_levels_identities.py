from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from bq_mcp.sandbox.answers.levels import levels_data
from bq_mcp.sandbox.market import SYMBOLS, VENUES, Snapshot, World, black
from bq_mcp.sandbox.market.arrays import Flags, Floats
from bq_mcp.sandbox.market.exposure import std_quantity, strike_profile
from bq_mcp.sandbox.market.pain_curve import pain_curve
from tests.sandbox.market_worlds import CASES, Case, every_case, world

TAPE_FLOOR = datetime(2026, 5, 17, 8, tzinfo=UTC)
EVERY_SECTION = frozenset({"zones", "max_pain", "expected_move", "ranked"})


def answer(case: Case, positioning: str = "std") -> dict[str, Any]:
    data, _ = levels_data(
        world(case.seed),
        case.symbol,
        case.instant,
        positioning=positioning,
        venues=None,
        include=EVERY_SECTION,
    )
    return data


def exposure_by_strike(chain: Snapshot, positions: Floats, scope: Flags) -> dict[float, float]:
    net: dict[float, float] = {}
    for strike, value, inside in zip(chain.strike, positions, scope, strict=True):
        if inside:
            net[float(strike)] = net.get(float(strike), 0.0) + value
    return dict(sorted(net.items()))


def crossings_by_hand(net: dict[float, float]) -> list[tuple[float, str]]:
    found, running, last_sign = [], 0.0, 0
    for strike, value in net.items():
        running += value
        sign = int(np.sign(running))
        if sign and last_sign and sign != last_sign:
            found.append((strike, "negative_to_positive" if sign > 0 else "positive_to_negative"))
        last_sign = sign or last_sign
    return found


def walls_by_hand(net: dict[float, float], spot: float, above: bool) -> list[float | None]:
    strikes = [
        strike
        for strike, value in net.items()
        if value > 0 and strike != spot and (strike > spot) == above
    ]
    return [*sorted(strikes, key=lambda strike: (-net[strike], abs(strike - spot)))]


def wall_by_hand(net: dict[float, float], spot: float, above: bool) -> float | None:
    return next(iter(walls_by_hand(net, spot, above)), None)


@pytest.mark.parametrize("positioning", ["std", "flow"])
@every_case
def test_levels_are_those_of_the_unfiltered_profile(case, positioning):
    chain, data = case.chain, answer(case, positioning)
    has_tape = case.symbol in ("BTCUSDT", "ETHUSDT") and case.instant >= TAPE_FLOOR
    assert data["positioning"] == (positioning if has_tape else "std")
    w = chain.iv**2 * np.maximum(chain.tau, 60 / 31_536_000)
    gamma = black.gamma(spot=chain.spot, forward=chain.forward, strike=chain.strike, w=w)
    signed = np.where(chain.is_call, 1, -1) * chain.oi
    if data["positioning"] == "flow":
        assert chain.dealer_units is not None
        signed = chain.dealer_units.sum(axis=1) / 1000
    gex = gamma * chain.spot**2 * 0.01 * signed
    for served, scope in (("all_expiry", np.ones(len(gex), bool)), ("odte", chain.zero_dte)):
        net = exposure_by_strike(chain, gex, scope)
        turns = crossings_by_hand(net)
        nearest = min((s for s, _ in turns), key=lambda s: (abs(s - chain.spot), s), default=None)
        assert data[served]["hvl"] == nearest
        assert data[served]["call_resistance"] == wall_by_hand(net, chain.spot, above=True)
        assert data[served]["put_support"] == wall_by_hand(net, chain.spot, above=False)
        if served == "all_expiry":
            for name, above in (("call_wall", True), ("put_wall", False)):
                expected = walls_by_hand(net, chain.spot, above)[1:3] + [None, None]
                second_and_third = [data[served][f"{name}_{place}"] for place in (2, 3)]
                is_std = data["positioning"] == "std"
                assert second_and_third == (expected[:2] if is_std else [None, None])
            zones = [(zone["strike"], zone["direction"]) for zone in data["gamma_flip_zones"]]
            assert zones == turns


@every_case
def test_std_exposure_of_the_parts_adds_to_the_whole(case):
    chain = case.chain
    scope = np.ones(len(chain.strike), bool)
    contracts = chain.gamma_dollars * std_quantity(chain, VENUES)
    total, size = contracts.sum(), np.abs(contracts).sum()
    profile = strike_profile(chain, std_quantity(chain, VENUES), scope)
    calls, puts = contracts[chain.is_call].sum(), contracts[~chain.is_call].sum()
    by_venue = sum(
        strike_profile(chain, std_quantity(chain, (venue,)), scope).net.sum() for venue in VENUES
    )
    by_expiry = sum(
        strike_profile(chain, std_quantity(chain, VENUES), chain.expiry_index == index).net.sum()
        for index in range(len(chain.expiries))
    )
    for parts in (profile.net.sum(), calls + puts, by_venue, by_expiry):
        assert abs(parts - total) <= 1e-9 * size


@every_case
def test_open_interest_of_the_venues_adds_to_the_total_exactly(case):
    chain = case.chain
    assert np.array_equal(chain.oi_units.sum(axis=1) / 1000, chain.oi)


@every_case
def test_max_pain_pays_least_of_all_listed_strikes(case):
    chain = case.chain
    for index in range(len(chain.expiries)):
        scope = chain.expiry_index == index
        curve = pain_curve(chain, scope)
        assert curve is not None
        assert np.array_equal(curve.strikes, np.unique(chain.strike[scope]))
        strike, value = curve.lowest
        assert value == curve.pain.min() >= 0
        assert strike == curve.strikes[curve.pain == value].min()


@every_case
def test_expected_move_is_even_around_spot_and_doubles(case):
    chain, move = case.chain, answer(case)["expected_move"]
    one_up, one_down = move["upper_1sd"] - chain.spot, chain.spot - move["lower_1sd"]
    two_up, two_down = move["upper_2sd"] - chain.spot, chain.spot - move["lower_2sd"]
    assert one_up > 0
    assert one_down == pytest.approx(one_up, abs=1e-9)
    assert two_up == pytest.approx(2 * one_up, abs=1e-9)
    assert two_down == pytest.approx(2 * one_up, abs=1e-9)


@every_case
def test_a_one_day_straddle_costs_four_fifths_of_the_expected_move(case):
    # M. Brenner, M. Subrahmanyam, "A simple formula to compute the implied standard deviation"
    # (1988): an at-the-money-forward straddle is worth sqrt(2/pi) of a deviation.
    chain, move = case.chain, answer(case)["expected_move"]
    deviation = move["upper_1sd"] - chain.spot
    forward = chain.forward[:1]
    w = np.array([(deviation / chain.spot) ** 2])
    both = [np.array([True]), np.array([False])]
    call, put = (black.price(forward=forward, strike=forward, w=w, is_call=side) for side in both)
    expected = np.sqrt(2 / np.pi) * deviation * forward / chain.spot
    assert (call + put).item() == pytest.approx(expected.item(), rel=0.005)


def levels_seen(symbol: str, positioning: str, seeds: int, instant: datetime) -> set[object]:
    """Collect which levels were there and which not, and which way the flips went."""
    seen: set[object] = set()
    for seed in range(seeds):
        data, _ = levels_data(
            World(seed=seed),
            symbol,
            instant,
            positioning=positioning,
            venues=None,
            include=frozenset({"zones"}),
        )
        for scope in ("all_expiry", "odte"):
            seen |= {(scope, name, data[scope][name] is None) for name in data[scope]}
        seen |= {zone["direction"] for zone in data["gamma_flip_zones"]}
        seen.add(("several flips", len(data["gamma_flip_zones"]) > 1))
    return seen


def there_and_not(*levels: tuple[str, str]) -> set[object]:
    return {(scope, name, absent) for scope, name in levels for absent in (True, False)}


EVERY_FLIP = {
    "negative_to_positive",
    "positive_to_negative",
    ("several flips", True),
    ("several flips", False),
}
OFTEN_ABSENT = there_and_not(
    ("all_expiry", "hvl"),
    ("all_expiry", "put_support"),
    ("odte", "hvl"),
    ("odte", "put_support"),
)


@pytest.mark.parametrize(
    ("symbol", "positioning", "seeds"),
    [("SOLUSDT", "std", 60), ("ETHUSDT", "flow", 40)],
    ids=["std", "flow"],
)
def test_flips_and_put_walls_are_there_and_not(symbol, positioning, seeds):
    instant = datetime(2026, 6, 19, 12, tzinfo=UTC)
    assert levels_seen(symbol, positioning, seeds, instant) >= EVERY_FLIP | OFTEN_ABSENT


@pytest.mark.sweep
def test_every_level_is_there_and_not_over_two_hundred_seeds():
    instant = datetime(2026, 7, 19, 12, tzinfo=UTC)
    assert levels_seen("BTCUSDT", "flow", 200, instant) >= EVERY_FLIP | OFTEN_ABSENT | (
        there_and_not(("all_expiry", "call_resistance"), ("odte", "call_resistance"))
    )
    assert levels_seen("SOLUSDT", "std", 200, instant) >= EVERY_FLIP | OFTEN_ABSENT | (
        there_and_not(("all_expiry", "put_wall_2"), ("all_expiry", "put_wall_3"))
    )


def test_sizes_are_of_the_stated_order():
    # (sum of |GEX| in USD m per 1 %, net std in the same, coins open, puts over calls)
    stated = {
        "BTCUSDT": ((450, 600), (45, 155), 480e3, (0.55, 0.75)),
        "ETHUSDT": ((85, 110), (15, 30), 3.4e6, (0.50, 0.75)),
        "SOLUSDT": ((2, 3), (0.2, 0.5), 2.2e6, (0.6, 1.0)),
        "HYPEUSDT": ((0.2, 0.4), (0.05, 0.1), 0.7e6, (0.4, 0.9)),
    }
    for symbol in SYMBOLS:
        rows = []
        for case in CASES:
            if case.symbol == symbol:
                chain = case.chain
                gex = chain.gamma_dollars * std_quantity(chain, VENUES) / 1e6
                puts, calls = chain.oi[~chain.is_call].sum(), chain.oi[chain.is_call].sum()
                rows.append((np.abs(gex).sum(), gex.sum(), puts + calls, puts / calls))
        size, net, coins, ratio = np.median(rows, axis=0)
        sizes, nets, open_coins, ratios = stated[symbol]
        assert 0.5 * sizes[0] < size < 1.7 * sizes[1]
        assert 0 < net < 2 * nets[1]
        assert 0.7 * open_coins < coins < 1.3 * open_coins
        assert ratios[0] < ratio < ratios[1]
