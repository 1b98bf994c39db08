from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.sandbox.asking import ask, sandbox

APP = sandbox(plan="enterprise")
GREEKS = {
    "gamma": "dealer_gamma_dollars_per_pct_spot",
    "charm": "dealer_charm_per_year",
    "vanna": "dealer_vanna_per_iv_unit",
    "delta_change": "dealer_delta_change_from_spot_now",
}


def reply(greek: str = "gamma", *, summary: bool = False, **query: Any) -> dict[str, Any]:
    path = f"options/greeks/trace/{greek}" + ("/summary" if summary else "")
    found = ask(APP, path, **query)
    assert found.status_code == 200, found.text
    body: dict[str, Any] = found.json()
    return body


def data(greek: str = "gamma", **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = reply(greek, **query)["data"]
    return found


def summary(greek: str = "gamma", **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = reply(greek, summary=True, **query)["data"]
    return found


@pytest.mark.parametrize(("greek", "units"), GREEKS.items())
def test_every_greek_has_its_unit_and_a_full_grid(greek, units):
    found = data(greek)
    assert (found["greek"], found["field_units"]) == (greek, units)
    assert np.shape(found["field"]) == (60, 80)
    assert len(found["time_axis_ms"]) == 60
    assert len(found["price_axis"]) == 80
    assert found["field_min"] == np.min(found["field"])
    assert found["field_max"] == np.max(found["field"])
    assert found["abs_field_max"] == np.abs(found["field"]).max() > 0
    assert found["tau_floor_seconds"] == 60


def test_time_axis_runs_evenly_from_the_snapshot_to_the_horizon():
    found = data(horizon_hours=6, time_steps=7)
    assert found["time_axis_ms"][0] == 1_789_041_600_000
    assert {b - a for a, b in pairwise(found["time_axis_ms"])} == {3_600_000}


def test_price_axis_runs_evenly_either_side_of_spot():
    found = data(price_range_pct=5, price_steps=11)
    axis, spot = found["price_axis"], found["spot_price"]
    assert axis[0] == pytest.approx(0.95 * spot, rel=1e-7)
    assert axis[5] == pytest.approx(spot, rel=1e-7)
    assert axis[-1] == pytest.approx(1.05 * spot, rel=1e-7)
    assert np.ptp(np.diff(axis)) < 1e-3


def test_gamma_at_spot_now_is_the_net_of_the_gex_profile():
    for positioning in ("flow", "std"):
        found = data(expiry="all", price_steps=3, time_steps=2, positioning=positioning)
        profile = ask(APP, "gex/strike-profile", positioning=positioning).json()["data"]
        net = sum(profile["net_gex"])
        size = sum(abs(value) for value in profile["net_gex"])
        assert found["field"][0][1] == pytest.approx(net, abs=1e-6 * size)


def test_zero_dte_is_the_present_session():
    found = data()
    assert found["expiry"] == "0dte"
    assert found["expiries_in_window"] == ["11SEP26"]


def test_all_takes_every_expiry_and_a_token_takes_one():
    term = ask(APP, "options/iv/term-structure").json()["data"]
    everything = data(expiry="all")
    assert everything["expiries_in_window"] == term["expiries"]
    assert everything["contracts_used"] > data(expiry="25SEP26")["contracts_used"] > 0
    assert data(expiry="25sep26")["expiry"] == "25SEP26"


def test_slices_add_up_to_all():
    term = ask(APP, "options/iv/term-structure").json()["data"]
    grid: dict[str, Any] = {"time_steps": 2, "price_steps": 5}
    parts = np.array([data(expiry=token, **grid)["field"] for token in term["expiries"]])
    assert np.allclose(parts.sum(axis=0), data(expiry="all", **grid)["field"], atol=0.1)


def test_min_oi_leaves_out_small_contracts():
    whole, large = data(expiry="all"), data(expiry="all", min_oi=100)
    assert 0 < large["contracts_used"] < whole["contracts_used"]


def test_vol_shift_is_echoed_and_changes_the_field():
    bumped = data(vol_shift_pct=20)
    assert bumped["vol_shift_pct"] == 20
    assert bumped["field"] != data()["field"]


def test_a_shift_of_volatility_keeps_delta_change_at_zero_here_and_now():
    found = data("delta_change", vol_shift_pct=-30, price_steps=3, expiry="all")
    assert found["field"][0][1] == pytest.approx(0, abs=1e-3)


def test_flow_and_std_sign_the_book_differently():
    flow, std = reply(), reply(positioning="std")
    assert flow["data"]["positioning"] == flow["meta"]["extra"]["positioning"] == "flow"
    assert std["data"]["positioning"] == std["meta"]["extra"]["positioning"] == "std"
    assert flow["data"]["field"] != std["data"]["field"]
    assert "positioning_fallback_reason" not in flow["meta"]["extra"]


def test_sol_falls_back_to_std_and_says_why():
    found = reply(symbol="SOLUSDT", expiry="all")
    extra = found["meta"]["extra"]
    assert found["data"]["positioning"] == "std"
    assert extra["positioning_requested"] == "flow"
    assert extra["positioning_fallback_reason"] == "no_aggressor_tape_for_symbol"
    assert extra["aggregation"]["chain_venues"] == ["deribit", "derive"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"expiry": "28MAR25"}, 404),
        ({"min_oi": 1e9}, 404),
        ({"time_steps": 201}, 422),
        ({"price_range_pct": 0}, 422),
        ({"horizon_hours": 721}, 422),
        ({"vol_shift_pct": 51}, 422),
        ({"positioning": "naive"}, 422),
    ],
)
@pytest.mark.parametrize("ending", ["", "/summary"])
def test_what_cannot_be_projected_is_refused(query, status, ending):
    assert ask(APP, f"options/greeks/trace/gamma{ending}", **query).status_code == status


