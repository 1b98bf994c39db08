import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtri

from bq_mcp.sandbox.answers.chain import chain_data
from bq_mcp.sandbox.answers.chain_query import ChainQuery
from bq_mcp.sandbox.answers.expiry_summary import expiry_summary_data
from bq_mcp.sandbox.answers.levels import levels_data
from bq_mcp.sandbox.answers.max_pain import max_pain_data
from bq_mcp.sandbox.answers.opex import opex_data
from bq_mcp.sandbox.answers.profile import profile_data
from bq_mcp.sandbox.answers.windows import StrikeFilter
from bq_mcp.sandbox.market import SYMBOLS, VENUES, Snapshot, World
from tests.sandbox.asking import HandClock, ask, sandbox
from tests.sandbox.market_worlds import CASES, Case, every_case, world

CENT = 0.01
# Rounding errors of up to half a cent have a deviation of 0.29 cents: this is five of them.
CHANCE = 1.45
TICK = 0.0001
BASIS_COINS = ("BTCUSDT", "ETHUSDT")


def profile(
    case: Case, expiry: str = "all", positioning: str = "std", venue: str | None = None
) -> dict[str, Any]:
    data, _ = profile_data(
        world(case.seed),
        case.symbol,
        case.instant,
        expiry=expiry,
        strikes=StrikeFilter(),
        positioning=positioning,
        venues=None if venue is None else (venue,),
    )
    return data


@cache
def summary(case: Case) -> list[dict[str, Any]]:
    data, _ = expiry_summary_data(world(case.seed), case.symbol, case.instant)
    rows: list[dict[str, Any]] = data["expiries"]
    return rows


@cache
def opex(case: Case) -> dict[str, Any]:
    data, _ = opex_data(world(case.seed), case.symbol, case.instant, horizon=720, kinds=None)
    return data


@cache
def chain(case: Case) -> dict[str, Any]:
    query = ChainQuery(max_contracts=5000)
    data, _ = chain_data(world(case.seed), case.symbol, case.instant, query)
    return data


def units(coins: float) -> int:
    """Return thousandths of a coin, in which every lot is whole."""
    assert round(coins, 3) == coins
    return round(1000 * coins)


def same_total(left: list[float], right: list[float]) -> bool:
    """Say whether two roundings to cents of one sum agree, but for one chance in millions."""
    parts = len(left) + len(right)
    return abs(sum(left) - sum(right)) <= CENT * CHANCE * sqrt(parts)


@every_case
def test_std_exposure_adds_up_over_strikes_expiries_sides_and_rows(case):
    book, rows = profile(case), chain(case)["contracts"]
    totals = chain(case)["aggregates"]
    by_expiry = [row["net_gex"] for row in summary(case)]
    assert same_total(book["net_gex"], by_expiry)
    assert same_total(book["net_gex"], [totals["net_gex"]])
    assert same_total(book["net_gex"], [row["gex"] for row in rows])
    assert same_total(book["net_gex"], [*book["call_gex"], *book["put_gex"]])
    assert same_total(book["call_gex"], [totals["call_gex"]])
    assert same_total(book["put_gex"], [totals["put_gex"]])
    assert by_expiry == [row["gamma"]["net_gex"] for row in opex(case)["expirations"]]
    for row in summary(case):
        parts = profile(case, row["expiry"])["net_gex"]
        assert abs(sum(parts) - row["net_gex"]) < CENT / 2 * (len(parts) + 1.01)


@every_case
def test_venues_asked_one_by_one_add_up_to_the_std_profile(case):
    book = profile(case)
    parts = [profile(case, venue=venue) for venue in VENUES]
    for name in ("net_gex", "call_gex", "put_gex"):
        summed = np.sum([part[name] for part in parts], axis=0)
        assert np.max(np.abs(summed - book[name])) < CENT / 2 * (len(VENUES) + 1.01)
    for name in ("call_oi", "put_oi", "total_oi"):
        for place, total in enumerate(book[name]):
            assert sum(units(part[name][place]) for part in parts) == units(total)
    for venue, part in zip(VENUES, parts, strict=True):
        assert part["by_venue"][venue] == book["by_venue"][venue]


