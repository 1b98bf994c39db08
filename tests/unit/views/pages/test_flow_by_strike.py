"""The page of the running flow by strike."""

from typing import Any

from tests.unit.views.digest.asking import hint_of, page_told, told

PATH = "/tape/flow-by-strike"


def _strike(n: int) -> dict[str, Any]:
    side = {"premium": 1_000.0 * n, "size": 1.0 * n, "trades": n}
    sold = {**side, "size": 50.0 if n == 3 else None if n == 4 else side["size"]}
    sides = {"callBuy": side, "callSell": sold, "putBuy": side, "putSell": side}
    return {**sides, "byVenue": {"okx": {"callBuy": side}}}


def _book() -> dict[str, Any]:
    return {"zeta": {str(68_000 + 1_000 * n): _strike(n) for n in range(1, 6)}}


def test_the_four_quadrants_lead_and_dealers_hold_what_was_sold_less_what_was_bought() -> None:
    lines = page_told(PATH, _book())
    assert lines[:3] == [
        "total of 5 strikes: callBuy.premium $15k, callSell.premium $15k, putBuy.premium $15k,"
        " putSell.premium $15k",
        "running total of open contracts since 2026-05-17",
        "largest net left to dealers in coin (+ long), takers' sold less bought: 47"
        " at 71,000 (+1.4%)",
    ]


def test_with_a_quadrant_missing_the_digests_answer() -> None:
    book = {level: {**row} for level, row in _book()["zeta"].items()}
    for row in book.values():
        del row["putSell"]
    assert page_told(PATH, {"zeta": book}) == told({"zeta": book}, **hint_of(PATH))
