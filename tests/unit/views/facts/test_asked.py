"""What was asked for and is not in the reply: tokens of a list, or everything."""

from typing import Any

import pytest

from bq_mcp.views.fit.size import estimate
from bq_mcp.views.scene import BUDGETS

from ..asking import DETAILS, ask, first_line

CHAIN: dict[str, Any] = {
    "contracts": [
        {
            "strike": 67_000 + n,
            "expiry": "25DEC26",
            "type": "call",
            "iv": 45.0,
            "oi": 10.0,
            "dte": 35,
        }
        for n in range(300)
    ],
    "available_expiries": ["25DEC26", "26MAR27", "27MAR27"],
    "filters": {"expiries": ["25DEC26", "27MAR27"]},
}
ASKED = {"expiries": "25DEC26,27MAR27", "symbol": "BTCUSDT"}


@pytest.mark.parametrize("detail", DETAILS)
def test_an_expiry_that_was_asked_for_and_did_not_come_is_named(detail: Any) -> None:
    text = ask(CHAIN, "/options/chain", query=ASKED, detail=detail).text
    assert "missing from this reply" in text
    if detail != "raw":
        assert "missing from this reply: 27MAR27" in text


def test_what_came_under_another_spelling_is_not_missing() -> None:
    data = {"days": {"2026-12-25": {"net": 5.0}}, "computed": "2026-11-20T14:32:10Z"}
    asked = {"expiries": "25DEC26"}
    assert "missing" not in ask(data, "/options/chain", query=asked).text


def test_where_a_reply_names_no_expiry_nothing_is_said_of_any() -> None:
    sums = {"aggregates": {"total_oi": 5.0, "contract_count": 3}, "total_matching_count": 3}
    assert "missing" not in ask(sums, "/options/chain", query=ASKED).text


def test_a_reply_without_rows_is_compared_with_what_it_lists() -> None:
    data = {"strikes": [{"strike": 67_000, "size": 2.0}], "available_expiries": ["2026-12-25"]}
    asked = {"expiries": "2026-12-25,2027-03-27"}
    text = ask(data, "/tape/flow-by-strike", query=asked).text
    assert "missing from this reply: 2027-03-27" in text


def test_what_upstream_names_as_missing_is_told_once() -> None:
    data = {
        "results": [{"symbol": "BTCUSDT", "all_expiry": {"hvl": 67_000}}],
        "missing": ["SOLUSDT"],
    }
    text = ask(data, "/multi/gex/levels", query={"symbols": "BTCUSDT,SOLUSDT"}).text
    assert text.count("missing symbols: SOLUSDT") == 1 and "this reply" not in text


EMPTY = [
    ("/tape/strike-heat", {"strikes": [], "totals": {"net": 0, "buy": 0}, "window_hours": 24}),
    ("/tape/stats", {"trades": 0, "calls": {"premium": 0, "trades": 0}, "by_venue": {}}),
    ("/tape", []),
    ("/new/thing", {"rows": [], "total": 0.0, "available_expiries": ["25DEC26"]}),
]


@pytest.mark.parametrize(("path", "data"), EMPTY)
@pytest.mark.parametrize("detail", ["brief", "standard", "full"])
def test_an_empty_reply_names_what_emptied_it_and_adds_nothing_up(
    path: str, data: Any, detail: Any
) -> None:
    answer = ask(data, path, query={"min_size": "1000000000", "symbol": "BTCUSDT"}, detail=detail)
    body = answer.text.removeprefix(first_line(answer))
    assert "nothing with min_size 1000000000: empty, not zero" in body
    assert "$0" not in body and "total" not in body


@pytest.mark.parametrize(
    "data",
    [
        {"strikes": [], "totals": {"net": 0.5}},
        {"strikes": [], "net_total": -1},
        {"strikes": [{"strike": 67_000, "net": 0}]},
        {"strikes": [], "was_cut": True},
        # Names that hold words of settings: ts, spot, time.
        {"prints": [{"premium": 5.0}]},
        {"buckets": [{"t": 1, "net": 2.0}]},
        {"spot_premium": {"net": 2.5}},
    ],
)
def test_a_reply_that_holds_something_is_not_called_empty(data: Any) -> None:
    assert "nothing with" not in ask(data, "/new/thing", query={"min_size": "5"}).text


def test_without_a_filter_zeros_are_figures() -> None:
    text = ask({"trades": 0, "rows": []}, "/tape/stats", query={"symbol": "BTCUSDT"}).text
    assert "nothing with" not in text and "trades 0" in text


def test_many_filters_keep_an_empty_answer_within_its_budget() -> None:
    asked = {f"filter_{n}": "y" * 200 for n in range(9)}
    text = ask([], "/tape", query=asked, detail="brief").text
    assert "6 more arguments: empty" in text and estimate(text) <= BUDGETS["brief"]
