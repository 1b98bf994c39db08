import math
from typing import Any

import pytest
import QuantLib as ql

from bq_mcp.sandbox.market import SYMBOLS, World
from tests.sandbox.asking import NOW, HandClock, ask, sandbox, shared, told

ROUTE = "options/chain"
IDENTITY = {"strike", "expiry", "dte", "type"}
PARTS = {
    "oi": {"oi"},
    "iv": {"iv"},
    "greeks": {"delta", "gamma", "theta", "vega", "vanna", "charm"},
    "bid_ask": {"bid", "ask", "mark"},
    "volume": {"volume", "notional_volume", "trade_count"},
    "gex": {"gex"},
}


def reply(**query: Any) -> dict[str, Any]:
    return told(ROUTE, **query)


def data(**query: Any) -> dict[str, Any]:
    payload: dict[str, Any] = reply(**query)["data"]
    return payload


def rows(**query: Any) -> list[dict[str, Any]]:
    contracts: list[dict[str, Any]] = data(**query)["contracts"]
    return contracts


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_whole_chain_comes_by_expiry_strike_and_side(symbol):
    chain = data(symbol=symbol)
    places = [
        (chain["available_expiries"].index(row["expiry"]), row["strike"], row["type"])
        for row in chain["contracts"]
    ]
    assert places == sorted(set(places))
    assert all(set(row) == IDENTITY.union(*PARTS.values()) for row in chain["contracts"])
    assert chain["truncated"] is False
    assert chain["total_matching_count"] == len(places) == chain["aggregates"]["contract_count"]


def test_filters_keep_what_lies_inside_both_bounds():
    spot = reply()["meta"]["spot_price"]
    kept = rows(
        dte_min=5,
        dte_max=60,
        oi_min=10,
        oi_max=2_000,
        delta_min=0.2,
        delta_max=0.4,
        strike_min=40_000,
        strike_max=70_000,
        moneyness_min=0.8,
        moneyness_max=1.2,
    )
    assert kept
    for row in rows():
        inside = (
            5 <= row["dte"] <= 60
            and 10 <= row["oi"] <= 2_000
            and 0.2 <= abs(row["delta"]) <= 0.4
            and 40_000 <= row["strike"] <= 70_000
            and 0.8 <= row["strike"] / spot <= 1.2
        )
        assert inside == (row in kept)


def test_expiries_are_named_by_token_in_either_case_and_unlisted_ones_ignored():
    chain = data(expiries="25sep26, 30OCT26,28MAR25")
    assert {row["expiry"] for row in chain["contracts"]} == {"25SEP26", "30OCT26"}
    assert chain["available_expiries"] == data()["available_expiries"]


def test_expiries_none_of_which_is_listed_are_not_found():
    answer = ask(shared(), ROUTE, expiries="28MAR25,1JAN30")
    assert answer.status_code == 404
    assert "28MAR25" in answer.json()["error"]["message"]


@pytest.mark.parametrize("side", ["call", "put"])
def test_one_side_can_be_kept(side):
    chain = data(option_type=side)
    assert {row["type"] for row in chain["contracts"]} == {side}
    other = "put_oi" if side == "call" else "call_oi"
    assert chain["aggregates"][other] == 0


def test_calls_alone_have_a_ratio_of_zero_and_puts_alone_none():
    assert data(option_type="call")["aggregates"]["pcr"] == 0
    assert data(option_type="put")["aggregates"]["pcr"] is None


def test_cap_keeps_the_rows_nearest_spot_and_says_that_it_cut():
    whole, cut = data(), data(max_contracts=100)
    spot = reply()["meta"]["spot_price"]
    assert (cut["truncated"], cut["max_contracts"]) == (True, 100)
    assert cut["total_matching_count"] == len(whole["contracts"])
    assert len(cut["contracts"]) == 100
    left_out = [row for row in whole["contracts"] if row not in cut["contracts"]]
    farthest = max(abs(row["strike"] - spot) for row in cut["contracts"])
    assert farthest <= min(abs(row["strike"] - spot) for row in left_out)
    assert cut["aggregates"] == whole["aggregates"]


@pytest.mark.parametrize("part", PARTS)
def test_include_keeps_a_part_and_the_identity(part):
    assert set(rows(include=part, expiries="25SEP26")[0]) == IDENTITY | PARTS[part]


def test_unknown_parts_and_sections_are_ignored():
    assert set(rows(include="OI,colour", expiries="25SEP26")[0]) == IDENTITY | {"oi"}
    assert data(include="colour", fields="shape", expiries="25SEP26") == data(expiries="25SEP26")


def test_fields_drop_sections_but_not_the_word_on_truncation():
    counters = {"truncated", "total_matching_count", "max_contracts"}
    assert set(data(fields="aggregates")) == {"aggregates"} | counters
    assert (
        set(data(fields="available_expiries,contracts"))
        == {
            "available_expiries",
            "contracts",
        }
        | counters
    )


def test_totals_are_those_of_the_rows():
    chain = data(expiries="25SEP26")
    totals, contracts = chain["aggregates"], chain["contracts"]
    calls = [row for row in contracts if row["type"] == "call"]
    puts = [row for row in contracts if row["type"] == "put"]
    for name, part in (("call", calls), ("put", puts)):
        assert totals[f"{name}_oi"] == pytest.approx(sum(row["oi"] for row in part), abs=1e-6)
        assert totals[f"{name}_gex"] == pytest.approx(sum(row["gex"] for row in part), abs=0.1)
    assert totals["net_gex"] == pytest.approx(totals["call_gex"] + totals["put_gex"], abs=0.02)
    assert totals["pcr"] == pytest.approx(totals["put_oi"] / totals["call_oi"], abs=5e-5)


