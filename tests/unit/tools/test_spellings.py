"""Spellings of one value."""

from typing import Any

import pytest

from bq_mcp.tools.param_form import ParamForm
from bq_mcp.tools.spellings import coerce, is_absent, single, split, wire

PAIRS = ParamForm(allowed=("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT"))
COINS = ParamForm(allowed=("BTC", "ETH", "SOL", "XRP"))
VENUES = ParamForm(is_list=True, allowed=("deribit", "okx", "delta_india", "delta"))
BARS = ParamForm(allowed=("1m", "5m", "15m", "1h", "4h", "1d"))
TEXT, WHOLE, NUMBER = ParamForm(), ParamForm("integer"), ParamForm("number")
TOKEN, ISO = ParamForm(expiry="token"), ParamForm(expiry="iso")
EITHER = ParamForm(expiry="token_or_iso", words=("all", "0dte"))


def test_words_that_clients_send_for_nothing_count_as_absent() -> None:
    words = ["", "  ", "null", "NULL", " null ", "None", "nil", "undefined", "n/a", "'null'", '""']
    for value in [None, [], [None], ["null"], ["", None], *words]:
        assert is_absent(value), value


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "nullable", [0], {}, ["BTC", None], "nan"])
def test_zero_and_false_are_values(value: object) -> None:
    assert not is_absent(value)


def test_a_word_for_nothing_that_is_a_member_is_that_member() -> None:
    assert not is_absent("None", ("none", "some"))


@pytest.mark.parametrize(
    "spelling",
    ["BTCUSDT", "btcusdt", "btc", "BTC-USD", "BTC/USDT", "btc_usdt", "BTC-PERP", "BTC-PERPETUAL"]
    + ["Bitcoin", "xbt", " BTC ", "XBTUSD", "$BTC", "BTC/USDT:USDT", "BTC-USDT-SWAP", "BTCUSDT.P"]
    + ['"BTC"', "BTC\u2011USD", "\uff22\uff34\uff23"],
)
def test_market_spellings_become_what_the_parameter_takes(spelling: str) -> None:
    assert coerce(spelling, PAIRS) == "BTCUSDT"
    assert coerce(spelling, COINS) == "BTC"


@pytest.mark.parametrize(
    "spelling",
    ["DOGE", "XRP", "BTCUSDC", "WBTC", "USDT", "USD", "BTC ETH", "BTC,ETH", "BINANCE:BTCUSDT"]
    + ["-BTC"],
)
def test_another_market_is_never_turned_into_a_listed_one(spelling: str) -> None:
    assert coerce(spelling, PAIRS) == spelling


def test_a_coin_outside_this_parameter_stays_as_given() -> None:
    assert coerce("HYPEUSDT", COINS) == "HYPEUSDT"


def test_members_match_whatever_their_case_and_separators() -> None:
    assert coerce("FLOW", ParamForm(allowed=("flow", "std"))) == "flow"
    assert coerce("Delta India", VENUES) == "delta_india"
    assert coerce("delta-india", VENUES) == "delta_india"
    assert coerce("expectedMove", ParamForm(allowed=("expected_move",))) == "expected_move"


def test_a_sign_or_a_dash_between_digits_is_part_of_a_member() -> None:
    signs = ParamForm(allowed=("+1", "-1", "0", "1-5", "delta-1"))
    assert [coerce(text, signs) for text in ("1", 1, "15", "\u22121", "1\u20135", "delta 1")] == (
        ["1", 1, "15", "-1", "1-5", "delta-1"]
    )
    assert coerce("-okx", VENUES) == "-okx"


def test_case_tells_members_apart_that_differ_by_case() -> None:
    both = ParamForm(allowed=("aB", "Ab", "c"))
    assert [coerce(word, both) for word in ("aB", "Ab", "ab", "AB", "C")] == (
        ["aB", "Ab", "ab", "AB", "c"]
    )


@pytest.mark.parametrize(
    ("word", "member"),
    [
        ("calls", "call"),
        ("PUT", "put"),
        ("C", "call"),
        ("p", "put"),
        ("any", "both"),
        ("*", "both"),
    ],
)
def test_sides_are_known_by_their_usual_words(word: str, member: str) -> None:
    assert coerce(word, ParamForm(allowed=("call", "put"), neutral="both")) == member


