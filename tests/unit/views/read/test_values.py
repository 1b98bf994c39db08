"""Single values: numbers, instants, expiries, and figures that remember how they were made."""

from datetime import UTC, date, datetime

import pytest

from bq_mcp.views.read.values import (
    Instants,
    derive,
    epoch_scale,
    expiry_day,
    figure,
    is_expiry_token,
    moment,
    number,
    seconds_of,
    settlement,
)


@pytest.mark.parametrize(
    "value", [None, True, "7", "x", [], {}, float("nan"), float("inf"), 10**400, -(10**400)]
)
def test_what_is_no_number(value):
    assert number(value) is None


def test_numbers_are_finite_floats():
    assert (number(7), number(-0.5), number(10**20)) == (7.0, -0.5, 1e20)


@pytest.mark.parametrize(
    ("text", "value"),
    [("-1200345.5", -1200345.5), ("1e3", 1000.0), (" 7 ", 7.0), (".5", 0.5), ("+2.", 2.0)],
)
def test_numbers_written_as_text_are_figures(text, value):
    assert figure(text) == value


@pytest.mark.parametrize(
    "text", ["", "nan", "inf", "1_000", "0x10", "1,000", "１２", "7d", "1e400"]
)
def test_other_texts_are_no_figures(text):
    assert figure(text) is None


def _difference(left, right):
    return None if left is None or right is None else right - left


def test_a_derived_figure_remembers_its_function_and_inputs():
    made = derive(_difference, 3.0, 5.5)

    assert made == 2.5
    assert made.function(*made.inputs) == made
    assert number(made) is made
    assert made.inputs == (3.0, 5.5)


@pytest.mark.parametrize("inputs", [(None, 1.0), (1.0, float("nan"))])
def test_nothing_is_derived_from_what_is_missing(inputs):
    assert derive(_difference, *inputs) is None


def test_expiries_settle_at_eight():
    assert expiry_day("25DEC26") == expiry_day("2026-12-25T08:00:00Z") == date(2026, 12, 25)
    assert settlement("25DEC26") == datetime(2026, 12, 25, 8, tzinfo=UTC)
    assert [is_expiry_token(text) for text in ("5JAN27", "31FEB27", "2026-12-25")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "value", [1795863900, 1795863900000, 1795863900000000, "2026-11-28T11:05:00Z"]
)
def test_instants_come_in_seconds_milliseconds_microseconds_and_text(value):
    assert moment(value) == datetime(2026, 11, 28, 11, 5, tzinfo=UTC)


@pytest.mark.parametrize("value", [70_000, 61e3, "28NOV26", "11:05", "x", 2e9 * 1e9, True])
def test_prices_tokens_and_clocks_are_no_instants(value):
    assert moment(value) is None


def test_the_unit_of_a_unix_time_follows_from_its_size():
    assert [epoch_scale(count) for count in (1.8e9, 1.8e12, 1.8e15, 70_000, 1e10)] == [
        1.0,
        1e3,
        1e6,
        None,
        None,
    ]


def test_instants_are_made_when_they_are_asked_for():
    instants = Instants([0.0, None, 1.5])

    assert instants[0] == datetime(1970, 1, 1, tzinfo=UTC)
    assert list(instants[1:]) == [None, datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC)]


def test_iso_texts_without_a_zone_are_utc_and_odd_ones_are_none():
    assert seconds_of(["1970-01-01T00:00:10", "1970-01-01T01:00:00+01:00"]) == [10.0, 0.0]
    assert seconds_of(["1970-01-01", "soon", None]) == [0.0, None, None]