@every_case
def test_open_interest_is_one_sum_everywhere(case):
    book, rows, totals = profile(case), chain(case)["contracts"], chain(case)["aggregates"]
    for side in ("call", "put"):
        served = units(totals[f"{side}_oi"])
        name = f"{side}_oi"
        assert served == sum(units(value) for value in book[name])
        assert served == sum(units(block[name]) for block in book["by_venue"].values())
        assert served == sum(units(row["oi"]) for row in rows if row["type"] == side)
        assert served == sum(units(row[name]) for row in summary(case))
        assert served == sum(units(row["oi"][name]) for row in opex(case)["expirations"])
    for row in summary(case):
        for name in ("call_oi", "put_oi", "total_oi"):
            parts = sum(units(block[name]) for block in row["by_venue"].values())
            assert parts == units(row[name])
        assert row["notional_oi_usd"] == round(row["total_oi"] * case.chain.spot, 2)


@pytest.mark.parametrize("positioning", ["std", "flow"])
@every_case
def test_levels_are_read_off_the_served_profile(case, positioning):
    levels, _ = levels_data(
        world(case.seed),
        case.symbol,
        case.instant,
        positioning=positioning,
        venues=None,
        include=frozenset({"ranked"}),
    )
    book = profile(case, positioning=positioning)
    assert book["positioning"] == levels["positioning"]
    assert book["ranked_top_10"] == levels["ranked"]["all_expiry_top_10"]
    scopes = {"all_expiry": "all", "odte": "0dte"}
    if not case.chain.zero_dte.any():
        assert set(levels["odte"].values()) == {None}
        del scopes["odte"]
    for name, expiry in scopes.items():
        net = profile(case, expiry, positioning)
        pairs = list(zip(net["strikes"], net["net_gex"], strict=True))
        spot = case.chain.spot
        above = [(gex, -strike) for strike, gex in pairs if gex > 0 and strike > spot]
        below = [(gex, strike) for strike, gex in pairs if gex > 0 and strike < spot]
        # A wall worth less than a cent is one all the same, but shows as 0 here.
        if above:
            assert levels[name]["call_resistance"] == -max(above)[1]
        if below:
            assert levels[name]["put_support"] == max(below)[1]


@every_case
def test_max_pain_is_the_lowest_point_of_the_served_curve(case):
    table = max_pain_data(world(case.seed), case.symbol, case.instant, expiry="all")
    for row, figures in zip(table["per_expiry"], summary(case), strict=True):
        one = max_pain_data(
            world(case.seed), case.symbol, case.instant, expiry=figures["expiry_date"]
        )
        assert one["max_pain"] == row["max_pain"] == figures["max_pain"]
        strikes = profile(case, row["expiry"])["strikes"]
        assert [point["strike"] for point in one["pain_curve"]] == strikes
        lowest = min((point["pain"], point["strike"]) for point in one["pain_curve"])
        expected = {"strike": lowest[1], "value": lowest[0]}
        if not figures["total_oi"]:
            expected = {"strike": None, "value": None}
        assert row["max_pain"] == expected


def volatility_at(snapshot: Snapshot, place: int, k: float) -> float:
    theta = snapshot.theta[place : place + 1]
    t = (snapshot.expiries[place].settles_at - snapshot.instant).total_seconds() / 31_536_000
    return float(np.sqrt(snapshot.smile.total_variance(np.array([k]), theta)[0] / t))


def wing_by_root(snapshot: Snapshot, place: int, is_call: bool) -> float:
    """Solve the smile for the strike whose delta is a quarter, in percent."""
    theta = snapshot.theta[place : place + 1]
    wanted = ndtri(0.25) if is_call else ndtri(0.75)

    def excess(k: float) -> float:
        root = np.sqrt(snapshot.smile.total_variance(np.array([k]), theta)[0])
        return float(-k / root + root / 2 - wanted)

    reach = 4 * float(np.sqrt(theta[0]))
    return 100 * volatility_at(snapshot, place, brentq(excess, -reach, reach))


@every_case
def test_wings_of_the_summary_lie_on_the_smile(case):
    snapshot = case.chain
    for place, row in enumerate(summary(case)):
        put, call = (wing_by_root(snapshot, place, is_call) for is_call in (False, True))
        if row["put_25d_iv"] is not None:
            assert row["put_25d_iv"] == pytest.approx(put, abs=0.5)
        if row["call_25d_iv"] is not None:
            assert row["call_25d_iv"] == pytest.approx(call, abs=0.5)
        if row["skew_25d"] is not None:
            assert row["skew_25d"] == pytest.approx(put - call, abs=0.5)


