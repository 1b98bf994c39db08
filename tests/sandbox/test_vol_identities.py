"""Identities of volatility, distribution and TRACE, over seeds, symbols and instants."""

from datetime import datetime, timedelta
from math import inf
from typing import Any

import numpy as np
import pytest
import QuantLib as ql
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtr

from bq_mcp.sandbox.answers.density import density_data
from bq_mcp.sandbox.answers.skew import skew_data
from bq_mcp.sandbox.answers.term_structure import term_structure_data
from bq_mcp.sandbox.answers.trace import Projection, TraceQuery, projection, trace_data
from bq_mcp.sandbox.market import SYMBOLS, Snapshot, World
from bq_mcp.sandbox.market.arrays import Floats
from bq_mcp.sandbox.market.price_distribution import cell_edges, distribution
from bq_mcp.sandbox.market.trace_field import Greek
from bq_mcp.sandbox.market.wings import wings
from bq_mcp.sandbox.vocabulary import VENUES
from tests.sandbox.market_worlds import INSTANTS, SEEDS, Case, every_case, world

YEAR = timedelta(days=365)
GREEKS: tuple[Greek, ...] = ("gamma", "charm", "vanna", "delta_change")


def years_left(chain: Snapshot) -> list[float]:
    return [(expiry.settles_at - chain.instant) / YEAR for expiry in chain.expiries]


def forward(chain: Snapshot, place: int) -> float:
    return float(chain.forward[chain.expiry_index == place][0])


def term(case: Case, **query: Any) -> dict[str, Any]:
    defaults: dict[str, Any] = {"venues": None, "dte_max": None, "compare_days": None}
    return term_structure_data(world(case.seed), case.symbol, case.instant, **(defaults | query))


def trace(case: Case, greek: Greek, **changes: Any) -> Projection:
    grid: dict[str, Any] = {
        "expiry": "all",
        "time_steps": 4,
        "price_steps": 5,
        "price_range_pct": 8.0,
        "horizon_hours": 24.0,
        "vol_shift_pct": 0.0,
        "min_oi": 0.0,
    }
    positioning = changes.pop("positioning", "flow")
    return projection(
        world(case.seed),
        case.symbol,
        case.instant,
        greek,
        TraceQuery(**(grid | changes)),
        positioning=positioning,
    )


@every_case
def test_term_structure_is_the_root_of_total_variance_per_year(case):
    chain = case.chain
    expected = 100 * np.sqrt(chain.theta / years_left(chain))
    assert np.abs(np.array(term(case)["atm_iv"]) - expected).max() <= 0.05


@every_case
def test_term_structure_meets_the_chain_at_the_strike_nearest_the_forward(case):
    chain = case.chain
    for place, atm in enumerate(term(case)["atm_iv"]):
        strikes = np.flatnonzero(chain.expiry_index == place)
        k = np.log(chain.strike[strikes] / chain.forward[strikes])
        nearest = int(np.argmin(np.abs(k)))
        theta, tau = chain.theta[place], chain.tau[strikes[0]]
        between = np.linspace(min(k[nearest], 0) - 1e-6, max(k[nearest], 0) + 1e-6, 51)
        smile = np.sqrt(chain.smile.total_variance(between, theta) / tau)
        steepest = np.abs(np.diff(smile) / np.diff(between)).max()
        error = abs(100 * chain.iv[strikes[nearest]] - atm)
        assert error <= 0.05 + 100 * steepest * abs(k[nearest])


def solved_volatility(chain: Snapshot, place: int, *, delta: float, is_call: bool) -> float:
    """Return the smile's volatility in percent where absolute delta is as wanted."""
    theta = float(chain.theta[place])
    side = 1.0 if is_call else -1.0

    def w(k: float) -> float:
        return float(chain.smile.total_variance(np.array(k), np.array(theta)))

    def excess(k: float) -> float:
        root = np.sqrt(w(k))
        return float(ndtr(side * (-k / root + root / 2)) - delta)

    reach = 12 * np.sqrt(theta)
    k = brentq(excess, -reach, reach, xtol=1e-14)
    return 100 * float(np.sqrt(w(k) / years_left(chain)[place]))