@pytest.mark.parametrize(
    ("spelling", "bar"),
    [
        ("1m", "1m"),
        ("1 min", "1m"),
        ("60m", "1h"),
        ("1H", "1h"),
        ("4 hours", "4h"),
        ("hourly", "1h"),
    ]
    + [("1D", "1d"), ("24h", "1d"), ("daily", "1d"), ("900s", "15m"), ("1-day", "1d")]
    + [("PT1H", "1h"), ("PT1M", "1m"), ("P1D", "1d"), ("1h\u200b", "1h")],
)
def test_a_bar_is_known_by_its_length(spelling: str, bar: str) -> None:
    assert coerce(spelling, BARS) == bar


@pytest.mark.parametrize(
    "spelling", ["1M", "P1M", "PT1D", "1mo", "1 month", "15M", "5M", "30d", "60", "m", "D", "2h"]
)
def test_a_month_is_no_minute_and_no_other_bar_either(spelling: str) -> None:
    assert coerce(spelling, BARS) == spelling


def test_a_set_with_months_tells_them_from_minutes() -> None:
    with_months = ParamForm(allowed=("1m", "1d", "1M"))
    assert [coerce(word, with_months) for word in ("1M", "1m", "monthly", "1 minute")] == (
        ["1M", "1m", "1M", "1m"]
    )


@pytest.mark.parametrize(
    ("value", "made"),
    [("30", 30), (" 30 ", 30), ("30.0", 30), (30.0, 30), ("-5", -5), ("+5", 5), ("1,000", 1000)]
    + [
        ("1e3", 1000),
        ("5k", 5000),
        ("70_000", 70000),
        ("1 000", 1000),
        ("'30'", 30),
        ("\u22125", -5),
    ],
)
def test_whole_numbers_are_read_from_text(value: object, made: int) -> None:
    result = coerce(value, WHOLE)
    assert result == made and isinstance(result, int)


@pytest.mark.parametrize(
    "value",
    ["30.5", "thirty", "0x1f", "", 30.5, True, [], "1,5", "1,00", "$5", "7d", "10%", "1 2"]
    + ["10\u00b2", "\u00b2", "\u2460", "\u00bd"],
)
def test_what_is_no_whole_number_stays_as_given(value: object) -> None:
    assert coerce(value, WHOLE) is value


@pytest.mark.parametrize(("value", "made"), [("0.5", 0.5), (".5", 0.5), ("1e3", 1000), ("2", 2)])
def test_numbers_are_read_from_text(value: str, made: float) -> None:
    assert coerce(value, NUMBER) == made


@pytest.mark.parametrize(
    "value",
    ["nan", "inf", "Infinity", "5%", "1.2.3", "$5", "70.000", "1.000,5", "~70k", ">5", "5 BTC"],
)
def test_what_is_no_number_stays_text(value: str) -> None:
    assert coerce(value, NUMBER) == value


@pytest.mark.parametrize(
    ("unit", "text", "made"),
    [
        ("money", "$70,000", 70_000),
        ("money", "70k", 70_000),
        ("money", "$1.5M", 1_500_000),
        ("money", "1.234M", 1_234_000),
        ("money", "0.125", 0.125),
        ("money", "250k USD", 250_000),
        ("money", "70\u202f000", 70_000),
        ("days", "7d", 7),
        ("days", "2 weeks", 14),
        ("days", "7 DTE", 7),
        ("days", "48h", 2),
        ("hours", "2 days", 48),
        ("hours", "30 min", 0.5),
        ("minutes", "1h", 60),
        ("percent", "10%", 10),
        ("percent", "-10 %", -10),
        ("ratio", "90%", 0.9),
        ("ratio", "0.9", 0.9),
    ],
)
def test_a_suffix_is_read_in_the_unit_of_the_parameter(unit: Any, text: str, made: float) -> None:
    assert coerce(text, ParamForm("number", unit=unit)) == made


