from typing import Any

import numpy as np
import pytest

from bq_mcp.sandbox.answers.windows import StrikeFilter
from bq_mcp.sandbox.vocabulary import VENUES
from tests.sandbox.asking import NOW, HandClock, ask, sandbox, shared, told

ARRAYS = ("net_gex", "call_gex", "put_gex", "call_oi", "put_oi", "total_oi")
ROUTE = "gex/strike-profile"


def reply(**query: Any) -> dict[str, Any]:
    return told(ROUTE, **query)


def data(**query: Any) -> dict[str, Any]:
    payload: dict[str, Any] = reply(**query)["data"]
    return payload


def extra(**query: Any) -> dict[str, Any]:
    said: dict[str, Any] = reply(**query)["meta"]["extra"]
    return said


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT"])
def test_arrays_run_parallel_to_ascending_strikes(symbol):
    profile = data(symbol=symbol)
    assert profile["strikes"] == sorted(set(profile["strikes"]))
    assert {len(profile[name]) for name in ARRAYS} == {len(profile["strikes"])}
    for net, call, put in zip(*(profile[name] for name in ARRAYS[:3]), strict=True):
        assert net == pytest.approx(call + put, abs=0.011)
    for calls, puts, total in zip(*(profile[name] for name in ARRAYS[3:]), strict=True):
        assert round(1000 * calls) + round(1000 * puts) == round(1000 * total)


def test_whole_book_names_its_scope_and_no_window():
    profile = data()
    assert (profile["expiry"], profile["dte"]) == ("all", None)
    assert "filtered_strike_window" not in profile


def test_std_counts_calls_long_and_puts_short():
    profile = data(positioning="std")
    assert min(profile["call_gex"]) >= 0 >= max(profile["put_gex"])
    assert profile["positioning"] == extra(positioning="std")["positioning"] == "std"


def test_flow_is_served_where_there_is_a_tape():
    assert data()["positioning"] == "flow"
    assert extra()["aggregation"]["flow_venues"] == extra()["aggregation"]["chain_venues"]
    assert data()["net_gex"] != data(positioning="std")["net_gex"]
    assert data()["total_oi"] == data(positioning="std")["total_oi"]


@pytest.mark.parametrize("symbol", ["SOLUSDT", "HYPEUSDT"])
def test_coin_without_a_tape_falls_back_with_its_reason(symbol):
    said = extra(symbol=symbol)
    assert data(symbol=symbol)["positioning"] == said["positioning"] == "std"
    assert said["positioning_requested"] == "flow"
    assert said["positioning_fallback_reason"] == "no_aggressor_tape_for_symbol"
    assert "flow_unavailable_before" not in said


def test_ranking_holds_the_ten_largest_of_the_strikes_returned():
    profile = data(spot_window_pct=10)
    rows = profile["ranked_top_10"]
    assert [row["rank"] for row in rows] == list(range(1, 11))
    largest = sorted((abs(net) for net in profile["net_gex"]), reverse=True)[:10]
    assert [row["abs_gex"] for row in rows] == largest
    by_strike = dict(zip(profile["strikes"], profile["net_gex"], strict=True))
    assert all(row["gex"] == by_strike[row["strike"]] for row in rows)


def test_filters_intersect_and_the_window_is_echoed():
    spot = reply()["meta"]["spot_price"]
    profile = data(strike_min=0.9 * spot, moneyness_max=1.2, spot_window_pct=15)
    window = profile["filtered_strike_window"]
    assert window["min"] == pytest.approx(0.9 * spot)
    assert window["max"] == pytest.approx(1.15 * spot, abs=1e-3)
    kept = [s for s in data()["strikes"] if window["min"] <= s <= window["max"]]
    assert profile["strikes"] == kept != []


def test_one_sided_filter_leaves_the_other_side_open():
    profile = data(strike_max=40_000)
    assert profile["filtered_strike_window"] == {"min": None, "max": 40_000}
    assert profile["strikes"][0] == data()["strikes"][0]
    assert profile["strikes"][-1] == 40_000


def test_filter_that_keeps_no_strike_gives_empty_lists_and_no_interest():
    profile = data(strike_min=10, strike_max=20)
    assert all(profile[name] == [] for name in ("strikes", "ranked_top_10", *ARRAYS))
    assert sum(block["total_oi"] for block in profile["by_venue"].values()) == 0
    assert profile["filtered_strike_window"] == {"min": 10, "max": 20}


def test_strike_filter_resolves_against_spot():
    narrow = StrikeFilter(strike_min=90, strike_max=120, moneyness_min=0.95, spot_window_pct=30)
    window = narrow.window(100.0)
    assert (window.min, window.max) == (95, 120)
    assert window.holds(np.array([94.9, 95.0, 120.0, 120.1])).tolist() == [False, True, True, False]
    assert StrikeFilter(spot_window_pct=200).window(100.0).min == 0
    assert StrikeFilter().window(100.0).is_open


