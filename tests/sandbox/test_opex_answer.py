from typing import Any

import pytest

from tests.sandbox.asking import ask, shared, told

ROUTE = "options/opex"


def data(**query: Any) -> dict[str, Any]:
    payload: dict[str, Any] = told(ROUTE, **query)["data"]
    return payload


def tokens(**query: Any) -> list[str]:
    return [row["expiry"] for row in data(**query)["expirations"]]


def test_horizon_drops_what_settles_later():
    assert data()["horizon_days"] == 30
    assert max(row["dte"] for row in data()["expirations"]) <= 30
    assert tokens(horizon=1) == ["11SEP26", "12SEP26"]
    everything = ask(shared(), "expiries").json()["data"]["expiries"]
    assert tokens(horizon=365) == [row["expiry"] for row in everything if row["dte"] <= 365]


def test_types_keep_classes_and_are_echoed():
    answer = data(horizon=365, types="Quarterly, monthly,yearly")
    assert answer["filtered_types"] == ["monthly", "quarterly"]
    assert {row["type"] for row in answer["expirations"]} == {"monthly", "quarterly"}
    assert all(row["is_anchor"] for row in answer["expirations"])


def test_types_that_are_all_unknown_filter_nothing():
    assert data(types="yearly") == data()
    assert data(types="yearly")["filtered_types"] is None


def test_counts_are_of_the_rows_returned():
    answer = data(horizon=365, types="weekly")
    assert answer["count"] == len(answer["expirations"]) == answer["type_counts"]["weekly"]
    assert answer["type_counts"]["daily"] == answer["type_counts"]["quarterly"] == 0


def test_next_anchor_is_the_nearest_listed_whatever_the_filters():
    pointer = {
        "type": "quarterly",
        "expiry": "25SEP26",
        "expiry_date": "2026-09-25",
        "dte": 14,
    }
    assert data()["next_anchor"] == pointer
    assert data(horizon=1, types="daily")["next_anchor"] == pointer


@pytest.mark.parametrize("symbol", ["BTCUSDT", "SOLUSDT"])
def test_blocks_repeat_the_expiry_summary(symbol):
    summary = ask(shared(), "options/expiry-summary", symbol=symbol).json()["data"]["expiries"]
    by_token = {row["expiry"]: row for row in summary}
    for row in data(symbol=symbol, horizon=365)["expirations"]:
        same = by_token[row["expiry"]]
        assert row["oi"] == {name: same[name] for name in row["oi"]}
        assert row["iv"] == {name: same[name] for name in row["iv"]}
        assert row["gamma"]["net_gex"] == same["net_gex"]
        assert row["gamma"]["max_pain"] == same["max_pain"]


def test_walls_are_the_largest_positive_strikes_of_the_expiry_either_side_of_spot():
    spot = data()["spot_price"]
    for row in data(horizon=365)["expirations"]:
        profile = ask(shared(), "gex/strike-profile", expiry=row["expiry"], positioning="std")
        net = profile.json()["data"]
        pairs = list(zip(net["strikes"], net["net_gex"], strict=True))
        for name, side in (("call_resistance", 1), ("put_support", -1)):
            there = [
                (gex, strike) for strike, gex in pairs if gex > 0 and side * (strike - spot) > 0
            ]
            assert row["gamma"][name] == (max(there)[1] if there else None)


def test_reply_counts_expiries_and_names_the_sign_model():
    extra = ask(shared(), ROUTE).json()["meta"]["extra"]
    assert extra == {"positioning": "std", "expiry_count": data()["count"]}


def test_horizon_out_of_range_is_refused():
    assert ask(shared(), ROUTE, horizon=366).status_code == 422