def test_an_unknown_greek_is_422():
    assert ask(APP, "options/greeks/trace/theta").status_code == 422


def test_fields_hold_no_negative_zero():
    assert "-0.0," not in ask(APP, "options/greeks/trace/vanna").text


@pytest.mark.parametrize("greek", GREEKS)
def test_summary_agrees_with_the_grid_it_was_made_from(greek):
    grid = data(greek, time_steps=40, price_steps=60)
    found = summary(greek)
    shared = ("greek", "expiry", "spot_price", "field_units", "positioning", "field_min")
    for name in (*shared, "field_max", "contracts_used", "expiries_in_window"):
        assert found[name] == grid[name]


def test_summary_values_at_spot_are_those_of_a_grid_that_holds_spot():
    grid = data(price_steps=3, time_steps=40)
    lean = summary()["spot_lean"]
    assert lean["now"] == pytest.approx(grid["field"][0][1], rel=1e-4)
    assert lean["at_horizon"] == pytest.approx(grid["field"][-1][1], rel=1e-3)


def test_summary_zeros_lie_where_the_grid_changes_sign():
    grid = data(expiry="all", time_steps=40, price_steps=60)
    contour = summary(expiry="all")["zero_contour"]
    for name, step in (("now", 0), ("at_horizon", -1)):
        signs = np.sign(grid["field"][step])
        assert len(contour[name]) == np.count_nonzero(np.diff(signs))
        for price in contour[name]:
            right = int(np.searchsorted(grid["price_axis"], price))
            assert signs[right - 1] == -signs[right]


def test_summary_pins_and_pockets_are_on_the_grid():
    found = summary()
    assert 0 < len(found["pin_zones"]) <= 3
    for zone in found["pin_zones"]:
        assert zone["price_low"] <= zone["peak_price"] <= zone["price_high"]
        assert abs(zone["mean"]) <= zone["mean_abs"]
    for pocket in found["acceleration_pockets"]:
        assert abs(pocket["price"] / found["spot_price"] - 1) <= 0.02
        assert found["field_min"] <= pocket["value"] <= found["field_max"]
