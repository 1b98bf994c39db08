"""Expiry tokens, as arguments and payloads spell them."""

from datetime import date, timedelta

import pytest

from bq_mcp.expiry import expiry_token, token_day


def test_the_token_of_every_day_names_that_day() -> None:
    for days in range(0, 36_500, 7):
        day = date(2000, 1, 1) + timedelta(days=days)
        token = expiry_token(day)
        assert len(token) == 7 and token_day(token[:2], token[2:5], token[5:]) == day


@pytest.mark.parametrize(
    ("parts", "day"),
    [
        (("28", "MAR", "25"), date(2025, 3, 28)),
        (("5", "sept", "2026"), date(2026, 9, 5)),
        (("27", "March", "26"), date(2026, 3, 27)),
        (("31", "FEB", "26"), None),
        (("28", "MARS", "25"), None),
        (("28", "MA", "25"), None),
        (("28", "XYZ", "25"), None),
    ],
)
def test_a_month_may_be_written_out_and_nothing_is_guessed(
    parts: tuple[str, str, str], day: date | None
) -> None:
    assert token_day(*parts) == day
