from datetime import UTC, datetime
from typing import Any

import pytest

from bq_mcp.sandbox.answers.term_structure import BUCKETS_DAYS
from tests.sandbox.asking import HandClock, ask, sandbox

APP = sandbox(plan="enterprise")
PATH = "options/iv/term-structure"


def body(app=APP, **query: Any) -> dict[str, Any]:
    reply = ask(app, PATH, **query)
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def test_arrays_run_parallel_nearest_expiry_first():
    data = body()["data"]
    assert len(data["expiries"]) == len(data["dtes"]) == len(data["atm_iv"]) > 10
    assert data["dtes"] == sorted(data["dtes"])
    assert data["days_to_expiry"] is None


def test_volatility_is_in_percent_with_two_decimals():
    for value in body()["data"]["atm_iv"]:
        assert 15 < value < 150
        assert value == round(value, 2)


def test_stamp_and_spot_are_those_of_meta():
    reply = body(symbol="ETHUSDT")
    assert reply["data"]["ts"] == reply["meta"]["computed_at"] == "2026-09-10T12:00:00Z"
    assert reply["data"]["spot_price"] == reply["meta"]["spot_price"]
    assert reply["meta"]["symbol"] == "ETHUSDT"
    assert reply["meta"]["source"] == ["bq-mcp-sandbox"]


def test_dte_max_cuts_the_far_end_and_is_echoed():
    whole, near = body()["data"], body(dte_max=30)["data"]
    count = len(near["dtes"])
    assert near["dtes"] == [dte for dte in whole["dtes"] if dte <= 30]
    assert near["atm_iv"] == whole["atm_iv"][:count]
    assert near["expiries"] == whole["expiries"][:count]
    assert near["filtered_dte_window"] == {"dte_max": 30}
    assert whole["filtered_dte_window"] is None


def test_filter_gives_a_venues_own_marks():
    whole, okx = body(), body(exchanges="okx,nyse")
    assert okx["meta"]["exchanges_filtered"] == ["okx"]
    assert okx["data"]["expiries"] == whole["data"]["expiries"]
    differences = [
        abs(a - b) for a, b in zip(okx["data"]["atm_iv"], whole["data"]["atm_iv"], strict=True)
    ]
    assert 0 < max(differences) < 2


def test_deribit_alone_is_the_reference():
    assert body(exchanges="deribit")["data"] == body()["data"]


def test_unknown_venues_alone_filter_nothing():
    reply = body(exchanges="nyse")
    assert reply["meta"]["exchanges_filtered"] is None
    assert reply["data"] == body()["data"]


def test_a_venue_that_lists_nothing_here_has_no_volatility():
    data = body(symbol="SOLUSDT", exchanges="okx")["data"]
    assert data["expiries"]
    assert set(data["atm_iv"]) == {None}


def test_no_comparison_unless_asked_for():
    assert "compare" not in body()["data"]


def test_past_curve_comes_in_constant_maturity_buckets():
    compare = body(historical_compare_days=30)["data"]["compare"]
    assert compare["days_ago"] == 30
    assert compare["target_date"] == "2026-08-11"
    assert [row["dte_bucket"] for row in compare["historical"]] == list(BUCKETS_DAYS)
    assert {row["ts"] for row in compare["historical"]} == {"2026-08-11T12:00:00Z"}
    assert compare["available"] is True
    assert compare["reason"] is None


def test_a_bucket_beyond_the_last_expiry_is_null_and_not_matched():
    compare = body(symbol="HYPEUSDT", historical_compare_days=30)["data"]["compare"]
    values = {row["dte_bucket"]: row["atm_iv"] for row in compare["historical"]}
    assert values[30] is not None
    assert values[180] is values[365] is None
    assert compare["matched_count"] == sum(value is not None for value in values.values())


def test_past_buckets_lie_between_the_expiries_either_side():
    then = body(as_of="2026-08-11T12:00:00Z")["data"]
    compare = body(historical_compare_days=30)["data"]["compare"]
    value = next(row["atm_iv"] for row in compare["historical"] if row["dte_bucket"] == 60)
    around = [iv for dte, iv in zip(then["dtes"], then["atm_iv"], strict=True) if 40 < dte < 90]
    assert min(around) <= value <= max(around)


def test_before_the_first_stored_chain_there_is_nothing_to_compare_with():
    compare = body(historical_compare_days=365)["data"]["compare"]
    assert compare["available"] is False
    assert compare["historical"] == []
    assert compare["matched_count"] == 0
    assert "2026-04-16" in compare["reason"]


def test_as_of_equals_the_live_answer_made_then():
    then = datetime(2026, 8, 20, 14, 30, tzinfo=UTC)
    query = {"historical_compare_days": 14, "exchanges": "okx,bybit"}
    live = body(sandbox(HandClock(then)), **query)
    stored = body(as_of="2026-08-20T14:33:10Z", **query)
    assert stored["data"] == live["data"]
    assert stored["meta"]["extra"]["as_of"]["snapshot_ts"] == "2026-08-20T14:30:00Z"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"as_of": "2026-04-15T00:00:00Z"}, 404),
        ({"as_of": "2027-01-01T00:00:00Z"}, 400),
        ({"dte_max": -1}, 422),
        ({"historical_compare_days": 0}, 422),
        ({"symbol": "BTC"}, 422),
    ],
)
def test_what_cannot_be_served_is_refused(query, status):
    assert ask(APP, PATH, **query).status_code == status


def test_equal_requests_give_equal_bytes():
    first, second = (
        ask(sandbox(), PATH, exchanges="okx", historical_compare_days=7) for _ in range(2)
    )
    assert first.content == second.content