@pytest.mark.parametrize(
    ("unit", "text"),
    [("days", "1M"), ("days", "1 month"), ("hours", "5k"), ("money", "10%"), ("percent", "10k")]
    + [("ratio", "25d"), ("money", "7d"), ("percent", "$5"), ("money", "$70.500")],
)
def test_a_suffix_of_another_unit_is_no_number(unit: Any, text: str) -> None:
    assert coerce(text, ParamForm("number", unit=unit)) == text


def test_half_a_day_is_no_whole_number_of_days() -> None:
    assert coerce("12h", ParamForm("integer", unit="days")) == "12h"


@pytest.mark.parametrize(
    ("value", "made"), [("true", True), ("FALSE", False), (1, True), (0, False), ("no", False)]
)
def test_booleans_are_read_from_words(value: object, made: bool) -> None:
    assert coerce(value, ParamForm("boolean")) is made


def test_a_word_that_is_no_boolean_stays_as_given() -> None:
    assert coerce("maybe", ParamForm("boolean")) == "maybe"
    assert coerce(2, ParamForm("boolean")) == 2


@pytest.mark.parametrize(("value", "made"), [("30", 30), (30.0, 30), ("30.0", 30)])
def test_enum_of_numbers_is_met_by_text(value: object, made: int) -> None:
    assert coerce(value, ParamForm("integer", allowed=(15, 30))) == made


def test_enum_of_numeric_text_is_met_by_a_number() -> None:
    texts = ParamForm(allowed=("15", "30"))
    assert coerce(30, texts) == "30"
    assert coerce(30.0, texts) == "30"
    assert coerce("0.50", ParamForm("number", allowed=(0.5, 1))) == 0.5


def test_true_is_not_the_number_one() -> None:
    assert coerce(True, ParamForm("integer", allowed=(1, 2))) is True


@pytest.mark.parametrize(
    "spelling",
    ["27MAR26", "27mar26", "27MAR2026", "27-MAR-26", "27 Mar 2026", "27 march 2026", "2026-03-27"]
    + ["20260327", "2026-03-27T08:00:00Z", "2026-03-27 08:00:00+00:00", 20260327, "2026/3/27"]
    + ["March 27, 2026", "03/27/2026", "27.03.2026", "27\u2011MAR\u201126", "1774598400000"]
    + ["Friday, 27 March 2026", "27th March 2026", 1774598400, '"27MAR26"'],
)
def test_expiry_is_written_as_the_parameter_takes_it(spelling: object) -> None:
    assert coerce(spelling, TOKEN) == "27MAR26"
    assert coerce(spelling, ISO) == "2026-03-27"


def test_a_token_has_a_day_of_two_digits() -> None:
    assert coerce("5SEP25", TOKEN) == "05SEP25"
    assert coerce("2025-09-05", TOKEN) == "05SEP25"


def test_where_both_forms_are_taken_the_given_one_stays() -> None:
    assert coerce("27mar26", EITHER) == "27MAR26"
    assert coerce("2026-03-27", EITHER) == "2026-03-27"


@pytest.mark.parametrize(
    ("word", "made"),
    [("ALL", "all"), ("all expiries", "all"), ("*", "all"), ("0DTE", "0dte"), ("0 DTE", "0dte")],
)
def test_words_for_expiries_are_read_where_they_are_taken(word: str, made: str) -> None:
    assert coerce(word, EITHER) == made
    assert coerce(word, TOKEN) == word


@pytest.mark.parametrize(
    "text",
    ["next friday", "31FEB26", "27MARKET26", "2126-03-27", "1926-03-27", "0000-00-00", "27JUX26"]
    + ["2026-03-27T23:00:00-05:00", "weekly", "03/04/2027", "Monday, March 26, 2027", "26MAR"],
)
def test_an_expiry_that_is_no_day_or_two_goes_as_given(text: str) -> None:
    assert coerce(text, TOKEN) == text
    assert coerce(text, ISO) == text


def test_without_a_hint_an_expiry_goes_as_given() -> None:
    assert coerce("27mar26", TEXT) == "27mar26"


