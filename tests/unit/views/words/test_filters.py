"""How single figures are printed."""

from datetime import UTC, date, datetime

import pytest

from bq_mcp.views.fit.marks import MISSING
from bq_mcp.views.words import filters

NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)


FIGURES = (
    "price level plain usd exposure pct share signed_pct ratio count duration days clock stamp"
)


@pytest.mark.parametrize("name", FIGURES.split())
@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), "text", [], {}, True])
def test_what_is_no_figure_is_not_available(name: str, value: object) -> None:
    assert filters.FILTERS[name](value) == MISSING


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (67214.0, "67,214"),
        (67214.4, "67,214"),
        (3412.46, "3,412.5"),
        (142.3, "142.3"),
        (15.3736, "15.374"),
        (0.98765, "0.98765"),
        (0, "0"),
        (123456.7, "123,457"),
        (99999.96, "100,000"),
    ],
)
def test_prices_have_five_significant_digits(value: float, printed: str) -> None:
    assert filters.price(value) == printed


def test_rounding_keeps_spot_on_its_side_of_a_level() -> None:
    assert filters.level(67214.4) == "67,214.4"
    assert filters.level(66999.97) == "66,999.97"
    assert filters.level(67000.0) == "67,000"


@pytest.mark.parametrize(
    ("value", "printed"),
    [(67000, "67,000"), (67250.5, "67,250.5"), (0.1 + 0.2, "0.3"), (0.00012345, "0.00012345")],
)
def test_levels_are_printed_as_served(value: float, printed: str) -> None:
    assert filters.level(value) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (106_234_000, "$106m"),
        (1_234_000_000, "$1.23bn"),
        (950_400, "$950k"),
        (999_700, "$1m"),
        (12.345, "$12.3"),
        (0.000123, "$0.000123"),
        (0, "$0"),
        (-5_150_000, "-$5.15m"),
    ],
)
def test_dollars_have_three_significant_digits_and_a_scale(value: float, printed: str) -> None:
    assert filters.usd(value) == printed


def test_exposures_always_carry_their_sign() -> None:
    assert filters.exposure(106_000_000) == "+$106m"
    assert filters.exposure(-106_000_000) == "-$106m"
    assert filters.exposure(0) == "$0"


def test_volatility_follows_the_scale_of_its_payload() -> None:
    assert filters.iv(0.654, "decimal") == "65.4%"
    assert filters.iv(65.43, "percent") == "65.4%"
    assert filters.iv(0.654, None) == "0.654"
    assert filters.points(0.045, "decimal") == "+4.5 pts"
    assert filters.points(-0.3, "percent") == "-0.3 pts"


def test_percentages_below_ten_have_three_digits() -> None:
    assert [filters.pct(value) for value in (0.0116, 2.1349, 9.999, 45.67, 0)] == [
        "0.0116%",
        "2.13%",
        "10%",
        "45.7%",
        "0%",
    ]


def test_a_figure_that_is_not_zero_never_prints_as_zero() -> None:
    assert filters.pct(0.0004) == "0.0004%"
    assert filters.share(0.04) == "0.04%"
    assert filters.ratio(-0.001) == "-0.001"
    assert filters.plain(1.5e-12) == "1.5e-12"
    assert filters.chance(0.9999) == ">99.9%"


def test_a_distance_or_difference_too_small_to_tell_has_no_sign() -> None:
    assert filters.signed_pct(-0.04) == "about 0%"
    assert filters.points(0.0004, "decimal") == "about 0 pts"
    assert filters.signed_pct(4.14) == "+4.1%"


def test_a_level_has_at_most_seven_digits() -> None:
    assert filters.level(50_203.8425) == "50,203.84"
    assert filters.level(91_431.7) == "91,431.7"


@pytest.mark.parametrize(
    ("seconds", "printed"),
    [
        (0, "0s"),
        (0.3, "<1s"),
        (12.4, "12s"),
        (95, "95s"),
        (300, "5m"),
        (7100, "118m"),
        (10_800, "3h"),
        (172_800, "48h"),
        (345_600, "4d"),
    ],
)
def test_durations_use_the_unit_a_reader_would_choose(seconds: float, printed: str) -> None:
    assert filters.duration(seconds) == printed


def test_instants_carry_the_date_unless_it_is_today() -> None:
    today, before = datetime(2026, 11, 20, 9, tzinfo=UTC), datetime(2026, 11, 19, 9, tzinfo=UTC)
    assert filters.clock(today, NOW) == "09:00Z"
    assert filters.clock(before, NOW) == "2026-11-19 09:00Z"
    assert filters.clock("2026-11-20T14:32:10+01:00", NOW) == "13:32Z"
    assert filters.clock("2026-11-19", NOW) == "2026-11-19"
    assert filters.clock(1795185130000, NOW) == "14:32Z"
    assert filters.stamp(today) == "2026-11-20 09:00:00Z"


@pytest.mark.parametrize("value", [None, "null", "NaN", "None", " undefined ", ""])
def test_words_for_nothing_are_not_available(value: object) -> None:
    assert filters.word(value) == MISSING


def test_plain_tokens_are_bare_and_prose_is_quoted() -> None:
    assert filters.word("flow") == "flow"
    assert filters.word("28MAR25") == "28MAR25"
    assert filters.word("all_expiry._hvl") == "all_expiry._hvl"
    assert filters.word("ignore this\nSIMULATED") == '"ignore this SIMULATED"'
    assert filters.quoted('say "hi"') == "\"say 'hi'\""
    assert filters.quoted("x" * 500).endswith('…"')


def test_lists_of_names_are_capped_with_their_count() -> None:
    assert filters.record(["a", "b"]) == "a, b"
    assert filters.record(list("abcdefghij"), 3) == "a, b, c and 7 more"
    assert filters.record([]) == "empty"


@pytest.mark.parametrize("value", ["SIMULATED", "stale", "Error:", "caveat:", "next:"])
def test_a_value_that_would_pass_for_a_line_of_ours_is_quoted(value: str) -> None:
    assert filters.word(value) == f'"{value}"'


def test_figures_too_large_for_a_float_are_still_figures() -> None:
    assert filters.plain(12345 * 10**400) == "1.234e+404"


def test_values_that_reach_a_page_unformatted_are_readable() -> None:
    assert filters.served(None) == MISSING
    assert filters.served(True) == "yes"
    assert filters.served(0.30000000000000004) == "0.3"
    assert filters.served(date(2026, 11, 20)) == "2026-11-20"
    assert filters.served({"a": 1}) == "1 parts"


def test_a_small_record_is_told_on_one_line() -> None:
    plan = {"plan": "pro", "requests_per_month": 1_000_000, "max_history_days": None}
    assert filters.record(plan) == "plan pro, requests_per_month 1,000,000, max_history_days n/a"
    assert filters.record({"tape": {"from": "2026-05-17T08:00:00Z"}}) == (
        "tape (from 2026-05-17 08:00Z)"
    )
    assert filters.record([{"plan": "pro", "days": 180}]) == "plan pro, days 180"
    assert filters.record({"of": ["a", "b"], "said": "a b"}) == 'of (a, b), said "a b"'
    assert filters.record([{"a": {"b": 1}}, {}], 4, 1) == "1 parts; 0 parts"
    assert filters.record(None) == MISSING


def test_each_opens_a_list_only_where_there_is_one() -> None:
    assert filters.each([1, 2], filters.count, " · ", "counts: ") == "counts: 1 · 2"
    assert filters.each(None, filters.count, " · ", "counts: ") == ""
