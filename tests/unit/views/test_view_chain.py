"""The view of `/options/chain`."""

import re
from typing import Any

import pytest

from bq_mcp.client.model import Reply
from bq_mcp.views import Answer
from bq_mcp.views.answer import render
from bq_mcp.views.fit.size import estimate
from bq_mcp.views.words.environment import build
from tests.unit.views.asking import NOW, ask, envelope, first_line, question

PATH = "/options/chain"
TOTALS = {
    "net_gex": -29_250_000.0,
    "call_gex": 190_000_000.0,
    "put_gex": -219_250_000.0,
    "total_oi": 505_459.9,
    "call_oi": 311_879.0,
    "put_oi": 193_580.9,
    "pcr": 0.6207,
    "atm_iv": 38.68,
    "contract_count": 8,
}


def contract(strike: float, side: str, expiry: str = "21NOV26", **fields: Any) -> dict[str, Any]:
    return {
        "strike": strike,
        "expiry": expiry,
        "dte": 0 if expiry == "21NOV26" else 34,
        "type": side,
        "oi": strike / 1_000,
        "iv": 38.68,
        "bid": 0.008,
        "ask": 0.0085,
        "mark": 0.00817,
        "volume": None,
        "notional_volume": None,
        "trade_count": None,
        "delta": 0.5 if side == "call" else -0.5,
        "gex": 1_000.0,
    } | fields


