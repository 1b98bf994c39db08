"""Spellings of one value."""

import pytest

from bq_mcp.tools.spellings import coerce, is_absent, split, wire

PAIRS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "HYPEUSDT")
COINS = ("BTC", "ETH", "SOL", "XRP")


@pytest.mark.parametrize(
    "value", [None, "", "  ", "null", "NULL", " null ", [], [None], ["null"], ["", None]]
)
def test_neutral_values_count_as_absent(value: object) -> None:
    assert is_absent(value)


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "none", "nullable", [0], {}, ["BTC", None]])
def test_zero_false_and_words_are_values(value: object) -> None:
    assert not is_absent(value)


@pytest.mark.parametrize(
    "spelling",
    ["BTCUSDT", "btcusdt", "btc", "BTC-USD", "BTC/USDT", "btc_usdt", "BTC-PERP", "BTC-PERPETUAL"]
    + ["Bitcoin", "xbt", " BTC ", "XBTUSD"],
)
def test_market_spellings_become_what_the_parameter_takes(spelling: str) -> None:
    assert coerce(spelling, "string", PAIRS, "") == "BTCUSDT"
    assert coerce(spelling, "string", COINS, "") == "BTC"


@pytest.mark.parametrize("spelling", ["DOGE", "XRP", "BTCUSDC", "WBTC", "USDT", "USD", "BTC ETH"])
def test_another_market_is_never_turned_into_a_listed_one(spelling: str) -> None:
    assert coerce(spelling, "string", PAIRS, "") == spelling


def test_a_coin_outside_this_parameter_stays_as_given() -> None:
    assert coerce("HYPEUSDT", "string", COINS, "") == "HYPEUSDT"


def test_enum_members_match_whatever_their_case() -> None:
    assert coerce("FLOW", "string", ("flow", "std"), "") == "flow"
    assert coerce("b", "string", ("B", "b"), "") == "b"


@pytest.mark.parametrize(
    ("value", "made"), [("30", 30), (" 30 ", 30), ("30.0", 30), (30.0, 30), ("-5", -5), ("+5", 5)]
)
def test_whole_numbers_are_read_from_text(value: object, made: int) -> None:
    result = coerce(value, "integer", (), "")
    assert result == made and isinstance(result, int)


@pytest.mark.parametrize("value", ["30.5", "1e3", "1,000", "thirty", "0x1f", "", 30.5, True, []])
def test_what_is_no_whole_number_stays_as_given(value: object) -> None:
    assert coerce(value, "integer", (), "") is value


@pytest.mark.parametrize(("value", "made"), [("0.5", 0.5), (".5", 0.5), ("1e3", 1000), ("2", 2)])
def test_numbers_are_read_from_text(value: str, made: float) -> None:
    assert coerce(value, "number", (), "") == made


@pytest.mark.parametrize("value", ["nan", "inf", "Infinity", "5%", "1.2.3", "1_000"])
def test_what_is_no_number_stays_text(value: str) -> None:
    assert coerce(value, "number", (), "") == value


@pytest.mark.parametrize(
    ("value", "made"), [("true", True), ("FALSE", False), (1, True), (0, False), ("no", False)]
)
def test_booleans_are_read_from_words(value: object, made: bool) -> None:
    assert coerce(value, "boolean", (), "") is made


def test_a_word_that_is_no_boolean_stays_as_given() -> None:
    assert coerce("maybe", "boolean", (), "") == "maybe"
    assert coerce(2, "boolean", (), "") == 2


@pytest.mark.parametrize(("value", "made"), [("30", 30), (30.0, 30), ("30.0", 30)])
def test_enum_of_numbers_is_met_by_text(value: object, made: int) -> None:
    assert coerce(value, "integer", (15, 30), "") == made


def test_enum_of_numeric_text_is_met_by_a_number() -> None:
    assert coerce(30, "string", ("15", "30"), "") == "30"
    assert coerce(30.0, "string", ("15", "30"), "") == "30"
    assert coerce("0.50", "number", (0.5, 1), "") == 0.5


def test_true_is_not_the_number_one() -> None:
    assert coerce(True, "integer", (1, 2), "") is True


@pytest.mark.parametrize(
    "spelling",
    ["27MAR26", "27mar26", "27MAR2026", "27-MAR-26", "27 Mar 2026", "27 march 2026", "2026-03-27"]
    + ["20260327", "2026-03-27T08:00:00Z", "2026-03-27 08:00:00+00:00", 20260327],
)
def test_expiry_is_written_as_the_parameter_takes_it(spelling: object) -> None:
    assert coerce(spelling, "string", (), "token") == "27MAR26"
    assert coerce(spelling, "string", (), "iso") == "2026-03-27"


def test_a_token_has_a_day_of_two_digits() -> None:
    assert coerce("5SEP25", "string", (), "token") == "05SEP25"
    assert coerce("2025-09-05", "string", (), "token") == "05SEP25"


def test_where_both_forms_are_taken_the_given_one_stays() -> None:
    assert coerce("27mar26", "string", (), "token_or_iso") == "27MAR26"
    assert coerce("2026-03-27", "string", (), "token_or_iso") == "2026-03-27"


@pytest.mark.parametrize("word", ["ALL", "all", "0DTE", "0dte"])
def test_special_expiries_are_lower_case(word: str) -> None:
    assert coerce(word, "string", (), "token") == word.lower()


@pytest.mark.parametrize(
    "text",
    ["next friday", "31FEB26", "27MARKET26", "2126-03-27", "1926-03-27", "0000-00-00", "27JUX26"]
    + ["2026-03-27T23:00:00-05:00", "weekly"],
)
def test_an_expiry_nobody_can_read_goes_as_given(text: str) -> None:
    assert coerce(text, "string", (), "token") == text
    assert coerce(text, "string", (), "iso") == text


def test_without_a_hint_an_expiry_goes_as_given() -> None:
    assert coerce("27mar26", "string", (), "") == "27mar26"


@pytest.mark.parametrize(
    "value",
    [["a", "b"], "a,b", " a , b ", '["a","b"]', "[a, b]", "['a', 'b']", '"a","b"']
    + [["a,b"], ["a", None, "", "null", "b"], '["a", null, "b"]'],
)
def test_lists_are_read_from_every_spelling(value: object) -> None:
    assert split(value) == ["a", "b"]


@pytest.mark.parametrize("value", ["[]", ",", " , ,", '["null"]', "[null]"])
def test_a_list_of_nothing_is_empty(value: str) -> None:
    assert split(value) == []


def test_one_scalar_is_a_list_of_one() -> None:
    assert split(30) == [30]
    assert split("30") == ["30"]


@pytest.mark.parametrize("value", ['[["a"]]', '[{"a": 1}]', "[" * 3000, True, {"a": 1}])
def test_what_is_no_flat_list_comes_back_unchanged(value: object) -> None:
    assert split(value) == value


def test_wire_spellings() -> None:
    assert [wire(value) for value in (True, False, 30, 0.5, "a", ["a", 1, True])] == (
        ["true", "false", "30", "0.5", "a", "a,1,true"]
    )
