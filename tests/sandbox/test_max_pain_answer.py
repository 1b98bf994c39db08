from datetime import UTC, datetime
from typing import Any

import pytest

from bq_mcp.sandbox.answers.max_pain import max_pain_data
from bq_mcp.sandbox.market import World
from tests.sandbox.asking import NOW, HandClock, ask, sandbox, shared, told

ROUTE = "gex/max-pain"


def data(**query: Any) -> dict[str, Any]:
    payload: dict[str, Any] = told(ROUTE, **query)["data"]
    return payload


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT"])
def test_table_has_a_row_for_each_listed_expiry_nearest_first(symbol):
    table = data(symbol=symbol)
    assert set(table) == {"expiry", "per_expiry"}
    assert table["expiry"] == "all"
    listed = ask(shared(), "expiries", symbol=symbol).json()["data"]["expiries"]
    rows = [(row["expiry"], row["dte"]) for row in table["per_expiry"]]
    assert rows == [(row["expiry"], row["dte"]) for row in listed]
    assert all(row["max_pain"]["value"] > 0 for row in table["per_expiry"])


def test_single_expiry_has_a_curve_whose_minimum_is_the_figure():
    answer = data(expiry="25sep26")
    assert set(answer) == {"expiry", "dte", "max_pain", "pain_curve"}
    assert (answer["expiry"], answer["dte"]) == ("25SEP26", 14)
    lowest = min(answer["pain_curve"], key=lambda point: (point["pain"], point["strike"]))
    assert answer["max_pain"] == {"strike": lowest["strike"], "value": lowest["pain"]}


def test_curve_is_the_intrinsic_value_of_the_open_interest():
    answer = data(expiry="25SEP26")
    profile = ask(shared(), "gex/strike-profile", expiry="25SEP26").json()["data"]
    book = list(zip(profile["strikes"], profile["call_oi"], profile["put_oi"], strict=True))
    for point in answer["pain_curve"][::10]:
        end = point["strike"]
        paid = sum(max(end - k, 0) * calls + max(k - end, 0) * puts for k, calls, puts in book)
        assert point["pain"] == pytest.approx(paid, abs=0.01)


def test_table_curve_and_today_agree():
    rows = {row["expiry"]: row["max_pain"] for row in data()["per_expiry"]}
    assert data(expiry="25SEP26")["max_pain"] == rows["25SEP26"]
    today = data(expiry="0DTE")
    assert set(today) == {"expiry", "expiry_tokens", "max_pain"}
    assert (today["expiry"], today["expiry_tokens"]) == ("0dte", ["11SEP26"])
    assert today["max_pain"] == rows["11SEP26"]


def test_levels_and_max_pain_tell_the_same_strike_for_today():
    levels = ask(shared(), "gex/levels", include="max_pain").json()["data"]
    assert data(expiry="0dte")["max_pain"] == levels["max_pain"]


@pytest.mark.parametrize(
    ("symbol", "expiry"), [("ETHUSDT", "28MAR25"), ("HYPEUSDT", "12SEP26"), ("BTCUSDT", "")]
)
def test_expiry_without_contracts_is_not_found(symbol, expiry):
    assert ask(shared(), ROUTE, symbol=symbol, expiry=expiry).status_code == 404


def test_day_without_an_expiry_has_no_max_pain_of_today():
    saturday = sandbox(HandClock(NOW.replace(day=12)))
    assert ask(saturday, ROUTE, symbol="HYPEUSDT", expiry="0dte").status_code == 404


def test_expiry_nobody_holds_has_no_max_pain():
    opens = datetime(2026, 9, 10, 8, tzinfo=UTC)
    world = World(seed=7)
    snapshot = world.snapshot("BTCUSDT", opens)
    empty = [
        each.token
        for place, each in enumerate(snapshot.expiries)
        if not snapshot.oi_units[snapshot.expiry_index == place].any()
    ]
    assert empty
    for token in empty:
        answer = max_pain_data(world, "BTCUSDT", opens, expiry=token)
        assert answer["max_pain"] == {"strike": None, "value": None}
