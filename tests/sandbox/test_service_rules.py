"""Rules of the service that stand between a request and its data: clamps, floors, units, lags."""

from datetime import UTC, datetime

import pytest

from tests.sandbox.asking import HandClock, ask, sandbox, told


@pytest.mark.parametrize(
    ("path", "unit", "asked"),
    [
        ("options/pcr", "days", 40),
        ("options/iv/iv-rv", "days", 40),
        ("options/vrp", "days", 40),
        ("market/funding", "hours", 800),
    ],
)
def test_window_past_the_plan_is_cut_where_enforced_and_told_where_not(path, unit, asked):
    per_day = 24 if unit == "hours" else 1
    for plan, enforced in (("evaluation", True), ("starter", False)):
        query = {unit: asked} | ({"interval": "1d"} if unit == "hours" else {})
        reply = ask(sandbox(plan=plan), path, **query).json()
        assert reply["meta"]["extra"]["history_clamp"] == {
            "requested": asked,
            "allowed": 30 * per_day,
            "unit": unit,
            "max_history_days": 30,
            "enforced": enforced,
        }
        rows = reply["data"].get("rows", reply["data"].get("timestamps"))
        if path != "options/pcr":
            assert len(rows) == (30 if enforced else -(-asked // per_day))
    assert "history_clamp" not in (told(path, **{unit: 7 * per_day})["meta"]["extra"] or {})


def test_market_series_say_how_much_of_a_long_window_they_hold():
    meta = told("market/funding", interval="1m", hours=600)["meta"]
    assert meta["extra"]["available_hours"] == 500
    clock = HandClock(datetime(2024, 1, 3, tzinfo=UTC))
    early = ask(sandbox(clock), "market/candles", hours=168).json()
    assert early["meta"]["extra"]["available_hours"] == 48
    assert early["data"]["timestamps"][0] == 1_704_067_200_000
    assert "available_hours" not in told("market/candles", hours=24)["meta"]["extra"]


def test_bundle_charges_a_unit_for_each_series_and_tells_what_failed():
    app = sandbox(plan="starter")
    reply = ask(app, "market/bundle", symbol="SOLUSDT", hours=24, series="candles,funding,nonsense")
    body = reply.json()
    extra = body["meta"]["extra"]
    assert extra["series"] == ["candles", "funding", "nonsense"]
    assert extra["quota_units_charged"] == int(reply.headers["X-Quota-Used"]) == 3
    assert extra["coverage"] == {"candles": 24} and extra["aligned"] is True
    assert set(extra["errors"]) == {"funding", "nonsense"}
    assert body["data"]["funding"] is None and body["data"]["candles"] is not None
    whole = ask(app, "market/bundle", hours=24)
    assert whole.json()["meta"]["extra"]["quota_units_charged"] == 6
    assert int(whole.headers["X-Quota-Used"]) == 9


def test_cvd_of_spot_markets_is_not_collected_everywhere():
    app = sandbox()
    assert ask(app, "market/cvd", symbol="HYPEUSDT", market="spot").status_code == 404
    assert ask(app, "market/cvd", symbol="HYPEUSDT").status_code == 200


@pytest.mark.parametrize(
    ("now", "region", "latest", "lag"),
    [
        ("2026-11-28T12:00:00Z", "us", "2026-11-27", 1),  # Saturday
        ("2026-11-30T12:00:00Z", "us", "2026-11-27", 3),  # Monday: Friday's is the newest
        ("2026-12-01T02:00:00Z", "us", "2026-11-30", 1),
        ("2026-12-01T01:59:00Z", "us", "2026-11-27", 4),
        ("2026-11-27T12:00:00Z", "us", "2026-11-25", 2),  # the day after a holiday
        ("2026-11-27T11:59:00Z", "hk", "2026-11-26", 1),
        ("2026-11-27T12:00:00Z", "hk", "2026-11-27", 0),
    ],
)
def test_funds_report_by_trading_day_and_say_how_old_the_last_one_is(now, region, latest, lag):
    app = sandbox(HandClock(datetime.fromisoformat(now)))
    body = ask(app, "etf/flows", region=region).json()
    extra, rows = body["meta"]["extra"], body["data"]["flows"]
    assert (extra["latest_date"], extra["days_since_latest"]) == (latest, lag)
    assert extra["region"] == region
    assert rows[-1]["date"] == latest
    assert all(datetime.fromisoformat(row["date"]).weekday() < 5 for row in rows)
    for before, row in zip(rows, rows[1:], strict=False):
        moved = row["cumulative_net_flow"] - before["cumulative_net_flow"]
        assert moved == pytest.approx(row["total_net_flow"], abs=1)


def test_a_fund_that_has_not_reported_is_null_and_not_in_the_total():
    app = sandbox(HandClock(datetime(2026, 11, 28, 3, tzinfo=UTC)))
    row = ask(app, "etf/flows", symbol="ETH").json()["data"]["flows"][-1]
    funds = {name: flow for name, flow in row.items() if name.isupper()}
    assert [name for name, flow in funds.items() if flow is None] == ["CETH"]
    reported = sum(flow for flow in funds.values() if flow is not None)
    assert row["total_net_flow"] == pytest.approx(reported)
    later = sandbox(HandClock(datetime(2026, 11, 28, 15, tzinfo=UTC)))
    assert ask(later, "etf/flows", symbol="ETH").json()["data"]["flows"][-1]["CETH"] is not None
    assert ask(app, "etf/flows", symbol="ETH", region="hk").status_code == 422


def test_smile_of_an_unknown_expiry_hints_at_the_tokens_that_exist():
    reply = ask(sandbox(), "options/iv/smile", expiry="01JAN20")
    assert reply.status_code == 404
    assert "11SEP26" in reply.json()["error"]["message"]


def test_put_call_series_says_what_it_is_and_how_much_of_it_came():
    daily = told("options/pcr", granularity="daily", days=365, include="exchange_breakdown")
    extra = daily["meta"]["extra"]
    assert extra["granularity"] == "intraday-fallback"
    assert extra["points_returned"] == len(daily["data"]["timestamps"]) < extra["points_available"]
    venues = daily["data"]["exchange_breakdown"]
    summed = sum(venue["put_oi"][-1] for venue in venues.values())
    assert summed == pytest.approx(daily["data"]["put_oi"][-1])
    assert "exchange_breakdown" not in told("options/pcr", days=1)["data"]


def test_flow_without_a_tape_is_signed_by_the_textbook_and_says_so():
    extra = told("gex/dealer-flow", as_of="2026-05-01T12:00:00Z")["meta"]["extra"]
    assert extra["positioning"] == "std"
    assert extra["positioning_fallback_reason"] == "flow_tape_empty"
    assert extra["flow_unavailable_before"].startswith("2026-05-17")
    assert "venue_disagreement" not in extra


def test_venue_book_puts_crossed_books_last_and_keeps_to_its_band():
    found = told("options/venue-book", limit=1000)
    spot, rows = found["meta"]["spot_price"], found["data"]["contracts"]
    crossed = [row["book_crossed"] for row in rows]
    assert crossed == sorted(crossed) and any(crossed)
    for row in rows:
        assert 0.85 <= row["strike"] / spot <= 1.15 and row["dte"] >= 2 and len(row["venues"]) > 1
        assert row["book_crossed"] == (row["best_bid"] > row["best_ask"])
        assert row["consolidated"] == (row["best_bid_venue"] != row["best_ask_venue"])
    open_books = [row["spread_pct"] for row in rows if not row["book_crossed"]]
    assert open_books == sorted(open_books)
    assert sum(row["crossed"] for row in rows) < sum(crossed)
    few = told("options/venue-book", crossed_only="true", option_type="call")["data"]["contracts"]
    assert all(row["crossed"] and row["type"] == "call" for row in few)