@every_case
def test_wings_are_the_smile_solved_at_their_delta(case):
    chain = case.chain
    rows = skew_data(world(case.seed), case.symbol, case.instant)["expiries"]
    for place, row in enumerate(rows):
        for delta, name in ((0.25, "25d"), (0.10, "10d")):
            solved = {
                side: solved_volatility(chain, place, delta=delta, is_call=side == "call")
                for side in ("put", "call")
            }
            for side, volatility in solved.items():
                served = row[f"{side}_{name}_iv"]
                assert served is None or abs(served - volatility) <= 0.5
            skew = row[f"skew_{name}"]
            assert skew is None or abs(skew - (solved["put"] - solved["call"])) <= 0.5


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_on_close_strikes_the_wings_are_the_smile_within_a_twentieth_of_a_point(symbol):
    case = Case(7, symbol, INSTANTS[2])
    dense = on_dense_strikes(case.chain)
    for place, (put, call) in enumerate(wings(dense)):
        for wing, is_call in ((put, False), (call, True)):
            for delta in (0.25, 0.10):
                served = wing.at(delta)
                solved = solved_volatility(dense, place, delta=delta, is_call=is_call)
                assert served is not None
                assert abs(100 * served - solved) <= 0.05


def on_dense_strikes(chain: Snapshot) -> Snapshot:
    """Return the chain with strikes a tenth of a standard deviation apart."""
    k = np.linspace(-6, 6, 121)
    count = len(chain.expiries)
    theta = np.repeat(chain.theta, 2 * len(k))
    moneyness = np.tile(np.repeat(k, 2), count) * np.sqrt(theta)
    index = np.repeat(np.arange(count), 2 * len(k))
    forwards = np.array([forward(chain, place) for place in range(count)])[index]
    tau = np.array(years_left(chain))[index]
    return Snapshot(
        **{
            **vars_of(chain),
            "expiry_index": index,
            "strike": forwards * np.exp(moneyness),
            "is_call": np.tile([True, False], count * len(k)),
            "tau": tau,
            "forward": forwards,
            "iv": np.sqrt(chain.smile.total_variance(moneyness, theta) / tau),
        }
    )


def vars_of(chain: Snapshot) -> dict[str, Any]:
    return {name: getattr(chain, name) for name in Snapshot.__dataclass_fields__}


@every_case
def test_distributions_keep_the_laws_of_probability(case):
    data = density_data(
        world(case.seed),
        case.symbol,
        case.instant,
        expiry=None,
        dte_max=None,
        confidence_band=0.68,
    )
    for found in data["expiries"].values():
        assert sum(found["pdf_normalized"]) == pytest.approx(1, abs=1e-9)
        assert min(found["pdf"]) >= 0
        mass = np.array(found["pdf"]) @ np.diff(cell_edges(np.array(found["strikes"])))
        assert mass <= 1 + 1e-6
        below, above = np.array(found["cdf_below"]), np.array(found["cdf_above"])
        assert np.abs(below + above - 1).max() <= 1e-12
        assert np.diff(below).min() >= 0
        band = found["confidence_band"]
        assert band["available"] == (band["lower"] is not None) == (band["reason"] is None)


@every_case
@pytest.mark.parametrize(("reach", "tolerance"), [(6, 0.003), (8, 0.001)])
def test_the_mean_is_the_forward_where_the_grid_reaches_far(case, reach, tolerance):
    chain = case.chain
    for place, years in enumerate(years_left(chain)):
        if years > 1:
            continue
        wide = reach * np.sqrt(chain.theta[place])
        found = distribution(
            smile=chain.smile,
            theta=float(chain.theta[place]),
            forward=forward(chain, place),
            prices=forward(chain, place) * np.exp(np.linspace(-wide, wide, 2_001)),
        )
        assert found.mean == pytest.approx(forward(chain, place), rel=tolerance)
        assert found.mass.sum() <= 1 + 1e-6


