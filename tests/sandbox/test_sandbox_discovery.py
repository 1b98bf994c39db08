"""What the sandbox tells about itself."""

from datetime import date, datetime
from itertools import pairwise

import pytest

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.vocabulary import SYMBOLS, VENUES
from tests.sandbox.asking import HandClock, ask, sandbox


def test_unknown_plan_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="starter, standard, pro, enterprise, evaluation"):
        create_app(clock=HandClock(), plan="gold")


def test_health_needs_no_key_and_shows_no_limits():
    reply = ask(sandbox(), "health", key=None)
    assert reply.json()["data"] == {"status": "ok", "redis": True, "db": True}
    assert "X-RateLimit-Limit" not in reply.headers


def test_status_grades_every_symbol_in_every_category():
    clock = HandClock()
    data = ask(sandbox(clock), "status").json()["data"]
    assert data["current_time"] == "2026-09-10T12:00:17Z"
    assert list(data["symbols"]) == list(SYMBOLS)
    for row in data["symbols"].values():
        assert list(row) == list(data["thresholds"]) == ["gex", "options", "chain", "liquidation"]
        assert row["gex"] == {"status": "healthy", "freshness_seconds": 17}
    assert data["thresholds"]["gex"] == {"healthy_max_seconds": 60, "degraded_max_seconds": 300}


def test_overall_status_is_the_worst_cell():
    order = ["healthy", "degraded", "unhealthy", "unavailable"]
    data = ask(sandbox(), "status").json()["data"]
    cells = [cell["status"] for row in data["symbols"].values() for cell in row.values()]
    assert data["overall_status"] == max(cells, key=order.index)


def test_status_counts_what_each_venue_lists():
    venues = ask(sandbox(), "status").json()["data"]["venues"]
    assert list(venues) == list(VENUES)
    assert venues["derive"]["chain_symbols"] == list(SYMBOLS)
    assert venues["okx"]["chain_symbols"] == ["BTCUSDT", "ETHUSDT"]
    assert all(venue["chain"] == "on" and venue["chain_contracts"] > 0 for venue in venues.values())


def test_symbols_agree_with_expiries_and_levels():
    app = sandbox()
    data = ask(app, "symbols").json()["data"]
    assert [row["symbol"] for row in data["symbols"]] == list(SYMBOLS)
    for row in data["symbols"]:
        reply = ask(app, "expiries", symbol=row["symbol"]).json()
        assert row["active_expiries"] == reply["data"]["count"]
        assert row["spot_price"] == reply["meta"]["spot_price"]


def test_symbols_list_only_routes_that_take_them():
    routes = ask(sandbox(), "symbols").json()["data"]["endpoints"]
    assert "/v2/gex/levels" in routes
    assert not {"/v2/etf/flows", "/v2/meta", "/v2/multi/gex/levels"} & set(routes)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_expiries_are_tokens_with_dates_nearest_first(symbol):
    body = ask(sandbox(), "expiries", symbol=symbol).json()
    rows = body["data"]["expiries"]
    assert body["data"]["count"] == len(rows) > 0
    assert body["meta"]["symbol"] == symbol
    for row in rows:
        named = datetime.strptime(row["expiry"].title(), "%d%b%y").date()
        assert named == date.fromisoformat(row["expiry_date"])
    assert all(near["dte"] < far["dte"] for near, far in pairwise(rows))


def test_meta_says_what_applies_to_the_caller():
    data = ask(sandbox(plan="evaluation"), "meta").json()["data"]
    assert data["simulated"] is True
    assert data["supported_symbols"] == list(SYMBOLS)
    assert data["supported_exchanges"] == list(VENUES)
    assert data["your_plan"]["plan"] == "evaluation"
    assert data["your_plan"]["max_history_days"] == 30
    assert data["history_depth_enforced"] is True
    assert data["rate_limits"]["starter"]["burst_per_minute"] == 30
    assert len(data["error_codes"]) == 7


def test_changelog_is_newest_first_and_ends_at_the_served_version():
    body = ask(sandbox(), "changelog").json()
    releases = body["data"]["releases"]
    assert body["data"]["current_version"] == releases[0]["version"] == "2.10.1"
    versions = [tuple(map(int, row["version"].split("."))) for row in releases]
    assert versions == sorted(versions, reverse=True)
    assert [row["released_at"] for row in releases] == sorted(
        (row["released_at"] for row in releases), reverse=True
    )
    breaking = {row["version"] for row in releases if row["breaking"]}
    assert breaking == {"2.2.0", "2.5.0", "2.6.0", "2.6.2", "2.8.0", "2.8.1", "2.10.0"}
