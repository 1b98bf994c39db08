"""Replies no sandbox sends, in shapes the service may: their answers stay true and keep budgets."""

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import bpe_openai
import pytest

from bq_mcp.views import Detail
from bq_mcp.views.scene import BUDGETS
from tests.contract.sandbox_answers import Case, answer, reply

DETAILS: tuple[Detail, ...] = ("brief", "standard", "full")
SUMMARY, OPEX, CHAIN = "/options/expiry-summary", "/options/opex", "/options/chain"
TERM, SKEW = "/options/iv/term-structure", "/options/iv/skew"
DENSITY, TRACE = "/options/probability/density", "/options/greeks/trace/{greek}"
VENUES = ["deribit", "bybit", "okx", "binance", "derive", "thalex", "delta_india", "delta"]
NOON_MS = 1_789_041_600_000
_encoding = bpe_openai.get_encoding("o200k_base")


def body(data: object, spot: float | None = 67_213.5, **meta: Any) -> dict[str, Any]:
    """Return a reply of the live service with `data`, computed at noon of 2026-09-10."""
    return {
        "success": True,
        "data": data,
        "meta": {
            "version": "2.10",
            "timestamp": "2026-09-10T12:00:17Z",
            "request_id": "req_1",
            "symbol": "BTCUSDT",
            "spot_price": spot,
            "computed_at": "2026-09-10T12:00:00Z",
            "source": VENUES,
            **meta,
        },
    }


def said(path: str, reply_body: Mapping[str, Any], detail: Detail, **query: str) -> str:
    """Return the answer to one reply; no answer of these tests is over its budget."""
    text = answer(Case(path, {"symbol": "BTCUSDT", **query}), detail, reply_body).text
    assert len(_encoding.encode(text)) <= BUDGETS[detail], text
    assert not re.search(r"\b(none|null|nan|undefined)\b|n/ad", text, re.IGNORECASE), text
    return text


def expiry(token: str, dte: int | None, **fields: Any) -> dict[str, Any]:
    """Return one row of the expiry summary."""
    return {
        "expiry": token,
        "dte": dte,
        "type": "weekly",
        "is_anchor": False,
        "atm_iv": 61.2,
        "skew_25d": 4.5,
        "put_25d_iv": 64.0,
        "call_25d_iv": 59.5,
        "pcr": 0.82,
        "call_oi": 1_200.5,
        "put_oi": 984.4,
        "total_oi": 2_184.9,
        "net_gex": -12_345_678.9,
        "notional_oi_usd": 146_854_000.0,
        "max_pain": {"strike": 67_000, "value": 1_234_567.0},
        **fields,
    }


def contract(
    strike: float, side: str, token: str = "18SEP26", dte: int | None = 8, **fields: Any
) -> dict[str, Any]:
    """Return one row of the chain."""
    return {
        "strike": strike,
        "type": side,
        "expiry": token,
        "dte": dte,
        "oi": 12.5,
        "iv": 65.4,
        "mark": 0.0123,
        "bid": 0.012,
        "ask": 0.013,
        "gex": 123.4,
        **fields,
    }


def skew(token: str, dte: int | None, **fields: Any) -> dict[str, Any]:
    """Return one row of the skew."""
    return {
        "expiry": token,
        "dte": dte,
        "atm_iv": 0.55,
        "put_25d_iv": 0.58,
        "call_25d_iv": 0.53,
        "skew_25d": 0.05,
        "skew_10d": 0.09,
        "butterfly_25d": 0.005,
        **fields,
    }


def distribution(**fields: Any) -> dict[str, Any]:
    """Return the distribution of one expiry, with the example figures of the documentation."""
    return {
        "strikes": [60_000, 62_500, 65_000, 67_500, 70_000, 72_500, 75_000],
        "cdf_below": [0.03, 0.1, 0.25, 0.5, 0.78, 0.9, 0.97],
        "cdf_above": [0.97, 0.9, 0.75, 0.5, 0.22, 0.1, 0.03],
        "mode": 67_500,
        "mean": 67_200,
        "std": 4_100,
        "skewness": -0.18,
        "kurtosis": 3.6,
        "prob_25": 64_500,
        "prob_50": 67_500,
        "prob_75": 70_200,
        **fields,
    }


