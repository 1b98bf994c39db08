"""The view of `/options/expiry-summary`."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from bq_mcp.client.model import Reply
from bq_mcp.views.answer import render
from bq_mcp.views.fit.size import estimate
from bq_mcp.views.words.environment import build
from tests.unit.views.asking import NOW, ask, envelope, first_line, question

PATH = "/options/expiry-summary"


def row(expiry: str, dte: int, **fields: Any) -> dict[str, Any]:
    return {
        "expiry": expiry,
        "dte": dte,
        "type": "weekly",
        "is_anchor": False,
        "atm_iv": 61.24,
        "skew_25d": 2.0,
        "put_25d_iv": 63.0,
        "call_25d_iv": 61.0,
        "pcr": 0.5,
        "call_oi": 200.0,
        "put_oi": 100.0,
        "total_oi": 300.0,
        "notional_oi_usd": 20_164_200.0,
        "net_gex": -1_500_000.0,
        "max_pain": {"strike": 66_000.0, "value": 4_000_000.0},
        "by_venue": {"deribit": {"total_oi": 250.0}, "okx": {"total_oi": 50.0}},
        "by_venue_unattributed": None,
    } | fields


def board(**first: Any) -> dict[str, Any]:
    anchor = {"type": "monthly", "is_anchor": True, "total_oi": 200.0, "skew_25d": -1.0}
    return {
        "expiries": [
            row("21NOV26", 0) | first,
            row("27NOV26", 6, **anchor),
            row("04DEC26", 13, total_oi=1_500.0),
        ],
        "anchor_count": 1,
        "type_counts": {"daily": 0, "weekly": 2, "monthly": 1, "quarterly": 0},
    }


def line_with(text: str, words: str) -> str:
    return next(line for line in text.split("\n") if words in line)


def test_front_anchor_and_largest_lead() -> None:
    lines = ask(board(), PATH).text.split("\n")
    assert lines[1].startswith("expiries: 3, 1 monthly or quarterly")
    assert "OI 2,000 coin" in lines[1]
    assert lines[2].startswith("front 21NOV26 (0d, weekly): ATM IV 61.2%")
    assert lines[3].startswith("next anchor 27NOV26 (6d, monthly)")
    assert "largest OI 04DEC26" in lines[4]
    assert "1,500 coin (75.0% of all)" in lines[4]


def test_rows_are_counted_here_and_upstreams_count_is_called_so() -> None:
    line = ask(board() | {"anchor_count": 6, "type_counts": {"weekly": 9}}, PATH).text.split("\n")[
        1
    ]
    assert "1 monthly or quarterly · upstream counts 6 monthly or quarterly" in line
    assert "9" not in line


def test_a_settled_row_is_neither_front_nor_counted() -> None:
    for stale in ({"expiry": "20NOV26", "dte": -1}, {"expiry": "20NOV26", "dte": 0}):
        text = ask(board(**stale, total_oi=9_999.0), PATH).text
        assert "front, next anchor 27NOV26" in text
        assert "settled, not counted: 20NOV26" in text
        assert "OI 1,700 coin" in text.split("\n")[1]


def test_the_anchor_of_its_own_morning_is_the_next_one() -> None:
    served = board()
    served["expiries"][1] |= {"expiry": "21NOV26", "dte": 0}
    served["expiries"][0] |= {"expiry": "22NOV26", "dte": 1}
    assert "front, next anchor 21NOV26 (0d" in ask(served, PATH).text


def test_each_label_of_brief_has_its_own_figures() -> None:
    lines = ask(board(), PATH, "brief").text.split("\n")
    assert lines[1].startswith("front 21NOV26: ATM IV 61.2%, OI share 15.0%, net GEX -$1.5m")
    assert lines[2].startswith(
        "next anchor 27NOV26: skew -1.0 pts (calls dearer), PCR 0.50, max pain 66,000"
    )


def test_numbers_written_as_text_are_numbers() -> None:
    written = board()
    for expiry in written["expiries"]:
        expiry |= {name: str(expiry[name]) for name in ("dte", "atm_iv", "pcr", "total_oi")}
        expiry["max_pain"] = {"strike": "66000", "value": "4000000"}
    assert ask(written, PATH, "full").text == ask(board(), PATH, "full").text


def test_venues_not_shown_are_summed() -> None:
    split = {
        name: {"total_oi": size} for name, size in zip("abcdefgh", range(80, 0, -10), strict=True)
    }
    served = {"expiries": [row(f"{day:02}JAN27", day, by_venue=split) for day in range(1, 5)]}
    text = ask(served, PATH).text
    assert "OI by venue, coin: a 320, b 280, c 240 · … 5 more venues 41.7%" in text


def test_skew_says_which_wing_is_dearer() -> None:
    text = ask(board(), PATH).text
    assert "skew +2.0 pts (puts dearer)" in line_with(text, "front")
    assert "skew -1.0 pts (calls dearer)" in line_with(text, "next anchor")


def test_gex_sums_over_all_expiries_and_says_its_unit() -> None:
    assert "net GEX sum -$4.5m per 1% move" in ask(board(), PATH).text


def test_positioning_is_not_guessed() -> None:
    assert "positioning not stated" in first_line(ask(board(), PATH))


def test_ratios_and_volatilities_are_never_averaged() -> None:
    text = ask(board(), PATH, "full").text
    assert "average" not in text
    assert "PCR" not in text.split("\n")[1]


@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_decimal_volatility_reads_as_percent(detail: Any) -> None:
    decimal = board()
    for expiry in decimal["expiries"]:
        for name in ("atm_iv", "skew_25d", "put_25d_iv", "call_25d_iv"):
            expiry[name] /= 100
    assert ask(decimal, PATH, detail).text == ask(board(), PATH, detail).text


def test_levels_that_disagree_leave_the_scale_open() -> None:
    text = ask(board(atm_iv=0.61), PATH).text
    assert "IV scale not stated" in text
    assert "0.61" in line_with(text, "front")


def test_bare_list_and_other_spelling_give_the_same_rows() -> None:
    bare: Any = [
        {("days_to_expiry" if name == "dte" else name): value for name, value in expiry.items()}
        for expiry in board()["expiries"]
    ]
    assert ask(bare, PATH, "brief").text == ask(board(), PATH, "brief").text


def test_anchor_without_flag_follows_the_calendar() -> None:
    unflagged = board()
    for expiry in unflagged["expiries"]:
        del expiry["is_anchor"]
    assert "next anchor 27NOV26" in ask(unflagged, PATH).text


def test_days_without_dte_are_counted_to_settlement() -> None:
    assert "front 21NOV26 (0d" in ask(board(dte=None), PATH).text


def test_a_missing_size_is_not_hidden_in_the_sum() -> None:
    line = ask(board(total_oi=None), PATH).text.split("\n")[1]
    assert "OI 1,700 coin, n/a for 1" in line
    # The USD of other rows than those summed in coin.
    assert "$" not in line.split("net GEX")[0]


def test_venues_are_summed_over_the_expiries_that_have_a_split() -> None:
    text = ask(board(by_venue=None), PATH).text
    assert "OI by venue, coin: deribit 500, okx 100 · 2 of 3 expiries split" in text


def test_max_pain_of_brief_is_that_of_front_and_anchor() -> None:
    lines = ask(board(max_pain={"strike": 70_000.0}), PATH, "brief").text.split("\n")
    assert "max pain 70,000 (+4.1%)" in lines[1] and "max pain 66,000" in lines[2]


def test_no_expiry_is_said() -> None:
    assert "expiries: rows received 0" in ask({"expiries": []}, PATH).text


@pytest.mark.parametrize(("detail", "budget"), [("brief", 150), ("standard", 500), ("full", 2_000)])
def test_sixty_expiries_stay_within_the_budget(detail: Any, budget: int) -> None:
    many: Mapping[str, Any] = {"expiries": [row(f"{day:02}JAN27", day) for day in range(1, 32)] * 2}
    text = ask(many, PATH, detail).text
    assert estimate(text) <= budget
    assert detail == "brief" or re.search(r"\d+ of 61 other expiries", text)


def test_template_knows_every_name_it_uses() -> None:
    reply = Reply(envelope(board()), NOW, received=0.0)
    answer = render(question(PATH, "full"), reply, NOW, build(strict=True))
    assert answer.meta["view"] == "options/expiry-summary"
