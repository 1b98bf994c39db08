from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from bq_mcp.sandbox.market.price_distribution import cell_edges
from tests.sandbox.asking import ask, sandbox

APP = sandbox(plan="enterprise")
PATH = "options/probability/density"


def body(**query: Any) -> dict[str, Any]:
    reply = ask(APP, PATH, **query)
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def one(**query: Any) -> dict[str, Any]:
    (found,) = body(**query)["data"]["expiries"].values()
    payload: dict[str, Any] = found
    return payload


def test_expiries_are_a_map_by_token_nearest_first():
    term = ask(APP, "options/iv/term-structure").json()["data"]
    assert list(body()["data"]["expiries"]) == term["expiries"]


def test_curves_run_along_the_listed_strikes():
    found = one(expiry="25SEP26")
    assert found["strikes"] == sorted(set(found["strikes"]))
    for curve in ("pdf", "pdf_normalized", "cdf_above", "cdf_below"):
        assert len(found[curve]) == len(found["strikes"])


@pytest.mark.parametrize("symbol", ["BTCUSDT", "HYPEUSDT"])
def test_served_curves_keep_the_laws_of_probability(symbol):
    for found in body(symbol=symbol)["data"]["expiries"].values():
        assert sum(found["pdf_normalized"]) == pytest.approx(1, abs=1e-9)
        assert min(found["pdf"]) >= 0
        mass = np.array(found["pdf"]) @ np.diff(cell_edges(np.array(found["strikes"])))
        assert 0.5 < mass <= 1 + 1e-6
        assert all(low <= high for low, high in pairwise(found["cdf_below"]))
        for above, below in zip(found["cdf_above"], found["cdf_below"], strict=True):
            assert above + below == pytest.approx(1, abs=1e-9)


def test_quartiles_are_prices_read_off_the_served_curve():
    found = one(expiry="25SEP26")
    for share in (25, 50, 75):
        expected = np.interp(share / 100, found["cdf_below"], found["strikes"])
        assert found[f"prob_{share}"] == pytest.approx(expected, abs=0.5)


def test_mode_is_the_strike_of_the_highest_density():
    found = one(expiry="25SEP26")
    assert found["mode"] == found["strikes"][int(np.argmax(found["pdf"]))]


def test_moments_are_those_of_the_served_shares():
    found = one(expiry="25SEP26")
    shares, strikes = np.array(found["pdf_normalized"]), np.array(found["strikes"])
    mean = shares @ strikes
    std = np.sqrt(shares @ (strikes - mean) ** 2)
    assert found["mean"] == pytest.approx(mean, abs=0.01)
    assert found["std"] == pytest.approx(std, abs=0.01)
    assert found["skewness"] == pytest.approx(shares @ (strikes - mean) ** 3 / std**3, abs=1e-3)
    assert found["kurtosis"] == pytest.approx(shares @ (strikes - mean) ** 4 / std**4, abs=1e-3)


@pytest.mark.parametrize("token", ["2OCT26", "02oct26", " 02OCT26 "])
def test_a_token_is_taken_in_any_case_and_without_its_zero(token):
    assert list(body(expiry=token)["data"]["expiries"]) == ["02OCT26"]


def test_an_expiry_that_is_not_listed_is_404():
    reply = ask(APP, PATH, expiry="28MAR25")
    assert reply.status_code == 404
    assert reply.json()["error"]["code"] == "NOT_FOUND"


def test_dte_max_keeps_the_near_ones_and_is_echoed():
    data = body(dte_max=3)["data"]
    assert list(data["expiries"]) == ["11SEP26", "12SEP26", "13SEP26", "14SEP26"]
    assert data["filtered_dte_max"] == 3


def test_dte_max_below_a_named_expiry_leaves_an_empty_map():
    assert body(expiry="25SEP26", dte_max=3)["data"]["expiries"] == {}


def test_no_band_unless_asked_for():
    assert "confidence_band" not in one(expiry="25SEP26")
    assert body()["data"]["confidence_band_requested"] is None


def test_band_leaves_equal_mass_either_side():
    found = one(expiry="11SEP26", confidence_band=0.68)
    band = found["confidence_band"]
    assert (band["confidence"], band["available"], band["reason"]) == (0.68, True, None)
    assert (band["lower_percentile"], band["upper_percentile"]) == (0.16, 0.84)
    assert band["lower"] < found["prob_25"] < found["prob_75"] < band["upper"]
    for edge, share in ((band["lower"], 0.16), (band["upper"], 0.84)):
        assert np.interp(edge, found["strikes"], found["cdf_below"]) == pytest.approx(
            share, abs=1e-4
        )


def test_band_beyond_the_listed_strikes_is_unavailable_with_a_reason():
    bands = [
        found["confidence_band"]
        for found in body(confidence_band=0.999)["data"]["expiries"].values()
    ]
    missing = [band for band in bands if not band["available"]]
    assert missing
    assert all(band["lower"] is band["upper"] is None and band["reason"] for band in missing)


@pytest.mark.parametrize("band", [0.49, 1.0, "wide"])
def test_a_band_outside_its_bounds_is_422(band):
    assert ask(APP, PATH, confidence_band=band).status_code == 422


def test_spot_is_that_of_meta():
    reply = body(symbol="ETHUSDT")
    assert reply["data"]["spot_price"] == reply["meta"]["spot_price"]
    assert reply["meta"]["computed_at"] == "2026-09-10T12:00:00Z"