def trace(**fields: Any) -> dict[str, Any]:
    """Return a small TRACE grid: three times, three prices."""
    hours = 3_600_000
    return {
        "greek": "gamma",
        "expiry": "0dte",
        "vol_shift_pct": 0.0,
        "field_units": "dealer_gamma_dollars_per_pct_spot",
        "positioning": "flow",
        "time_axis_ms": [NOON_MS, NOON_MS + 12 * hours, NOON_MS + 24 * hours],
        "price_axis": [65_000, 67_000, 69_000],
        "field": [[1e6, -2e6, 3e6], [1e6, -2e6, 3e6], [-4e6, -1e3, 3e6]],
        "field_min": -4e6,
        "field_max": 3e6,
        "contracts_used": 10,
        "expiries_in_window": ["11SEP26"],
        "tau_floor_seconds": 60,
        **fields,
    }


def line_with(text: str, words: str) -> str:
    """Return what follows `words` on the first line that has them."""
    return next(line.split(words, 1)[1] for line in text.split("\n") if words in line)


def scaled(node: Any) -> Any:
    """Return a payload with every implied volatility as a decimal."""
    if isinstance(node, dict):
        return {
            key: _hundredth(value) if re.search(r"(^|_)iv$|skew|butterfly", key) else scaled(value)
            for key, value in node.items()
        }
    return [scaled(item) for item in node] if isinstance(node, list) else node


def _hundredth(value: Any) -> Any:
    if isinstance(value, dict):
        return scaled(value)
    if isinstance(value, list):
        return [_hundredth(item) for item in value]
    return value / 100 if isinstance(value, int | float) else value


@pytest.mark.parametrize("path", [SUMMARY, OPEX, CHAIN, TERM, SKEW])
def test_decimal_and_percent_volatilities_give_one_answer(path: str) -> None:
    case = Case(path, {"symbol": "ETHUSDT"})
    other = deepcopy(dict(reply(case)))
    other["data"] = scaled(other["data"])
    assert other["data"] != reply(case)["data"]
    for detail in DETAILS:
        # A figure halfway between two roundings may fall to either side.
        assert _digits(answer(case, detail, other).text) == pytest.approx(
            _digits(answer(case, detail).text), abs=0.11
        )