def exposures(case: Case, greek: Greek, chosen: Projection, price: float, years: float) -> Floats:
    """Return quantity times greek of every contract at a cell, by QuantLib's Black calculator."""
    chain, quantity = case.chain, chosen.model.quantity
    parts = []
    for row in np.flatnonzero(chosen.used & (quantity != 0)).tolist():
        side = ql.Option.Call if chain.is_call[row] else ql.Option.Put
        tau = float(chain.tau[row])
        carry = np.log(chain.forward[row] / chain.spot) / tau

        def calculator(price: float, years: float, side=side, tau=tau, carry=carry, row=row):
            left = max(tau - years, 60 / YEAR.total_seconds())
            payoff = ql.PlainVanillaPayoff(side, float(chain.strike[row]))
            growth = np.exp(carry * max(tau - years, 0.0))
            return ql.BlackCalculator(
                payoff, price * growth, float(chain.iv[row] * np.sqrt(left)), 1.0
            )

        cell = calculator(price, years)
        if greek == "gamma":
            parts.append(quantity[row] * cell.gamma(price) * price**2 * 0.01)
        else:
            now = calculator(chain.spot, 0.0)
            parts.append(quantity[row] * (cell.deltaForward() - now.deltaForward()))
    return np.array(parts)


@pytest.mark.parametrize("greek", ["gamma", "delta_change"])
@pytest.mark.parametrize("symbol", SYMBOLS)
def test_trace_cells_agree_with_quantlib_contract_by_contract(symbol, greek):
    case = Case(7, symbol, INSTANTS[2])
    chosen = trace(case, greek, time_steps=3, price_steps=3, horizon_hours=30.0)
    for step in (0, 2):
        for column in (0, 2):
            parts = exposures(
                case, greek, chosen, float(chosen.prices[column]), float(chosen.years_ahead[step])
            )
            assert abs(chosen.field[step, column] - parts.sum()) <= 1e-8 * np.abs(parts).sum()


@every_case
@pytest.mark.parametrize("positioning", ["flow", "std"])
def test_trace_gamma_here_and_now_is_the_net_exposure(case, positioning):
    chosen = trace(case, "gamma", time_steps=2, positioning=positioning)
    parts = case.chain.gamma_dollars * chosen.model.quantity
    assert abs(chosen.at_spot[0] - parts.sum()) <= 1e-9 * np.abs(parts).sum()


@pytest.mark.parametrize("greek", GREEKS)
@pytest.mark.parametrize("symbol", SYMBOLS)
@pytest.mark.parametrize("seed", SEEDS)
def test_trace_slices_by_expiry_add_up_to_all(seed, symbol, greek):
    case = Case(seed, symbol, INSTANTS[-1])
    whole = trace(case, greek)
    parts = np.array([trace(case, greek, expiry=token).field for token in whole.tokens])
    size = np.abs(parts).sum(axis=0)
    assert np.all(np.abs(parts.sum(axis=0) - whole.field) <= 1e-9 * size + 1e-9)


@settings(max_examples=25)
@given(
    seed=st.sampled_from(SEEDS),
    symbol=st.sampled_from(SYMBOLS),
    greek=st.sampled_from(GREEKS),
    seconds=st.integers(0, 200 * 2_880).map(lambda steps: 30 * steps),
    time_steps=st.integers(2, 12),
    price_steps=st.integers(2, 12),
    price_range_pct=st.floats(0.1, 50),
    horizon_hours=st.floats(0.1, 720),
    vol_shift_pct=st.floats(-50, 50),
)
def test_any_trace_is_finite_and_of_the_shape_asked_for(
    seed, symbol, greek, seconds, time_steps, price_steps, **axes
):
    case = Case(seed, symbol, INSTANTS[0] + timedelta(seconds=seconds))
    data = trace_data(trace(case, greek, time_steps=time_steps, price_steps=price_steps, **axes))
    assert np.shape(data["field"]) == (time_steps, price_steps)
    assert np.isfinite(data["field"]).all()
    assert -inf < data["field_min"] <= data["field_max"] <= data["abs_field_max"] < inf


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_all_venues_of_a_coin_blend_to_within_noise_of_the_reference(symbol):
    for seed in SEEDS:
        case = Case(seed, symbol, INSTANTS[-1])
        blend, reference = term(case, venues=VENUES)["atm_iv"], term(case)["atm_iv"]
        assert np.abs(np.array(blend) - np.array(reference)).max() <= 2.0


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_answers_do_not_depend_on_what_was_asked_before(symbol):
    instant: datetime = INSTANTS[-1]
    case = Case(7, symbol, instant)
    warm = term(case, venues=("okx", "derive"), compare_days=30)
    cold = term_structure_data(
        World(seed=7),
        symbol,
        instant,
        venues=("okx", "derive"),
        dte_max=None,
        compare_days=30,
    )
    assert warm == cold
    assert skew_data(world(7), symbol, instant) == skew_data(World(seed=7), symbol, instant)
