"""What no market can answer is refused before a request, with the reason."""

from datetime import timedelta

import pytest

from bq_mcp.catalog import Param
from bq_mcp.errors import ArgumentError

from .offered import NOW, TOOLS, fault, faults, hint, sent, tool


def test_an_inverted_range_is_refused_on_the_side_that_was_given() -> None:
    found = fault("options_chain", strike_min=80_000, strike_max="70k")
    assert (found.param, found.reason) == (
        ("strike_min", "is above strike_max 70,000: nothing would be left")
    )
    assert sent("options_chain", strike_min=70_000, strike_max=70_000)


def test_a_range_is_inverted_against_a_default_too() -> None:
    found = fault("gex_time_heatmap", iv_min=250)
    assert found.reason == "is above iv_max 200, its default: nothing would be left"


def test_bounds_are_paired_by_either_spelling_of_their_names() -> None:
    one = tool(Param("min_size", type="number"), Param("max_size", type="number"))
    assert "above max_size 1" in fault(one, min_size=2, max_size=1).reason


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    found = fault("tape", after="2026-11-20T12:00:00Z", before="2026-11-20T11:00:00Z")
    assert found.param == "after" and "earlier than before" in found.reason


@pytest.mark.parametrize("expiry", ["26MAR25", "2025-03-26", "19NOV26"])
def test_a_past_expiry_is_refused_with_its_date(expiry: str) -> None:
    found = fault("gex_max_pain", expiry=expiry)
    assert "expired on 202" in found.reason and "2026-11-20 UTC" in found.reason


def test_todays_expiry_is_none_of_the_past() -> None:
    assert sent("gex_max_pain", expiry="20NOV26") == {"expiry": "20NOV26"}


def test_an_expiry_is_judged_by_the_day_that_is_asked_about() -> None:
    query = sent("gex_strike_profile", expiry="25SEP26", as_of="2026-09-01T00:00:00Z")
    assert query["expiry"] == "25SEP26"
    assert fault("gex_strike_profile", expiry="28AUG26", as_of="2026-09-01").param == "expiry"


def test_one_past_expiry_of_a_list_is_named() -> None:
    found = fault("options_chain", expiries=["26MAR25", "26MAR27"])
    assert (found.param, found.value) == ("expiries", "26MAR25")


@pytest.mark.parametrize("text", ["2099-01-01", (NOW + timedelta(days=2)).isoformat()])
def test_a_snapshot_of_the_future_is_refused(text: str) -> None:
    assert "lies ahead; it is 2026-11-20 UTC" in fault("gex_levels", as_of=text).reason


@pytest.mark.parametrize("word", ["now", "latest", "Current", "live", "real-time", "undefined"])
def test_words_for_now_are_as_good_as_nothing(word: str) -> None:
    assert sent("gex_levels", as_of=word) == {}
    assert sent("gex_history", before=word) == {}


@pytest.mark.parametrize("text", ["yesterday", "2h ago", "2026-02-30", "31 Feb 2026", "soon", "5"])
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    for subject, name in (("gex_levels", "as_of"), ("gex_history", "before")):
        found = fault(subject, **{name: text})
        assert "2026-08-20T14:30:00Z" in found.reason and "leave it out" in found.reason


@pytest.mark.parametrize(
    ("text", "words", "closest"),
    [
        ("next friday", "names no day", None),
        ("31FEB27", "the calendar lacks", None),
        ("front", "write a day such as 26MAR27, all, 0dte", None),
        ("today", "names no day", "0dte"),
        ("03/04/2027", "may be 2027-03-04 or 2027-04-03", None),
        ("BTC-26MAR27-70000-C", "name of a contract", "26MAR27"),
    ],
)
def test_what_is_no_expiry_is_refused_with_the_way_on(
    text: str, words: str, closest: str | None
) -> None:
    found = fault("gex_max_pain", expiry=text)
    assert words in found.reason and found.closest == closest
    assert found.see == "/expiries"


def test_a_limit_of_nothing_is_refused_where_nothing_is_that_small() -> None:
    names = ("strike_max", "moneyness_max", "delta_max")
    found = faults("options_chain", **dict.fromkeys(names, 0), dte_max=0, strike_min=0)
    assert {item.param for item in found} == set(names)
    assert {item.reason for item in found} == {"must be above 0; leave it out for no limit"}


@pytest.mark.parametrize("value", ["BTC,ETH", ["BTC", "ETH"], "BTC and ETH", '["BTC","ETH"]'])
def test_several_values_for_one_are_refused_with_the_tool_that_takes_them(value: object) -> None:
    found = fault("gex_levels", symbol=value)
    assert found.reason == "takes one value; repeat the call for each"
    assert found.see == "/multi/gex/levels"
    assert fault("gex_max_pain", symbol=value).see == ""


def test_words_for_both_sides_and_for_all_venues_leave_the_argument_out() -> None:
    assert sent("tape", option_type="both", venues="all") == {}
    assert sent("tape", option_type="any", venues=["ALL"]) == {}
    assert sent("options_chain", option_type="all", expiries="*") == {"option_type": "both"}
    assert fault("tape", venues=["all", "okx"]).value == "all"


def test_one_clear_fault_for_each_argument() -> None:
    with pytest.raises(ArgumentError) as caught:
        TOOLS["options_chain"].checker.prepare({"strike_min": "x", "expiries": "x"}, NOW)
    assert [item.param for item in caught.value.faults] == ["strike_min", "expiries"]


def test_a_month_is_refused_without_offering_a_minute() -> None:
    for text in ("1M", "1mo", "1 month"):
        found = fault("market_candles", interval=text)
        assert found.closest is None and "1m" in found.allowed
    assert "M is a month" in fault("market_candles", interval="1M").reason


def test_a_number_out_of_bounds_is_told_its_unit() -> None:
    assert (
        fault("options_chain", moneyness_min=90).reason
        == "must be at most 10 (a ratio: 0.9 is 90%)"
    )
    assert fault("market_candles", hours="1M").reason == "must be a whole number (hours)"


def test_a_hint_does_not_make_a_changed_parameter_unusable() -> None:
    known = hint()
    assert sent(tool(Param("expiry"), hint=known), expiry="front") == {"expiry": "front"}
