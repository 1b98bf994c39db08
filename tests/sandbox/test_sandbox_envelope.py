"""The envelope: its fields, its mark, and that equal questions give equal bytes."""

import json
from datetime import UTC, datetime

import pytest

from bq_mcp.sandbox.access import LAPSED_KEY, SANDBOX_KEY, SPENT_KEY
from bq_mcp.sandbox.envelope import Provenance, Stamp, success
from tests.sandbox.asking import NOW, HandClock, ask, sandbox

META_FIELDS = {
    "version",
    "timestamp",
    "request_id",
    "symbol",
    "spot_price",
    "computed_at",
    "freshness_seconds",
    "source",
    "exchanges_filtered",
    "rate_limit",
    "extra",
}
REPLIES = [
    ("health", {"key": None}, 200),
    ("meta", {}, 200),
    ("endpoints", {}, 200),
    ("changelog", {}, 200),
    ("status", {}, 200),
    ("symbols", {}, 200),
    ("expiries", {}, 200),
    ("gex/levels", {}, 200),
    ("gex/levels", {"as_of": "2027-01-01"}, 400),
    ("multi/gex/levels", {"symbols": "BTCUSDT"}, 200),
    ("meta", {"key": None}, 401),
    ("meta", {"key": LAPSED_KEY}, 403),
    ("nonsense", {}, 404),
    ("/elsewhere", {}, 404),
    ("tape/flow-by-strike", {"symbol": "SOLUSDT"}, 404),
    ("meta", {"method": "POST"}, 405),
    ("gex/levels", {"symbol": "BTC"}, 422),
    ("meta", {"key": SPENT_KEY}, 429),
]


@pytest.mark.parametrize(("path", "query", "status"), REPLIES)
def test_every_reply_is_marked_as_simulated_and_traceable(path, query, status):
    reply = ask(sandbox(), path, **query)
    body = reply.json()
    assert reply.status_code == status
    assert set(body) == {"success", "data" if status == 200 else "error", "meta"}
    assert body["success"] is (status == 200)
    meta = body["meta"]
    assert set(meta) == META_FIELDS
    assert meta["source"] == ["bq-mcp-sandbox"]
    assert meta["version"] == "2.10"
    assert meta["timestamp"] == "2026-09-10T12:00:17Z"
    assert meta["request_id"].startswith("req_")
    assert reply.headers["X-Request-ID"] == meta["request_id"]


def test_rate_limit_of_the_body_equals_the_headers():
    reply = ask(sandbox(), "changelog")
    assert reply.json()["meta"]["rate_limit"] == {
        "limit": int(reply.headers["X-RateLimit-Limit"]),
        "remaining": int(reply.headers["X-RateLimit-Remaining"]),
        "reset": int(reply.headers["X-RateLimit-Reset"]),
    }


def test_request_ids_differ_within_a_run_and_repeat_over_runs():
    def three() -> list[str]:
        app = sandbox()
        return [ask(app, "health", key=None).headers["X-Request-ID"] for _ in range(3)]

    assert len(set(three())) == 3
    assert three() == three()


@pytest.mark.parametrize("path", [path for path, query, status in REPLIES if status == 200])
def test_same_seed_clock_and_request_give_the_same_bytes(path):
    query = {"symbols": "BTCUSDT,SOLUSDT"} if path.startswith("multi") else {}
    first, second = (ask(sandbox(), path, **query) for _ in range(2))
    assert first.content == second.content
    assert first.headers == second.headers


def test_another_seed_gives_another_market():
    assert (
        ask(sandbox(seed=7), "expiries").json()["meta"]["spot_price"]
        != (ask(sandbox(seed=8), "expiries").json()["meta"]["spot_price"])
    )


def test_computed_at_is_the_last_half_minute_and_age_runs_with_the_clock():
    clock = HandClock()
    app = sandbox(clock)
    ages = []
    for _ in range(3):
        meta = ask(app, "gex/levels").json()["meta"]
        ages.append((meta["computed_at"], meta["freshness_seconds"]))
        clock.advance(seconds=6.5)
    assert ages == [
        ("2026-09-10T12:00:00Z", 17),
        ("2026-09-10T12:00:00Z", 23.5),
        ("2026-09-10T12:00:30Z", 0),
    ]


def test_answer_does_not_move_within_one_snapshot():
    clock = HandClock()
    app = sandbox(clock)
    before = ask(app, "gex/levels", include="ranked").json()
    clock.advance(seconds=12)
    after = ask(app, "gex/levels", include="ranked").json()
    assert before["data"] == after["data"]
    assert before["meta"]["spot_price"] == after["meta"]["spot_price"]


def test_nan_and_infinity_become_null_on_the_wire():
    stamp = Stamp(NOW, "req_1", None)
    data = {"a": float("nan"), "b": [1.5, float("inf")], "c": (float("-inf"), 0.0)}
    provenance = Provenance(spot_price=float("nan"), computed_at=datetime(2026, 9, 10, tzinfo=UTC))
    body = json.loads(bytes(success(data, stamp, provenance).body))
    assert body["data"] == {"a": None, "b": [1.5, None], "c": [None, 0.0]}
    assert body["meta"]["spot_price"] is None


def test_documentation_pages_are_public_and_name_the_sandbox():
    for path in ("docs", "redoc", "openapi.json"):
        reply = ask(sandbox(), path, key=None)
        assert reply.status_code == 200
        assert "bq-mcp sandbox" in reply.text


def test_documentation_pages_cost_nothing():
    app = sandbox()
    ask(app, "openapi.json", key=SANDBOX_KEY)
    assert ask(app, "meta").headers["X-Quota-Used"] == "1"
