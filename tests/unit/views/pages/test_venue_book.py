"""The page of the best quotes over venues."""

from typing import Any

from tests.unit.views.digest.asking import page_told

PATH = "/options/venue-book"


def _row(n: int, spread: float, gap: float) -> dict[str, Any]:
    return {
        "strike": 60_000.0 + 1_000 * n, "expiry": "25DEC26" if n % 2 else "04DEC26",
        "type": "put" if n % 3 else "call", "bid": {"px": 0.02 + n / 1e3, "iv": 50.0 + n},
        "bidVenue": ("okx", "bybit")[n % 2], "ask": {"px": 0.03 + n / 1e3, "iv": 51.0 + n},
        "askVenue": "deribit", "spreadPct": spread, "ivGap": gap, "bookCrossed": spread < 0,
    }  # fmt: skip


def test_the_tightest_contract_is_not_crossed_and_names_both_venues() -> None:
    spreads = (4.0, -2.0, 1.5, 3.0, -0.5, 2.0, 2.5, 5.0)
    rows = [_row(n, spread, 0.3 * n) for n, spread in enumerate(spreads)]
    lines = page_told(PATH, {"zeta": rows, "medianSpreadPct": 2.75, "compared": 8})
    assert lines[:2] == ["medianSpreadPct 2.75%, compared 8", "prices in coin"]
    assert (
        "tightest put 62,000 (-11.4%) 04DEC26 (5d): spreadPct 1.5%"
        " · bid.px 0.022 (okx) · ask.px 0.032 (deribit)"
    ) in lines


def test_where_every_book_is_crossed_the_digests_answer() -> None:
    assert page_told(PATH, [_row(n, -1.0, 0.2) for n in range(6)]) == []
