"""The view of the TRACE grid."""

from datetime import UTC, datetime
from typing import Any

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer, Detail
from bq_mcp.views.answer import render
from bq_mcp.views.words.environment import build

from .asking import NOW, ask, envelope, question

PATH = "/options/greeks/trace/{greek}"
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")
START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC).timestamp()
TIMES = [int((START + 6 * 3600 * step) * 1000) for step in range(5)]
PRICES = [61_000.0, 65_000.0, 67_000.0, 69_000.0]
FIELD = [
    [-4e6, -2e6, 1e6, 3e6],
    [-5e6, -3e6, 1e6, 4e6],
    [-6e6, -4e6, -1e6, 5e6],
    [-1e6, 0.0, 0.0, 2e6],
    [-9e7, 0.0, 0.0, 8e7],
]
GAMMA: dict[str, Any] = {
    "greek": "gamma",
    "expiry": "0dte",
    "spot_price": 67_214.0,
    "vol_shift_pct": 0.0,
    "field_units": "dealer_gamma_dollars_per_pct_spot",
    "positioning": "flow",
    "time_axis_ms": TIMES,
    "price_axis": PRICES,
    "field": FIELD,
    "field_min": -9e7,
    "field_max": 8e7,
    "abs_field_max": 9e7,
    "contracts_used": 132,
    "expiries_in_window": ["21NOV26"],
    "tau_floor_seconds": 60,
}


def told(data: object, detail: Detail = "standard", **given: Any) -> Answer:
    answer = ask(data, PATH, detail, params=("positioning", "expiry"), **given)
    assert answer.meta["view"] == "options/greeks/trace"
    return answer


def test_spot_column_zeros_and_extremes_are_told_with_their_places() -> None:
    assert told(GAMMA).text.split("\n")[1:8] == [
        "Black-Scholes what-if, no price path: contracts and IV held; slice 0dte, "
        "132 contracts, expiries 21NOV26 · from 14:00Z, prices 61,000 to 69,000",
        "gamma (USD per 1% move) at spot (grid 67,000, -0.3%): now +$1m · in 6h +$1m · "
        "in 12h -$1m · in 24h $0 (settled) · + damping, - amplifying side in the usual reading",
        "highest +$5m at 69,000 (+2.7%), in 12h · lowest -$6m at 61,000 (-9.2%), in 12h; "
        "settled left out",
        "zero nearest spot: now 66,333 (-1.3%) · in 12h 67,333 (+0.2%)",
        "largest pocket -$6m at 61,000 (-9.2%), in 12h",
        "from 2026-11-21 08:00Z on cells still count settled contracts: left out of the extremes",
        "time to expiry is never below tau_floor 60s",
    ]


def test_brief_keeps_the_model_now_the_horizon_the_extreme_and_the_zeros() -> None:
    assert told(GAMMA, "brief").text.split("\n")[1:5] == [
        "what-if: contracts and IV held; slice 0dte",
        "at spot (grid 67,000), gamma USD per 1% move: now +$1m · in 24h $0 (settled)",
        "largest -$6m at 61,000, in 12h; settled left out",
        "zero nearest spot: now 66,333 · in 12h 67,333",
    ]


def test_a_slice_of_several_expiries_has_no_extreme_from_its_first_settlement_on() -> None:
    later = GAMMA | {"expiry": "all", "expiries_in_window": ["27NOV26", "21NOV26"]}
    for detail in DETAILS:
        text = told(later, detail).text
        assert "in 24h $0 (part settled)" in text
        assert "+$80m" not in text and "-$90m" not in text
    assert "highest +$5m" in told(later).text


def test_a_grid_of_settled_contracts_alone_has_no_extremes() -> None:
    gone = GAMMA | {"expiries_in_window": ["20NOV26"]}
    for detail in DETAILS:
        text = told(gone, detail).text
        assert "no extremes: every cell counts settled contracts" in text
        assert "highest" not in text and "largest" not in text and "zero nearest" not in text


def test_without_a_settlement_in_sight_every_cell_counts() -> None:
    text = told(GAMMA | {"expiries_in_window": ["27NOV26"]}).text
    assert "highest +$80m at 69,000 (+2.7%), in 24h" in text
    assert "settled" not in text


def test_the_change_of_delta_is_zero_at_spot_whatever_the_grid_says() -> None:
    change = GAMMA | {"greek": "delta_change", "field_units": "dealer_delta_change_from_spot_now"}
    change["field"] = [[55.1018, 40.0, 55.1018, 60.0], *FIELD[1:]]
    for detail in DETAILS:
        line = next(line for line in told(change, detail).text.split("\n") if "at spot" in line)
        assert "67,000" in line and "0 at spot itself" in line and "now 55.102" in line


def test_axes_in_another_order_give_the_same_answer() -> None:
    shuffled = GAMMA | {
        "time_axis_ms": TIMES[::-1],
        "price_axis": PRICES[::-1],
        "field": [row[::-1] for row in FIELD[::-1]],
    }
    assert told(shuffled).text == told(GAMMA).text


def test_a_shift_of_volatility_is_told_at_every_size() -> None:
    for detail in DETAILS:
        text = told(GAMMA | {"vol_shift_pct": -20}, detail).text
        assert "IV held" not in text
        assert "every IV scaled by -20.0%" in text
        assert "scaled" not in told(GAMMA, detail).text


def test_a_floor_on_open_interest_is_echoed() -> None:
    assert "min_oi 50" in told(GAMMA, query={"greek": "gamma", "min_oi": 50}).text


def test_charm_is_told_with_its_sign_at_every_size() -> None:
    charm = GAMMA | {"greek": "charm", "field_units": "dealer_charm_per_year"}
    for detail in DETAILS:
        text = told(charm, detail).text
        assert "passing time has the opposite sign" in text
        assert "dealer charm per year" in text
        assert "damping" not in text and "$" not in text


def test_a_unit_that_is_not_stated_is_not_guessed() -> None:
    text = told(GAMMA | {"field_units": None}).text
    assert "gamma (unit not stated)" in text
    assert "$" not in text


def test_a_square_grid_reads_time_first() -> None:
    square = GAMMA | {"time_axis_ms": TIMES[:4], "field": FIELD[:4]}
    assert "now +$1m · in 6h +$1m" in told(square).text


def test_a_grid_without_fitting_axes_has_no_places() -> None:
    text = told(GAMMA | {"price_axis": PRICES[:3]}).text
    assert "lowest -$90m · highest +$80m · cells and axes do not fit together" in text
    assert "zero nearest" not in text


def test_a_cell_without_a_figure_breaks_the_zero_line() -> None:
    holed = [[-4e6, None, 1e6, 3e6], *FIELD[1:]]
    assert (
        "zero nearest spot: now no sign change on the grid" in told(GAMMA | {"field": holed}).text
    )


def test_unknown_expiries_claim_no_settlement() -> None:
    text = told(GAMMA | {"expiries_in_window": None}).text
    assert "expiries n/a" in text
    assert "settled)" not in text


def test_template_knows_every_name_it_uses() -> None:
    reply = Reply(envelope(GAMMA), NOW, received=0.0)
    asked = question(PATH, "full", query={"min_oi": 5})
    assert render(asked, reply, NOW, build(strict=True)).meta["view"] == "options/greeks/trace"
