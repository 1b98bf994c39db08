"""Columns: what tells instants, prices, days, names and plain figures from each other."""

from collections.abc import Sequence

import pytest

from bq_mcp.views.read.columns import Market, figures_of, finite, words_of
from tests.unit.views.read.reading import AT, SPOT, iso, ms

MARKET = Market(SPOT, AT)
EVEN = [ms(hours) for hours in range(9, 0, -1)]


def role(name: str, values: Sequence[object], spot: float = SPOT) -> str:
    return Market(spot, AT).column(name, values).role


def test_names_fall_into_words():
    assert words_of("rows.netGexUSD") == ("net", "gex", "usd")
    assert words_of("skew_25d_5pct") == ("skew", "25d", "5pct")


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000])
def test_integers_of_one_unit_are_instants(unit):
    assert role("", [count // 1000 * unit for count in EVEN]) == "time"


def test_instants_of_two_units_are_none():
    assert role("", [EVEN[0], EVEN[1] // 1000, *EVEN[2:]]) == ""


def test_usd_of_one_to_four_billion_are_no_seconds():
    figures = [2_100_000_000 + 7_919 * place * place for place in range(12)]
    assert role("total", figures) == role("", figures) == role("open_interest", figures) == ""


@pytest.mark.parametrize("name", ["trade_id", "cursor", "notional", "size", "seq"])
def test_ids_and_amounts_are_never_instants(name):
    assert role(name, EVEN) == ""


def test_what_lies_ahead_is_an_expiry_or_a_horizon():
    ends = ["2026-12-04", "2026-12-11", "2026-12-18", "2026-12-25"]
    steps = [iso(-hours) for hours in range(30, 80)]
    assert role("", ends) == role("date", ends) == "expiry"
    assert role("", steps) == "time"
    assert role("expiry", ["2026-11-27", "2026-11-28"]) == "expiry"
    assert role("", [iso(-hours) for hours in (30, 31, 50, 90)]) == "expiry"


def test_expiries_are_read_from_tokens_futures_and_counted_times():
    assert role("x", ["28NOV26", "4DEC26"]) == "expiry"
    found = MARKET.column("instrument", ["BTC-25DEC26", "BTC-26MAR27"])
    assert (found.role, found.values) == ("expiry", ["BTC-25DEC26", "BTC-26MAR27"])
    found = MARKET.column("expiry_ts", [1798185600000, 1806048000000])
    assert (found.role, found.values) == ("expiry", ["2026-12-25", "2027-03-26"])


@pytest.mark.parametrize(
    ("spot", "step"), [(70_000.0, 1000), (3_400.0, 50), (89.0, 2), (31.0, 1), (0.62, 0.02)]
)
def test_steps_around_spot_are_prices_without_a_name(spot, step):
    places = [round(spot * 0.8 + step * place, 6) for place in range(12)]
    assert role("", places, spot) == role("x", places, spot) == "price"


def test_prices_need_not_hold_spot():
    assert role("", [90_000 + 1000 * place for place in range(6)]) == "price"


@pytest.mark.parametrize("name", ["oi", "open_interest", "net_gex", "volume", "mark_iv", "count"])
def test_amounts_near_spot_are_no_prices(name):
    assert role(name, [60_000 + 1000 * place for place in range(9)]) == ""


def test_irregular_figures_near_spot_are_no_places():
    assert role("", [70_123.5, 64_877.25, 81_003.75, 66_431.5, 77_777.25, 70_001.0]) == ""


@pytest.mark.parametrize("name", ["dte", "days_to_expiry", "tenorDays", "daysToExpiry", "tenors"])
def test_days_by_name(name):
    assert role(name, [3.5, 8, 400]) == "days"


def test_tenors_without_a_name_are_days():
    assert role("", [7, 30, 90]) == role("tenor", ["7d", "30d", "90d"]) == "days"
    assert role("level", [7, 30, 90]) == ""


@pytest.mark.parametrize(
    ("keys", "parent", "expected"),
    [
        (["7", "30", "90"], "basis", "days"),
        (["8", "29", "92"], "by_dte", "days"),
        (["60000", "61000", "62000", "63000", "64000"], "gex", "price"),
        (["60000", "61000"], "gex", "key"),
        (["0", "1", "2", "3", "4"], "x", "key"),
        (["1", "2", "3"], "x", "key"),
        (["60000", "90000", "120000", "150000", "180000"], "x", "key"),
        (["25DEC26", "26MAR27"], "x", "expiry"),
        (["2026-11-26", "2026-11-27"], "x", "time"),
        (["2026-11-26", "2026-11-27"], "by_expiry", "expiry"),
        (["1795863900000", "1795860300000"], "x", "time"),
    ],
)
def test_keys_of_a_map(keys, parent, expected):
    assert MARKET.keys(keys, parent).role == expected


def test_keys_that_tell_nothing_stay_as_served():
    assert MARKET.keys(["60000", "61000"], "gex").values == ["60000", "61000"]


def test_numbers_written_as_text_become_numbers_and_ids_stay():
    assert figures_of(["1.5", None, "-2"]) == [1.5, None, -2.0]
    assert figures_of(["1.5", "n/a", "7"]) == [1.5, None, 7.0]
    assert figures_of(["1.5", "seven"]) == ["1.5", "seven"]
    assert figures_of([True, "1"]) == [True, "1"]
    assert MARKET.column("trade_id", ["17", "18"]).values == ["17", "18"]


def test_what_is_not_finite_is_missing():
    served = [1, 2.5, None]
    assert finite(served) is served
    assert finite([1, 10**400, float("inf")]) == [1.0, None, None]


def test_a_column_that_is_mostly_missing_is_still_one_of_figures():
    found = MARKET.column("put_gex", [None] * 50 + [7.5] + [None] * 50)
    assert found.numeric


def test_one_text_among_many_figures_is_no_figure():
    assert not MARKET.column("v", [1.5] * 50 + ["odd"] + [1.5] * 50).numeric


def test_text_in_a_numeric_axis_is_no_place():
    found = MARKET.column("strike", ["60000", "n/a", "62000"])
    assert (found.role, found.values) == ("price", [60_000.0, None, 62_000.0])


def test_a_time_nobody_can_read_is_no_axis():
    assert role("date", ["week 1", "week 2"]) == ""
    assert role("note", ["a" * 200]) == ""