@pytest.mark.parametrize("written", ["11SEP26", "11sep26", "2026-09-11"])
def test_token_and_date_name_the_same_expiry(written):
    profile = data(expiry=written)
    assert (profile["expiry"], profile["dte"]) == ("11SEP26", 0)
    assert profile["total_oi"] == data(expiry="11SEP26")["total_oi"]


def test_leading_zero_of_a_token_may_be_left_out():
    assert data(expiry="2OCT26")["expiry"] == "02OCT26"


def test_single_expiry_has_no_venue_split_and_says_so():
    profile = data(expiry="25SEP26")
    assert profile["by_venue"] is None
    assert "expiry-summary" in profile["by_venue_note"]


def test_today_is_the_session_that_ends_at_the_next_settlement():
    today, token = data(expiry="0dte"), data(expiry="11SEP26")
    assert (today["expiry"], today["dte"]) == ("0dte", None)
    assert all(today[name] == token[name] for name in ("strikes", *ARRAYS))
    late = sandbox(HandClock(NOW.replace(hour=7, minute=59, second=59)))
    before = ask(late, ROUTE, expiry="0dte").json()["data"]
    assert before["strikes"] == ask(late, ROUTE, expiry="10SEP26").json()["data"]["strikes"]


@pytest.mark.parametrize(
    ("symbol", "expiry"),
    [("BTCUSDT", "10SEP26"), ("BTCUSDT", "2031-01-31"), ("BTCUSDT", "x")],
)
def test_expiry_without_contracts_is_not_found(symbol, expiry):
    answer = ask(shared(), ROUTE, symbol=symbol, expiry=expiry)
    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": "NOT_FOUND",
        "message": f"No data for {symbol} and expiry {expiry}",
    }


def test_day_without_an_expiry_has_no_profile_of_today():
    saturday = sandbox(HandClock(NOW.replace(day=12)))
    assert ask(saturday, ROUTE, symbol="HYPEUSDT", expiry="0dte").status_code == 404
    assert ask(saturday, ROUTE, symbol="BTCUSDT", expiry="0dte").status_code == 200


def test_all_eight_venues_are_listed_and_add_up():
    profile = data()
    assert tuple(profile["by_venue"]) == VENUES == tuple(profile["available_exchanges"])
    for side in ("call_oi", "put_oi", "total_oi"):
        units = sum(round(1000 * block[side]) for block in profile["by_venue"].values())
        assert units == sum(round(1000 * value) for value in profile[side])
    assert profile["by_venue_unattributed"] is None


def test_notional_is_interest_at_the_spot_of_the_answer():
    spot = reply()["meta"]["spot_price"]
    for block in data()["by_venue"].values():
        assert block["notional_oi_usd"] == pytest.approx(block["total_oi"] * spot, abs=0.006)


def test_venue_filter_keeps_these_venues_and_drops_unknown_names():
    profile = data(exchanges="okx,nowhere,Deribit")
    holders = {venue for venue, block in profile["by_venue"].items() if block["total_oi"]}
    assert holders == {"okx", "deribit"}
    assert reply(exchanges="okx,nowhere,Deribit")["meta"]["exchanges_filtered"] == [
        "deribit",
        "okx",
    ]
    assert data(exchanges="nowhere") == data()
    assert reply(exchanges="nowhere")["meta"]["exchanges_filtered"] is None


def test_venue_without_the_coin_holds_nothing():
    profile = data(symbol="SOLUSDT", exchanges="okx")
    assert set(profile["total_oi"]) == {0}
    assert set(profile["net_gex"]) == {0}
    assert profile["ranked_top_10"] == []


def test_stored_snapshot_is_the_one_before_the_instant_asked_for():
    said = extra(as_of="2026-08-20T14:33:10Z")
    assert said["as_of"]["snapshot_ts"] == "2026-08-20T14:30:00Z"
    assert said["as_of"]["lag_seconds"] == 190
    assert reply(as_of="2026-08-20T14:33:10Z")["meta"]["computed_at"] == "2026-08-20T14:30:00Z"


def test_snapshot_older_than_the_tape_is_std_and_tells_since_when_flow_exists():
    said = extra(as_of="2026-05-01T00:00:00Z")
    assert said["positioning"] == "std"
    assert said["positioning_fallback_reason"] == "flow_tape_empty"
    assert said["flow_unavailable_before"] == "2026-05-17T08:00:00Z"
    assert said["flow_coverage_note"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"positioning": "dealer"}, 422),
        ({"as_of": "2027-01-01"}, 400),
        ({"as_of": "2026-04-15"}, 404),
        ({"spot_window_pct": 201}, 422),
    ],
)
def test_what_cannot_be_served_is_refused(query, status):
    assert ask(shared(), ROUTE, **query).status_code == status