def test_at_the_money_volatility_is_that_of_the_strike_at_spot():
    chain = data(expiries="25SEP26,30OCT26")
    spot = reply()["meta"]["spot_price"]
    front = [row for row in chain["contracts"] if row["expiry"] == "25SEP26"]
    nearest = min(front, key=lambda row: abs(row["strike"] - spot))
    assert chain["aggregates"]["atm_iv"] == nearest["iv"]
    far_only = data(expiries="25SEP26,30OCT26", moneyness_min=1.3)
    assert far_only["aggregates"]["atm_iv"] == nearest["iv"]


def test_selection_without_contracts_is_empty_and_not_at_the_money():
    chain = data(strike_min=1, strike_max=2)
    assert chain["contracts"] == []
    assert chain["truncated"] is False
    assert chain["aggregates"]["contract_count"] == 0
    assert chain["aggregates"]["atm_iv"] is None
    assert chain["aggregates"]["pcr"] is None


def test_quantlib_gives_the_same_marks_and_greeks():
    instant = NOW.replace(second=NOW.second - NOW.second % 30)
    snapshot = World(seed=7).snapshot("BTCUSDT", instant)
    contracts = rows()
    for place in range(0, len(contracts), 9):
        row, t = contracts[place], float(snapshot.tau[place])
        forward, spot = float(snapshot.forward[place]), snapshot.spot
        side = ql.Option.Call if row["type"] == "call" else ql.Option.Put
        payoff = ql.PlainVanillaPayoff(side, row["strike"])
        black = ql.BlackCalculator(payoff, forward, float(snapshot.iv[place]) * math.sqrt(t), 1.0)
        assert row["mark"] == pytest.approx(black.value() / forward, abs=6e-7)
        assert row["delta"] == pytest.approx(black.deltaForward(), abs=6e-6)
        gamma = black.gammaForward() * (forward / spot) ** 2
        assert row["gamma"] == pytest.approx(gamma, abs=6e-11)
        assert row["vega"] == pytest.approx(black.vega(t) / 100, abs=6e-6)
        assert row["theta"] == pytest.approx(black.thetaPerDay(forward, t), abs=6e-6)
        assert row["iv"] == pytest.approx(100 * snapshot.iv[place], abs=0.006)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_exposure_is_the_gamma_of_the_open_interest(symbol):
    spot = reply(symbol=symbol)["meta"]["spot_price"]
    for row in rows(symbol=symbol):
        sign = 1 if row["type"] == "call" else -1
        size = row["gamma"] * spot**2 * 0.01 * row["oi"]
        rounding = 0.5e-10 * spot**2 * 0.01 * row["oi"] + 0.006
        assert row["gex"] == pytest.approx(sign * size, abs=rounding)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_activity_is_null_because_it_is_not_measured(symbol):
    assert all(row[name] is None for row in rows(symbol=symbol) for name in PARTS["volume"])


def test_coin_that_deribit_does_not_list_has_no_quotes():
    assert all(row[name] is None for row in rows(symbol="HYPEUSDT") for name in PARTS["bid_ask"])


def test_filter_hash_names_the_combination_of_filters():
    hashes = {
        reply(**query)["meta"]["extra"]["filter_hash"]
        for query in ({}, {"symbol": "ETHUSDT"}, {"dte_max": 30}, {"include": "oi"})
    }
    assert len(hashes) == 4
    again = ask(sandbox(), ROUTE, dte_max=30).json()["meta"]["extra"]["filter_hash"]
    assert again in hashes


def test_gamma_is_said_to_be_textbook_signed():
    assert reply()["meta"]["extra"]["positioning"] == "std"


def test_stored_chain_is_the_live_one_of_its_instant():
    stored = data(as_of="2026-09-08T09:41:00Z", dte_max=40)
    then = sandbox(HandClock(NOW.replace(day=8, hour=9, minute=40, second=12)))
    assert ask(then, ROUTE, dte_max=40).json()["data"] == stored


def test_stored_chain_says_that_activity_was_not_rebuilt():
    assert reply(as_of="2026-09-08T09:41:00Z")["meta"]["extra"]["activity_rebuilt"] is False
    assert not {"activity_rebuilt", "quotes_note"} & set(reply()["meta"]["extra"])


def test_chain_stored_before_september_has_zeros_for_bid_and_ask_and_says_so():
    before, since = reply(as_of="2026-08-31T23:59:59Z"), reply(as_of="2026-09-01T00:00:00Z")
    for row in before["data"]["contracts"]:
        assert (row["bid"], row["ask"]) == (0, 0)
    assert any(row["mark"] for row in before["data"]["contracts"])
    assert "2026-09-01" in before["meta"]["extra"]["quotes_note"]
    assert all(row["ask"] for row in since["data"]["contracts"])
    assert "quotes_note" not in since["meta"]["extra"]


def test_coin_without_quotes_has_none_in_the_store_either():
    early = reply(as_of="2026-08-20T00:00:00Z", symbol="HYPEUSDT")
    assert all(row["bid"] is row["ask"] is None for row in early["data"]["contracts"])
    assert "quotes_note" not in early["meta"]["extra"]


@pytest.mark.parametrize(
    "query", [{"delta_min": 1.1}, {"max_contracts": 5001}, {"option_type": "straddle"}]
)
def test_value_out_of_range_is_refused(query):
    assert ask(shared(), ROUTE, **query).status_code == 422
