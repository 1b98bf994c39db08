"""How often an endpoint's data change, as far as it is stated."""

import pytest

from bq_mcp.catalog import NO_HINT, Endpoint, Hint, cadence_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Levels. Refreshes every 30s.", 30),
        ("The grid is updated every 5 minutes from the book", 300),
        ("rebuilt each day", 86_400),
        ("refreshed every hour", 3600),
        ("candles of 5 minutes", None),
        ("Poll every 30s if you like", None),
        ("", None),
    ],
)
def test_cadence_is_read_only_where_it_is_stated(text: str, seconds: float | None) -> None:
    assert cadence_of(Endpoint("/x", description=text), NO_HINT) == seconds


def test_a_hint_wins_over_the_description() -> None:
    endpoint = Endpoint("/x", description="Refreshes every 30s.")
    assert cadence_of(endpoint, Hint(cadence_seconds=90.0)) == 90
