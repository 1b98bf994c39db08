"""The views of what is covered, what changed, what the key allows, and whether it is up."""

from typing import Any

import pytest

from bq_mcp.client.model import Limits

from .asking import ask

RELEASES: dict[str, Any] = {
    "current_version": "2.10.1",
    "v1_status": "deprecated",
    "releases": [
        {
            "version": version,
            "released_at": day,
            "breaking": breaking,
            "summary": f"Summary of {version}.",
            "changes": ["One change.", "Another change."],
        }
        for version, day, breaking in [
            ("2.9.0", "2026-08-30", False),
            ("2.10.1", "2026-09-03", False),
            ("2.10.0", "2026-09-01", True),
            ("2.8.0", "2026-08-28", True),
        ]
    ],
}
META: dict[str, Any] = {
    "name": "BackQuant API",
    "version": "2.10",
    "supported_symbols": ["BTCUSDT", "ETHUSDT"],
    "rate_limits": {
        "starter": {"requests_per_month": 10_000, "burst_per_minute": 30},
        "enterprise": {"requests_per_month": None, "burst_per_minute": 600},
    },
    "your_plan": {"plan": "starter", "requests_per_month": 10_000, "max_history_days": 30},
    "history_depth": {"starter": 30, "enterprise": None},
    "history_depth_enforced": False,
    "data_coverage": {"chain_from": "2026-04-16T00:00:00Z"},
    "error_codes": [{"code": "NOT_FOUND", "http": [404]}],
    "links": {"docs": "/v2/docs"},
}


def test_releases_are_told_newest_first_with_the_breaking_ones_marked() -> None:
    assert ask(RELEASES, "/changelog").text.split("\n")[1:7] == [
        "current version 2.10.1 · v1 deprecated",
        "releases: 4, 2 marked breaking",
        'latest breaking 2.10.0 (2026-09-01): "Summary of 2.10.0."',
        "by release:",
        '2.10.1 2026-09-03 "Summary of 2.10.1."; "One change.", "Another change."',
        '2.10.0 2026-09-01 BREAKING "Summary of 2.10.0."; "One change.", "Another change."',
    ]


def test_a_breaking_release_that_is_cut_keeps_its_summary() -> None:
    newer = [
        RELEASES["releases"][1] | {"version": f"2.11.{number}", "released_at": "2026-10-01"}
        for number in range(30)
    ]
    text = ask({"releases": newer + RELEASES["releases"]}, "/changelog", "brief").text
    assert 'latest breaking 2.10.0 (2026-09-01): "Summary of 2.10.0."' in text


def test_brief_names_version_status_and_latest_breaking() -> None:
    text = ask(RELEASES, "/changelog", "brief").text
    for words in ("2.10.1", "deprecated", "latest breaking 2.10.0"):
        assert words in text


@pytest.mark.parametrize(
    "data",
    [
        {
            "symbols": [
                {
                    "symbol": "BTCUSDT",
                    "categories_live": ["gex", "options"],
                    "freshness_seconds": {"gex": 12.0, "options": 12.0},
                    "spot_price": 67_214.0,
                    "active_expiries": 12,
                }
            ]
        },
        {
            "BTCUSDT": {
                "categories_live": ["gex", "options"],
                "freshness_seconds": {"gex": 12.0, "options": 12.0},
                "spot_price": 67_214.0,
                "active_expiries": 12,
            }
        },
    ],
)
def test_a_symbol_is_told_with_what_is_live_and_how_old(data: object) -> None:
    text = ask(data, "/symbols").text
    assert (
        "- BTCUSDT: spot 67,214 · live gex, options"
        " · freshness_seconds (gex 12, options 12), active_expiries 12"
    ) in text


def test_a_cold_symbol_has_nothing_live_and_an_unknown_one_is_not_called_cold() -> None:
    data = {
        "symbols": [
            {"symbol": "SOLUSDT", "categories_live": [], "spot_price": None},
            {"symbol": "HYPEUSDT", "spot_price": 21.9},
        ]
    }
    text = ask(data, "/symbols").text
    assert "- SOLUSDT: spot n/a · live nothing" in text
    assert "- HYPEUSDT: spot 21.9 · live n/a" in text


@pytest.mark.parametrize("container", ["symbols", "markets", "x"])
def test_symbols_are_found_in_any_container(container: str) -> None:
    rows = [{"symbol": "BTCUSDT", "categories_live": ["gex"], "spot_price": 67_214.0}]
    assert "- BTCUSDT: spot 67,214 · live gex" in ask({container: rows}, "/symbols").text
    other = {container: {"BTCUSDT": {"live": ["gex", "chain"], "last": 67_214.0}}}
    text = ask(other, "/symbols").text
    assert "- BTCUSDT: spot n/a · live n/a · live (gex, chain), last 67,214" in text


def test_categories_may_be_flags() -> None:
    data = {"BTCUSDT": {"categories_live": {"gex": True, "liquidation": False}}}
    assert "live gex yes, liquidation no" in ask(data, "/symbols").text


def test_the_callers_own_plan_comes_first() -> None:
    lines = ask(META, "/meta").text.split("\n")
    assert lines[1] == '"BackQuant API" · API version 2.10'
    assert lines[2] == "your plan: plan starter, requests_per_month 10,000, max_history_days 30"
    assert "history windows reported, not enforced" in lines
    assert "enterprise (requests_per_month n/a, burst_per_minute 600)" in "".join(lines)
    assert "stored data: chain_from 2026-04-16 00:00Z" in lines


def test_limits_cadences_and_what_a_call_costs_are_told_where_they_are_asked_for() -> None:
    limits = Limits(burst_limit=30, burst_left=21, quota_limit=10_000, quota_left=9_400)
    text = ask(META, "/meta", limits=limits).text
    assert "9,400 of 10,000 this month, 600 used" in text
    assert "data refresh: gex and options 30s, liquidation 5m · etf and iv-rv 24h" in text
    assert "a call costs one request of the quota" in text
    brief = ask(META, "/meta", "brief", limits=limits).text
    assert "requests_per_month 10,000" in brief and "max_history_days 30" in brief


@pytest.mark.parametrize("limits", [{"starter": 30}, [{"plan": "starter", "burst": 30}]])
def test_plan_limits_may_have_other_shapes(limits: object) -> None:
    text = ask(META | {"rate_limits": limits}, "/meta").text
    assert "limits of the plans:" in text
    assert "starter 30" in text or "plan starter, burst 30" in text


def test_a_back_end_that_is_down_is_told() -> None:
    text = ask({"status": "degraded", "redis": True, "db": False}, "/health").text
    assert text.split("\n")[1] == "overall degraded · redis yes, db no"


def test_many_flags_never_cost_the_verdict() -> None:
    data = {"status": "degraded", "checks": {f"node_{place}": "ok" for place in range(200)}}
    assert "overall degraded · checks (node_0 ok" in ask(data, "/health", "brief").text


def test_flags_of_other_shapes_are_told() -> None:
    text = ask({"status": "ok", "checks": {"redis": "ok", "db": None}}, "/health").text
    assert "overall ok · checks (redis ok, db n/a)" in text
