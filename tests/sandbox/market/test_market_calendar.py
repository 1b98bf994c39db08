from datetime import UTC, date, datetime

import pytest

from bq_mcp.sandbox.market import SYMBOLS, World
from bq_mcp.sandbox.market.calendar import (
    Ladder,
    alive,
    epoch_seconds,
    expiry,
    kind_of,
    listed_on,
    session_at,
)
from bq_mcp.sandbox.market.coin_parameters import COIN_PARAMETERS


def day_number(year: int, month: int, day: int) -> int:
    return (date(year, month, day) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ((2026, 6, 26), "quarterly"),
        ((2026, 7, 31), "monthly"),
        ((2026, 7, 24), "weekly"),
        ((2026, 7, 23), "daily"),
        ((2026, 12, 25), "quarterly"),
        ((2027, 1, 29), "monthly"),
    ],
)
def test_kind_follows_the_calendar_alone(day, kind):
    assert kind_of(day_number(*day)) == kind


def test_token_has_a_two_digit_day_and_an_upper_case_month():
    described = expiry(day_number(2025, 3, 7), day_number(2025, 3, 1))
    assert described.token == "07MAR25"
    assert described.date == date(2025, 3, 7)
    assert described.settles_at == datetime(2025, 3, 7, 8, tzinfo=UTC)


def test_an_expiry_is_gone_at_the_second_it_settles_and_the_next_is_zero_dte():
    world = World(seed=1)
    before = world.expiries("BTCUSDT", datetime(2026, 6, 16, 7, 59, 59, tzinfo=UTC))
    after = world.expiries("BTCUSDT", datetime(2026, 6, 16, 8, tzinfo=UTC))
    assert (before[0].token, before[0].dte) == ("16JUN26", 0)
    assert (after[0].token, after[0].dte) == ("17JUN26", 0)


def test_bitcoin_lists_four_of_each_rhythm_with_shared_dates_once():
    listed = World(seed=1).expiries("BTCUSDT", datetime(2026, 6, 16, 10, tzinfo=UTC))
    assert [(e.token, e.kind) for e in listed] == [
        ("17JUN26", "daily"),
        ("18JUN26", "daily"),
        ("19JUN26", "weekly"),
        ("20JUN26", "daily"),
        ("26JUN26", "quarterly"),
        ("03JUL26", "weekly"),
        ("10JUL26", "weekly"),
        ("31JUL26", "monthly"),
        ("28AUG26", "monthly"),
        ("25SEP26", "quarterly"),
        ("25DEC26", "quarterly"),
        ("26MAR27", "quarterly"),
    ]
    assert [e.is_anchor for e in listed] == [e.kind in ("monthly", "quarterly") for e in listed]


def test_hype_has_no_dailies_and_so_a_front_days_away():
    listed = World(seed=1).expiries("HYPEUSDT", datetime(2026, 6, 15, 10, tzinfo=UTC))
    assert {e.kind for e in listed} == {"weekly", "monthly", "quarterly"}
    assert listed[0].dte == 3


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_an_expiry_is_listed_from_its_first_session_until_it_settles(symbol):
    ladder: Ladder = COIN_PARAMETERS[symbol].ladder
    first, last = day_number(2025, 6, 1), day_number(2026, 12, 31)
    seen: dict[int, list[int]] = {}
    for session in range(first, last):
        for day in alive(ladder, session):
            seen.setdefault(day, []).append(session)
    complete = {day: when for day, when in seen.items() if first < when[0] and day < last}
    assert len(complete) > 50
    for day, sessions in complete.items():
        assert sessions == list(range(listed_on(ladder, day), day))


def test_an_instant_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        epoch_seconds(datetime(2026, 6, 1))


def test_a_session_opens_at_eight():
    day = day_number(2026, 6, 16)
    assert session_at(epoch_seconds(datetime(2026, 6, 16, 7, 59, 59, tzinfo=UTC))) == day - 1
    assert session_at(epoch_seconds(datetime(2026, 6, 16, 8, tzinfo=UTC))) == day