def _digits(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


@pytest.mark.parametrize(
    "levels", [[0.61, 55.0, 0.5], [61.0, 0.0, 4.9]], ids=["mixed", "one below five"]
)
def test_no_difference_is_taken_across_scales(levels: list[float]) -> None:
    data = {"expiries": ["11SEP26", "17SEP26", "30OCT26"], "dtes": [1, 7, 50], "atm_iv": levels}
    for detail in DETAILS:
        text = said(TERM, body(data), detail)
        assert "scale not stated" in text
        assert not re.search(r"slope|contango|backwardation|hump|highest|pts|%", text)


def test_a_past_curve_on_another_scale_is_shown_without_a_change() -> None:
    past = {"dte_bucket": 7, "atm_iv": 0.52, "ts": "2026-09-03T12:00:00Z"}
    data = {
        "expiries": ["17SEP26", "09OCT26"],
        "days_to_expiry": [7, 29],
        "atm_iv": [55.0, 58.0],
        "compare": {"days_ago": 7, "target_date": "2026-09-03", "historical": [past]},
    }
    for detail in DETAILS:
        text = said(TERM, body(data), detail, historical_compare_days="7")
        assert "7d 0.52" in line_with(text, "7 days ago")
        assert "then," not in text


def test_a_change_is_told_only_near_the_bucket() -> None:
    past = [{"dte_bucket": days, "atm_iv": 50.0, "ts": "x"} for days in (7, 30, 90)]
    compare = {"days_ago": 7, "target_date": "2026-09-03", "historical": past, "available": True}
    data = {
        "expiries": ["17SEP26", "30OCT26"],
        "dtes": [7, 50],
        "atm_iv": [55.0, 58.0],
        "compare": compare,
    }
    line = line_with(said(TERM, body(data), "standard"), "constant maturity:")
    assert "7d 50.0% then, +5.0 pts to 17SEP26 (7d)" in line
    assert line.count("then") == 1


def test_the_hump_is_told_at_every_detail() -> None:
    data = {
        "expiries": ["11SEP26", "17SEP26", "24SEP26", "09OCT26", "11DEC26"],
        "dtes": [1, 7, 14, 29, 92],
        "atm_iv": [50.0, 52.0, 58.5, 53.0, 54.0],
    }
    for detail in DETAILS:
        line = line_with(said(TERM, body(data), detail), "hump")
        assert "58.5%" in line and "+6.5 pts" in line and "+5.5 pts" in line


def test_a_hump_needs_both_neighbours() -> None:
    data = {
        "expiries": ["11SEP26", "17SEP26", "24SEP26"],
        "dtes": [1, 7, 14],
        "atm_iv": [50.0, 58.0, None],
    }
    for detail in DETAILS:
        assert "hump" not in said(TERM, body(data), detail)


def test_filters_and_their_venues_stay_in_a_brief_term_structure() -> None:
    data = {
        "expiries": ["11SEP26", "17SEP26", "09OCT26"],
        "dtes": [1, 7, 29],
        "atm_iv": [61.2, 55.0, 58.0],
        "filtered_dte_window": {"dte_max": 40},
        "compare": {
            "days_ago": 7,
            "target_date": "2026-09-03",
            "historical": [],
            "available": False,
            "reason": "no rows stored",
        },
    }
    text = said(
        TERM,
        body(data, exchanges_filtered=["deribit"]),
        "brief",
        exchanges="deribit,typo",
        historical_compare_days="7",
    )
    for words in ("venue marks", "dte_max 40", "no rows stored", "asked (deribit, typo)"):
        assert words in text
    assert "+3.0 pts" in line_with(text, "slope")


@pytest.mark.parametrize("path", [TERM, SKEW, SUMMARY])
def test_an_unreadable_expiry_is_kept(path: str) -> None:
    rows = {
        TERM: {"expiries": ["18SEP26", "BTC-X"], "dtes": [8, None], "atm_iv": [55.0, 54.0]},
        SKEW: {"expiries": [skew("18SEP26", 8), skew("BTC-X", None)]},
        SUMMARY: {"expiries": [expiry("18SEP26", 8), expiry("BTC-X", None, type="unknown")]},
    }
    text = said(path, body(rows[path]), "standard")
    assert re.search(r"BTC-X \(?days n/a", text)


def test_only_noisy_expiries_are_shown_as_such() -> None:
    for detail in DETAILS:
        text = said(SKEW, body({"expiries": [skew("11SEP26", 1)]}), detail)
        assert "+5.0 pts" in line_with(text, "under 2 days, noisy")
        assert "n/a for every" not in text


def test_skew_of_zero_is_even_and_a_missing_wing_is_not() -> None:
    rows = [skew("18SEP26", 8, skew_25d=0.0), skew("09OCT26", 29, skew_10d=None)]
    for detail in DETAILS:
        text = said(SKEW, body({"expiries": rows}), detail)
        assert "0.0 pts, even" in line_with(text, "~7d")
        assert "10-delta skew ~30d n/a" in text
        assert "risk reversal" not in text


def test_skew_without_levels_has_no_scale() -> None:
    rows = [{"expiry": "18SEP26", "dte": 8, "skew_25d": 0.3, "butterfly_25d": 0.1}]
    for detail in DETAILS:
        text = said(SKEW, body({"expiries": rows}), detail)
        assert "(scale not stated)" in line_with(text, "25-delta skew")
        assert "pts" not in text


def test_three_different_leading_expiries_are_told_each_with_its_figures() -> None:
    rows = [
        expiry("11SEP26", 1),
        expiry("25SEP26", 15, is_anchor=True, net_gex=5e6),
        expiry("25DEC26", 106, is_anchor=True, total_oi=22_000.0, net_gex=None),
    ]
    data = {"expiries": rows, "anchor_count": 2}
    text = said(SUMMARY, body(data), "brief")
    front = line_with(text, "front 11SEP26")
    assert "ATM IV 61.2%" in front and "-$12.3m" in front and "67,000" in front
    anchor = line_with(text, "next anchor 25SEP26")
    assert "PCR 0.82" in anchor and "67,000" in line_with(anchor, "max pain")
    text = said(SUMMARY, body(data), "standard")
    assert "+$5m" in line_with(text, "next anchor 25SEP26")
    assert "83.4% of all" in line_with(text, "largest OI 25DEC26")


def test_unstated_positioning_is_never_called_flow() -> None:
    replies = {
        SUMMARY: {"expiries": [expiry("18SEP26", 8)]},
        CHAIN: {"contracts": [contract(67_000, "call")]},
    }
    for path, data in replies.items():
        for detail in DETAILS:
            text = said(path, body(data), detail)
            assert "positioning not stated" in text and "flow" not in text


def test_a_flag_called_gex_needs_no_model() -> None:
    for detail in DETAILS:
        text = said(SKEW, body({"expiries": [skew("18SEP26", 8)], "gex": True}), detail)
        assert "positioning" not in text


def opex(rows: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """Return an OPEX calendar of rows of the expiry summary."""
    listed = [
        {
            **{key: row.get(key) for key in ("expiry", "dte", "type", "is_anchor")},
            "oi": {key: row[key] for key in ("total_oi", "pcr", "notional_oi_usd")},
            "iv": {key: row[key] for key in ("atm_iv", "skew_25d")},
            "gamma": {
                "net_gex": row["net_gex"],
                "call_resistance": 67_500,
                "put_support": None,
                "max_pain": row["max_pain"],
            },
        }
        for row in rows
    ]
    pointer = {"type": "monthly", "expiry": "25SEP26", "expiry_date": "2026-09-25", "dte": 14}
    return {"horizon_days": 30, "expirations": listed, "next_anchor": pointer, **fields}


def test_opex_has_the_front_and_the_anchor() -> None:
    rows = [expiry("11SEP26", 0, total_oi=1_000.0), expiry("25SEP26", 14, is_anchor=True)]
    text = said(OPEX, body(opex(rows)), "brief")
    anchor = line_with(text, "next anchor 25SEP26 14d")
    assert "08:00 UTC" in anchor and "2,184.9 coin" in anchor and "OI within 30d" in anchor
    assert "67,000" in line_with(text, "max pain") and "no put wall reported" in text
    text = said(OPEX, body(opex(rows)), "standard")
    assert "2,184.9 coin" in line_with(text, "next anchor 25SEP26 (14d")
    assert "1,000 coin" in line_with(text, "front 11SEP26")


def test_an_anchor_out_of_sight_is_named_with_what_brings_it() -> None:
    for detail in DETAILS:
        text = said(OPEX, body(opex([], horizon_days=1)), detail, horizon="1")
        assert "horizon=14 or more" in line_with(text, "next anchor 25SEP26")
        assert "no expirations listed" in text
        missing = said(OPEX, body(opex([expiry("11SEP26", 0)], next_anchor=None)), detail)
        assert "reports no next anchor" in missing


def test_a_chain_cut_without_its_flag_is_still_called_cut() -> None:
    sums = {"total_oi": 100, "pcr": 0.667, "atm_iv": 65.4, "net_gex": 1.5e6, "contract_count": 3}
    data = {
        "contracts": [contract(67_000, "call"), contract(67_000, "put")],
        "aggregates": sums,
        "total_matching_count": 9,
    }
    for detail in DETAILS:
        text = said(CHAIN, body(data), detail)
        assert "contracts: 2 of 9 matching returned" in text
        assert "not stated" in line_with(text, "totals")


def test_chain_figures_missing_and_zero_differ() -> None:
    rows = [contract(67_000, "call", oi=0, iv=None), contract(67_000, "put", bid=0, ask=None)]
    text = said(CHAIN, body({"contracts": rows}), "standard")
    call, put = line_with(text, "67,000 (-0.3%)").split(" | ")
    assert "IV n/a" in call and "OI 0" in call
    assert "bid 0, ask n/a" in put and "0 = no quote" in text


def test_five_thousand_contracts_answer_like_twenty() -> None:
    tokens = [("18SEP26", 8), ("25SEP26", 15), ("30OCT26", 50), ("25DEC26", 106), ("26MAR27", 197)]
    rows = [
        contract(40_000 + 100 * step, side, token, dte, oi=0.001 * step, extra_field="x" * 40)
        for step in range(500)
        for side in ("call", "put")
        for token, dte in tokens
    ]
    data = {"contracts": rows, "truncated": True, "total_matching_count": 9_000}
    for detail in DETAILS:
        text = said(CHAIN, body(data), detail)
        assert "5,000, of 9,000" in text and "67,200" in text.split("nearest spot", 1)[1]
        assert "sum of the contracts returned: OI 1,247.5 coin" in text


def test_rounding_never_lifts_spot_onto_a_strike() -> None:
    pain = {"strike": 67_000, "value": 1.0}
    chain = {"contracts": [contract(67_000, "call"), contract(68_000, "call")]}
    summary = {"expiries": [expiry("18SEP26", 8, max_pain=pain)]}
    for path, data in ((CHAIN, chain), (SUMMARY, summary), (OPEX, opex(summary["expiries"]))):
        text = said(path, body(data, spot=66_999.7), "standard")
        assert "spot 66,999.7" in text


def test_without_spot_there_are_no_distances() -> None:
    for path, data in (
        (SUMMARY, {"expiries": [expiry("18SEP26", 8)]}),
        (DENSITY, {"expiries": {"30OCT26": distribution(), "25DEC26": distribution()}}),
        (CHAIN, {"contracts": [contract(67_000, "call")]}),
        (TRACE, trace()),
    ):
        for detail in DETAILS:
            text = said(path, body(data, spot=None), detail)
            assert not re.search(r"\([+>-][<\d.-]*%\)|of spot\b", text), text


def test_an_unavailable_band_gives_its_reason() -> None:
    band = {"confidence": 0.95, "available": False, "reason": "grid too short"}
    held = {"confidence": 0.95, "lower": 58_000, "upper": 77_000}
    data = {
        "expiries": {
            "11SEP26": distribution(confidence_band=held),
            "09OCT26": distribution(confidence_band=band),
        },
        "confidence_band_requested": 0.95,
    }
    for detail in DETAILS:
        text = said(DENSITY, body(data), detail, confidence_band="0.95")
        assert "risk-neutral" in text and "tails noisy" in text
        assert "band 58,000 to 77,000" in text
        assert "grid too short" in line_with(text, "~30d")
        assert detail == "brief" or "0.95 band 58,000" in text


def test_priced_odds_stand_beside_spot() -> None:
    data = {"expiries": {"09OCT26": distribution()}}
    for detail in DETAILS:
        text = said(DENSITY, body(data), detail, expiry="09OCT26")
        line = line_with(text, "priced below / above:")
        assert "65,000 25.0% / 75.0%" in line and "67,500 50.0% / 50.0%" in line
        assert detail == "brief" or "60,000 to 75,000" in line_with(text, "· strikes")


def test_strikes_wider_apart_than_the_distribution_give_no_range() -> None:
    strikes = [52_000, 52_500, 53_000, 53_500, 54_000]
    coarse = {"strikes": strikes, "prob_25": 52_746, "prob_50": 53_001, "prob_75": 53_247}
    data = {"expiries": {"11SEP26": distribution(**coarse, std=95), "09OCT26": distribution()}}
    for detail in DETAILS:
        text = said(DENSITY, body(data, spot=53_000), detail)
        assert "strikes too far apart for this (step 500" in text
        assert "52,746" not in text and "64,500 to 70,200" in text
        assert detail == "brief" or "standard deviation 95" in text
        assert " std" not in text


def test_an_asked_strike_is_told_at_every_detail() -> None:
    data = {"expiries": {"11SEP26": distribution(), "25SEP26": distribution()}}
    for detail in DETAILS:
        text = said(DENSITY, body(data), detail, strike="71000")
        assert "70,000 78.0% / 22.0%, 72,500 90.0% / 10.0%" in line_with(text, "71,000")


def test_trace_tells_now_the_horizon_and_the_extremes_before_settlement() -> None:
    for detail in DETAILS:
        text = said(TRACE, body(trace()), detail, greek="gamma")
        spot_line = line_with(text, "at spot (grid")
        assert "67,000" in spot_line and "now -$2m" in spot_line
        assert "in 24h -$1k (settled)" in spot_line
        zeros = line_with(text, "zero nearest spot:")
        assert "now 67,800" in zeros and "in 12h 67,800" in zeros and "in 24h" not in zeros
        assert "-$4m" not in line_with(text, "largest") and "settled left out" in text
        if detail != "brief":
            extremes = line_with(text, "highest")
            assert "+$3m at 69,000" in extremes and "lowest -$2m at 67,000" in extremes


@pytest.mark.parametrize("greek", ["charm", "vanna", "delta_change"])
def test_no_brief_trace_loses_its_model_and_rarely_its_extreme(greek: str) -> None:
    units = {
        "charm": "dealer_charm_per_year",
        "vanna": "dealer_vanna_per_iv_unit",
        "delta_change": "dealer_delta_change_from_spot_now",
    }
    field = [[123_456.7, -2_345_678.9, 3e6], [1e6, -2e6, -49_876_543.2], [0, 0, 9e9]]
    data = trace(greek=greek, field=field, field_units=units[greek], vol_shift_pct=-50)
    fallback = {
        "positioning": "std",
        "positioning_requested": "flow",
        "positioning_fallback_reason": "flow_tape_empty",
    }
    data["positioning"] = "std"
    text = said(TRACE, body(data, extra=fallback), "brief", greek=greek, min_oi="100")
    assert "-2,345,679" in line_with(text, "at spot (grid 67,000")
    assert "scaled by -50.0%" in text and "min_oi 100" in text
    assert "flow tape empty" in text
    text = said(TRACE, body(data | {"vol_shift_pct": 0}, extra=fallback), "brief", greek=greek)
    assert "largest -49.9m at 69,000" in text and "9bn" not in text


def test_an_empty_trace_slice_is_no_measurement() -> None:
    data = trace(contracts_used=0, field=[[0] * 3] * 3, field_min=0, field_max=0)
    for detail in DETAILS:
        text = said(TRACE, body(data), detail, greek="gamma")
        assert "no contracts in it" in text and "0 in every cell" in text


def test_empty_lists_are_told_in_words() -> None:
    for path, data in (
        (TERM, {"expiries": [], "dtes": [], "atm_iv": []}),
        (SKEW, {"expiries": []}),
        (SUMMARY, {"expiries": []}),
        (DENSITY, {"expiries": {}}),
    ):
        for detail in DETAILS:
            assert "expiries: rows received 0" in said(path, body(data), detail)