@pytest.mark.parametrize(
    "text",
    ["2026-08-20T14:30:00Z", "2026-08-20 14:30", "2026-08-20T16:30+02:00", "1787236200"]
    + ["1787236200000", "2026-08-20 14:30 UTC", "2026/08/20 14:30", "20260820T1430Z"],
)
def test_an_instant_is_written_in_utc(text: str) -> None:
    assert coerce(text, ParamForm(instant="at")) == "2026-08-20T14:30:00Z"


@pytest.mark.parametrize(
    "text",
    ["2026-08-20T25:00:00Z", "2026-08-20T24:00:00Z", "2026-08-20 12:00:60", "2026-08-20 14.30"]
    + ["2026-08-20-12:00", "2026-08-20+02:00", "2026-W34", "2026-02-30T12:00Z", "2026/08/20 2:3"],
)
def test_an_hour_that_is_none_is_never_taken_for_midnight(text: str) -> None:
    assert coerce(text, ParamForm(instant="at")) == text


def test_a_limit_of_a_window_that_can_be_no_cursor_is_written_in_utc() -> None:
    for text, made in (("Aug 20 2026", "2026-08-20T00:00:00Z"), ("1787236200", "1787236200")):
        assert coerce(text, ParamForm(instant="until")) == made


def test_the_end_of_a_window_may_be_a_cursor_and_goes_as_given() -> None:
    for text in ("2026-08-20T14:30:00.123456+00:00", "1787236200000", "eyJ0cyI6MTc4NzIz"):
        assert coerce(text, ParamForm(instant="until")) == text


@pytest.mark.parametrize(
    "value",
    [["a", "b"], "a,b", " a , b ", '["a","b"]', "[a, b]", "['a', 'b']", '"a","b"']
    + [["a,b"], ["a", None, "", "null", "b"], '["a", null, "b"]']
    + [[["a", "b"]], [["a"], ["b"]], ["a", ["b"]], ['["a","b"]'], '[["a"],"b"]'],
)
def test_lists_are_read_from_every_spelling(value: object) -> None:
    assert split(value, TEXT) == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    ["deribit okx", "deribit;okx", "deribit and okx", "deribit & okx", "deribit\uff0cokx"]
    + ["- deribit\n- okx"],
)
def test_known_words_in_a_row_are_a_list(text: str) -> None:
    assert split(text, VENUES) == ["deribit", "okx"]


def test_all_is_each_member_where_leaving_it_out_is_none() -> None:
    sections = ParamForm(is_list=True, allowed=("ranked", "zones"), every=True)
    assert split("all", sections) == split(["*"], sections) == ["ranked", "zones"]
    assert split("all", VENUES) == ["all"]


def test_a_known_word_with_a_blank_or_a_comma_is_one() -> None:
    assert split("delta india, okx", VENUES) == ["delta india", "okx"]
    assert split("March 26, 2027", TOKEN) == ["March 26, 2027"]
    assert split("26MAR27 30APR27", TOKEN) == ["26MAR27", "30APR27"]


@pytest.mark.parametrize("value", ["[]", ",", " , ,", '["null"]', "[null]"])
def test_a_list_of_nothing_is_empty(value: str) -> None:
    assert split(value, TEXT) == []


def test_one_scalar_is_a_list_of_one() -> None:
    assert split(30, TEXT) == [30]
    assert split("30", TEXT) == ["30"]


@pytest.mark.parametrize("value", ["[" * 3000, True, {"a": 1}])
def test_what_is_no_list_comes_back_unchanged(value: object) -> None:
    assert split(value, TEXT) == value


def test_a_list_of_one_is_one_value() -> None:
    for value in (["a"], '["a"]', ["a", None], "a", "a,", [["a"]], ['["a"]']):
        assert single(value) == "a"
    for kept in (["a", "b"], [], {"a": 1}, 5):
        assert single(kept) == kept


def test_wire_spellings() -> None:
    assert [wire(value) for value in (True, False, 30, 0.5, "a", ["a", 1, True])] == (
        ["true", "false", "30", "0.5", "a", "a,1,true"]
    )