@every_case
def test_chain_meets_the_term_structure_at_the_money(case):
    snapshot, rows = case.chain, chain(case)["contracts"]
    for place, figures in enumerate(summary(case)):
        assert figures["atm_iv"] == pytest.approx(100 * volatility_at(snapshot, place, 0), abs=0.05)
        forward = snapshot.forward[snapshot.expiry_index == place][0]
        of_expiry = [row for row in rows if row["expiry"] == figures["expiry"]]
        nearest = min(of_expiry, key=lambda row: abs(row["strike"] - forward))
        k = float(np.log(nearest["strike"] / forward))
        between = np.linspace(min(k, 0.0) - 1e-6, max(k, 0.0) + 1e-6, 51)
        smile = np.array([volatility_at(snapshot, place, each) for each in between])
        steepest = np.abs(np.diff(smile) / np.diff(between)).max()
        allowed = 0.05 + 100 * steepest * abs(k)
        assert nearest["iv"] == pytest.approx(figures["atm_iv"], abs=allowed)


@every_case
def test_served_coin_marks_keep_put_call_parity_within_a_tick(case):
    if case.symbol not in BASIS_COINS:
        return
    rows, forwards = chain(case)["contracts"], case.chain.forward[::2]
    for call, put, forward in zip(rows[::2], rows[1::2], forwards, strict=True):
        assert call["strike"] == put["strike"]
        parity = 1 - call["strike"] / forward
        assert call["mark"] - put["mark"] == pytest.approx(parity, abs=TICK)


@every_case
def test_quotes_never_cross(case):
    for row in chain(case)["contracts"]:
        if row["bid"]:
            assert row["bid"] < row["ask"]
            assert row["bid"] <= row["mark"] + 1e-6
        if row["ask"]:
            assert row["mark"] <= row["ask"] + 1e-6


def every_answer(seed_world: World, case: Case) -> list[str]:
    place = (seed_world, case.symbol, case.instant)
    asked: list[Callable[[], object]] = [
        lambda: profile_data(
            *place, expiry="all", strikes=StrikeFilter(), positioning="flow", venues=None
        ),
        lambda: max_pain_data(*place, expiry="all"),
        lambda: expiry_summary_data(*place),
        lambda: opex_data(*place, horizon=90, kinds=None),
        lambda: chain_data(*place, ChainQuery(dte_max=30)),
    ]
    return [json.dumps(ask_one(), allow_nan=False) for ask_one in asked]


def test_answers_do_not_depend_on_what_was_asked_before():
    case, other = CASES[0], CASES[-1]
    fresh = every_answer(World(seed=case.seed), case)
    used = World(seed=case.seed)
    every_answer(used, other)
    every_answer(used, Case(case.seed, case.symbol, case.instant + timedelta(hours=30)))
    assert every_answer(used, case) == fresh


@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 6, 26, 8, 2, 41, tzinfo=UTC),
        datetime(2026, 10, 14, 19, 58, 7, tzinfo=UTC),
    ],
    ids=["just settled", "evening"],
)
@pytest.mark.parametrize("seed", [7, 20])
def test_stored_answer_equals_the_live_one_of_its_instant(symbol, instant, seed):
    stored_at = instant.replace(minute=instant.minute - instant.minute % 5, second=0)
    then = sandbox(HandClock(stored_at), seed=seed)
    later = sandbox(HandClock(instant + timedelta(days=2)), seed=seed)
    when = instant.isoformat()
    for route, query in (
        ("gex/strike-profile", {"moneyness_min": 0.8}),
        ("gex/strike-profile", {"positioning": "std", "exchanges": "deribit,derive"}),
        ("options/chain", {"delta_min": 0.1, "include": "oi,iv,volume,greeks,gex"}),
        ("gex/levels", {"include": "ranked,zones,max_pain,expected_move"}),
        ("gex/levels", {"include": "expected_move", "exchanges": "okx,derive"}),
        ("options/iv/skew", {}),
        ("options/iv/term-structure", {"historical_compare_days": 7, "exchanges": "okx,bybit"}),
    ):
        live = ask(then, route, symbol=symbol, **query).json()["data"]
        stored = ask(later, route, symbol=symbol, as_of=when, **query).json()["data"]
        assert stored == live


@pytest.mark.parametrize("route", ["gex/strike-profile", "gex/levels"])
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_stored_answer_before_the_tape_equals_std(symbol, route):
    app = sandbox()
    query = {"symbol": symbol, "as_of": "2026-05-02T10:00:00Z"}
    flow = ask(app, route, **query).json()
    std = ask(app, route, positioning="std", **query).json()
    assert flow["data"] == std["data"]
    reason = flow["meta"]["extra"]["positioning_fallback_reason"]
    assert reason == (
        "flow_tape_empty" if symbol in BASIS_COINS else "no_aggressor_tape_for_symbol"
    )
