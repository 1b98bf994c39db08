from datetime import UTC, datetime
from typing import Any

import pytest

from tests.sandbox.asking import HandClock, ask, sandbox

APP = sandbox(plan="enterprise")
PATH = "options/iv/skew"


def body(app=APP, **query: Any) -> dict[str, Any]:
    reply = ask(app, PATH, **query)
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def rows(**query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body(**query)["data"]["expiries"]
    return found


def test_one_row_for_each_expiry_of_the_term_structure():
    term = ask(APP, "options/iv/term-structure").json()["data"]
    found = rows()
    assert [row["expiry"] for row in found] == term["expiries"]
    assert [row["dte"] for row in found] == term["dtes"]
    assert [row["atm_iv"] for row in found] == term["atm_iv"]


def test_stamp_and_spot_are_those_of_meta():
    reply = body(as_of="2026-08-20T14:33:10Z")
    assert reply["data"]["ts"] == reply["meta"]["computed_at"] == "2026-08-20T14:30:00Z"
    assert reply["data"]["spot_price"] == reply["meta"]["spot_price"]


def test_a_row_names_its_expiry_for_display():
    assert rows()[0]["expiry"] == "11SEP26"
    assert rows()[0]["expiry_label"] == "11 Sep 2026"


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT"])
def test_skew_is_put_less_call_of_the_figures_served(symbol):
    for row in rows(symbol=symbol):
        for wing in ("25", "10"):
            put, call = row[f"put_{wing}d_iv"], row[f"call_{wing}d_iv"]
            expected = None if None in (put, call) else pytest.approx(put - call, abs=1e-9)
            assert row[f"skew_{wing}d"] == expected


def test_butterfly_is_the_mean_wing_less_the_middle():
    for row in rows():
        if row["butterfly_25d"] is not None:
            mean = (row["put_25d_iv"] + row["call_25d_iv"]) / 2
            assert row["butterfly_25d"] == pytest.approx(mean - row["atm_iv"], abs=0.0051)


def test_bitcoin_puts_are_dearer_by_points_not_by_decimals():
    month = next(row for row in rows() if row["dte"] >= 14)
    assert 1 < month["skew_25d"] < 12
    assert month["skew_10d"] > month["skew_25d"]
    assert 0 < month["butterfly_25d"] < 3


def test_minutes_before_settlement_wings_without_near_strikes_are_null():
    late = sandbox(HandClock(datetime(2026, 9, 11, 7, 57, tzinfo=UTC)))
    front = body(late, symbol="ETHUSDT")["data"]["expiries"][0]
    assert front["dte"] == 0
    assert front["atm_iv"] is not None
    assert front["put_25d_iv"] is front["call_25d_iv"] is front["skew_25d"] is None
    assert front["butterfly_25d"] is None


def test_as_of_equals_the_live_answer_made_then():
    live = body(sandbox(HandClock(datetime(2026, 8, 20, 14, 30, tzinfo=UTC))))
    stored = body(as_of="2026-08-20T14:33:10Z")
    assert stored["data"] == live["data"]
    assert stored["meta"]["extra"]["as_of"]["lag_seconds"] == 190


def test_spot_is_that_of_meta_and_there_is_nothing_extra():
    reply = body(symbol="SOLUSDT")
    assert reply["data"]["spot_price"] == reply["meta"]["spot_price"]
    assert reply["meta"]["extra"] is None