def chain(*contracts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    listed = list(contracts) or [
        contract(strike, side, expiry)
        for expiry in ("25DEC26", "21NOV26")
        for strike in (67_000.0, 68_000.0)
        for side in ("call", "put")
    ]
    return {
        "contracts": listed,
        "aggregates": TOTALS,
        "available_expiries": ["21NOV26", "25DEC26"],
        "truncated": False,
        "total_matching_count": len(listed),
        "max_contracts": 2_000,
    } | fields


def body_of(answer: Answer) -> str:
    return answer.text.split("\n", 1)[1]


def line_with(text: str, words: str) -> str:
    return next(line for line in text.split("\n") if words in line)


def test_count_and_totals_lead() -> None:
    lines = ask(chain(), PATH).text.split("\n")
    assert lines[1:4] == [
        "contracts: 8 match, all returned",
        "ATM IV 38.7% (as 67,000 21NOV26)",
        "totals of 8 contracts: OI 505,460 coin, all venues, PCR 0.62, "
        "net GEX -$29.2m per 1% move (calls +$190m, puts -$219m)",
    ]


@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_atm_volatility_stands_apart_and_its_expiry_is_not_guessed(detail: Any) -> None:
    far = chain(*(contract(strike, "call", iv=80.0) for strike in (100_000.0, 110_000.0)))
    text = ask(far, PATH, detail, query={"strike_min": 100_000}).text
    assert re.search(r"^ATM IV 38.7% \(tenor not stated\)$", text, re.MULTILINE)
    assert "ATM" not in line_with(text, "totals")
    assert "(+48.8%)" in line_with(text, "nearest spot")


def test_rows_are_those_nearest_spot_in_the_front_expiry() -> None:
    text = ask(chain(), PATH).text
    assert "nearest spot in 21NOV26 (0d)" in text
    assert line_with(text, "67,000 (-0.3%)").count("IV 38.7%") == 2


def test_brief_takes_the_nearest_strike_not_the_lowest() -> None:
    assert "nearest spot 67,000 (-0.3%) 21NOV26: ATM IV 38.7%" in ask(chain(), PATH, "brief").text
    other = chain(contract(68_000.0, "put", iv=41.0), contract(90_000.0, "put", iv=60.0))
    assert "nearest spot 68,000 (+1.2%) 21NOV26: put IV 41.0%" in ask(other, PATH, "brief").text


def test_a_cut_names_the_argument_that_brings_the_rest() -> None:
    text = ask(chain(truncated=True, total_matching_count=1_136, max_contracts=8), PATH).text
    line = line_with(text, "contracts: 8 of 1,136 matching returned")
    assert "max_contracts=1136 brings all" in line
    assert "scope after the cut not stated" in line_with(text, "totals")


def test_no_argument_brings_more_than_upstream_allows() -> None:
    text = ask(chain(truncated=True, total_matching_count=7_400, max_contracts=8), PATH).text
    assert "brings all" not in text


def test_sums_of_the_rows_stand_in_for_totals_nobody_asked_for() -> None:
    rows = chain()
    del rows["aggregates"]
    line = line_with(ask(rows, PATH).text, "sum of the contracts returned")
    assert line.endswith("OI 540 coin, PCR 1.00")


def test_a_ratio_of_contracts_that_miss_a_size_is_left_out() -> None:
    rows = chain(contract(67_000.0, "call"), contract(67_000.0, "put", oi=None))
    del rows["aggregates"]
    line = line_with(ask(rows, PATH).text, "sum of the contracts returned")
    assert line.endswith("OI 67 coin, n/a for 1")


def test_numbers_written_as_text_are_numbers() -> None:
    written = chain()
    for row in written["contracts"]:
        row |= {name: str(row[name]) for name in ("strike", "oi", "iv", "gex", "dte", "bid")}
    written["aggregates"] = {name: str(value) for name, value in TOTALS.items()}
    written["total_matching_count"] = "8"
    assert body_of(ask(written, PATH)) == body_of(ask(chain(), PATH))


def test_settled_contracts_are_never_the_front() -> None:
    stale = chain(contract(67_000.0, "call", "20NOV26", dte=-1), contract(67_500.0, "call"))
    text = ask(stale, PATH).text
    assert "nearest spot in 21NOV26 (0d)" in text and "20NOV26" not in line_with(text, "nearest")


def test_an_empty_answer_names_what_emptied_it_and_has_no_totals() -> None:
    nothing = dict.fromkeys(TOTALS, 0) | {"pcr": None, "atm_iv": None}
    empty = {"contracts": [], "aggregates": nothing, "total_matching_count": 0}
    query = {"dte_min": 0, "dte_max": 0, "oi_min": "0", "delta_max": 0, "option_type": "both"}
    for detail in ("brief", "standard", "full"):
        text = ask(empty, PATH, detail, query=query).text
        assert "contracts: 0" in text
        assert "no contract passes dte_max 0, delta_max 0" in text
        assert "OI 0" not in text and "GEX" not in text.split("\n", 1)[1]


def test_quotes_are_deribit_and_zero_is_no_quote() -> None:
    quiet = chain(contract(67_000.0, "call", bid=0.0), contract(67_000.0, "put"))
    text = ask(quiet, PATH).text
    assert "Deribit quotes in coin, 0 = no quote" in text
    assert "bid 0, ask 0.0085" in text
    assert "mid" not in text


def test_quotes_that_were_not_recorded_are_not_shown() -> None:
    text = ask(chain(), PATH, extra={"quotes_note": "bid and ask were not recorded"}).text
    assert "bid 0" not in text
    assert 'quotes_note "bid and ask were not recorded"' in text


def test_activity_that_was_not_measured_is_not_zero() -> None:
    assert "24h volume n/a: not measured" in ask(chain(), PATH).text


def test_activity_that_was_not_asked_for_is_not_mentioned() -> None:
    lean = {"strike": 67_000.0, "expiry": "21NOV26", "dte": 0, "type": "call", "oi": 5.0}
    text = ask(chain(lean), PATH).text
    assert "24h" not in text
    assert "IV scale" not in text


def test_a_projection_to_exposures_shows_them() -> None:
    lean = {"strike": 67_000.0, "expiry": "21NOV26", "dte": 0, "type": "put", "gex": -2_500_000.0}
    text = ask(chain(lean), PATH).text
    assert "67,000 (-0.3%) put gex -$2.5m" in text


def test_decimal_volatility_reads_as_percent() -> None:
    decimal = chain(aggregates=TOTALS | {"atm_iv": 0.3868})
    for row in decimal["contracts"]:
        row["iv"] = 0.3868
    assert ask(decimal, PATH).text == ask(chain(), PATH).text


def test_levels_that_disagree_leave_the_scale_open() -> None:
    text = ask(chain(aggregates=TOTALS | {"atm_iv": 0.3868}), PATH).text
    assert "IV scale not stated" in text
    assert "ATM IV 0.3868" in text


def test_filters_are_echoed() -> None:
    query = {"symbol": "BTCUSDT", "dte_max": 30, "option_type": "both", "include": "oi"}
    text = ask(chain(), PATH, query=query).text
    assert "\nfiltered by dte_max 30\n" in text


def test_a_side_that_is_missing_is_not_guessed() -> None:
    unsided = chain()
    for row in unsided["contracts"]:
        row["type"] = None
    text = ask(unsided, PATH).text
    assert "67,000 (-0.3%) side n/a IV 38.7%" in text
    assert " call " not in text


def test_a_projection_to_totals_is_an_answer() -> None:
    only = {"aggregates": TOTALS, "truncated": False, "total_matching_count": 8}
    text = ask(only, PATH).text
    assert "contracts: 8 match\nATM IV 38.7% (tenor not stated)\ntotals of 8 contracts" in text


def test_a_projection_to_expiries_lists_them() -> None:
    text = ask({"available_expiries": ["21NOV26", "25DEC26"]}, PATH).text
    assert "expiries available: 21NOV26, 25DEC26" in text


def test_a_bare_list_is_read() -> None:
    assert "contracts: 8 returned" in ask(chain()["contracts"], PATH).text


def test_positioning_is_not_guessed() -> None:
    assert "positioning not stated" in first_line(ask(chain(), PATH))


@pytest.mark.parametrize(("detail", "budget"), [("brief", 150), ("standard", 500), ("full", 2_000)])
def test_five_thousand_contracts_answer_like_twenty(detail: Any, budget: int) -> None:
    many = [
        contract(20_000.0 + 50 * step, side, expiry)
        for expiry in ("21NOV26", "25DEC26")
        for step in range(1_250)
        for side in ("call", "put")
    ]
    text = ask(chain(*many), PATH, detail).text
    assert estimate(text) <= budget
    assert "contracts: 5,000" in text
    assert re.search(r"of 1,249 strikes\b|1,24\d strikes more", text)


def test_template_knows_every_name_it_uses() -> None:
    reply = Reply(envelope(chain()), NOW, received=0.0)
    answer = render(question(PATH, "full"), reply, NOW, build(strict=True))
    assert answer.meta["view"] == "options/chain"
