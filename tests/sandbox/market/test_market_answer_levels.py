import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from bq_mcp.sandbox.answers.levels import levels_data, multi_levels_entry
from bq_mcp.sandbox.market import SYMBOLS, VENUES, World

NOW = datetime(2026, 6, 16, 10, 30, tzinfo=UTC)
EVERY_SECTION = frozenset({"spot", "candles", "zones", "max_pain", "expected_move", "ranked"})


@cache
def world() -> World:
    return World(seed=7)


def levels(
    symbol: str = "BTCUSDT",
    positioning: str = "std",
    venues: tuple[str, ...] | None = None,
    include: frozenset[str] = frozenset(),
    instant: datetime = NOW,
) -> tuple[dict[str, Any], dict[str, Any]]:
    return levels_data(
        world(), symbol, instant, positioning=positioning, venues=venues, include=include
    )


def test_without_includes_only_the_levels_come():
    data, _ = levels()
    assert set(data) == {"all_expiry", "odte", "positioning"}
    assert set(data["all_expiry"]) == {
        "hvl",
        "call_resistance",
        "call_wall_2",
        "call_wall_3",
        "put_support",
        "put_wall_2",
        "put_wall_3",
    }
    assert set(data["odte"]) == {"hvl", "call_resistance", "put_support"}


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_section_is_json_ready(symbol):
    data, extra = levels(symbol, include=EVERY_SECTION)
    assert {"spot", "candles", "max_pain", "expected_move", "ranked"} < set(data)
    assert "gamma_flip_zones" in data
    assert json.loads(json.dumps([data, extra], allow_nan=False)) == [data, extra]


def test_std_is_served_as_asked_without_a_fallback():
    data, extra = levels(positioning="std")
    assert data["positioning"] == extra["positioning"] == extra["positioning_requested"] == "std"
    assert "positioning_fallback_reason" not in extra


@pytest.mark.parametrize("symbol", ["SOLUSDT", "HYPEUSDT"])
def test_flow_falls_back_with_a_reason_where_no_tape_exists(symbol):
    data, extra = levels(symbol, positioning="flow")
    assert data["positioning"] == extra["positioning"] == "std"
    assert extra["positioning_requested"] == "flow"
    assert extra["positioning_fallback_reason"] == "no_aggressor_tape_for_symbol"
    assert data == levels(symbol, positioning="std")[0]


@pytest.mark.parametrize("symbol", ["BTCUSDT", "ETHUSDT"])
def test_flow_is_served_where_a_tape_exists_without_second_walls(symbol):
    data, extra = levels(symbol, positioning="flow")
    assert data["positioning"] == extra["positioning"] == "flow"
    assert "positioning_fallback_reason" not in extra
    assert extra["aggregation"]["flow_venues"] == list(VENUES)
    for wall in ("call_wall_2", "call_wall_3", "put_wall_2", "put_wall_3"):
        assert data["all_expiry"][wall] is None
    std = levels(symbol, positioning="std")[0]
    assert data["all_expiry"] != std["all_expiry"]
    assert std["all_expiry"]["call_wall_2"] is not None


@pytest.mark.parametrize(
    ("instant", "reason"),
    [
        (datetime(2026, 5, 17, 7, 59, 30, tzinfo=UTC), "flow_tape_empty"),
        (datetime(2026, 5, 17, 8, 0, tzinfo=UTC), "flow_qty_all_zero"),
        (datetime(2026, 5, 17, 8, 30, tzinfo=UTC), None),
    ],
)
def test_flow_begins_with_the_tape(instant, reason):
    data, extra = levels(positioning="flow", instant=instant)
    assert extra.get("positioning_fallback_reason") == reason
    assert data["positioning"] == ("std" if reason else "flow")


def test_a_front_expiry_days_away_leaves_the_zero_dte_levels_null():
    data, _ = levels("HYPEUSDT", include=EVERY_SECTION)
    assert data["odte"] == {"hvl": None, "call_resistance": None, "put_support": None}
    assert data["max_pain"] == {"strike": None, "value": None}
    assert data["ranked"]["odte_top_10"] == []


def test_unknown_venues_do_not_filter_and_known_ones_do():
    everything, everywhere = levels(include=EVERY_SECTION)
    assert levels(venues=("nowhere",), include=EVERY_SECTION)[0] == everything
    assert everywhere["aggregation"]["chain_venues"] == list(VENUES)
    filtered, extra = levels(venues=("deribit", "nowhere"), include=EVERY_SECTION)
    assert extra["aggregation"]["chain_venues"] == ["deribit"]
    assert filtered["ranked"] != everything["ranked"]


def test_a_venue_that_lists_nothing_of_the_coin_gives_null_levels():
    data, extra = levels("HYPEUSDT", venues=("bybit",))
    assert extra["aggregation"]["chain_venues"] == []
    assert set(data["all_expiry"].values()) == {None}


def test_candles_are_a_day_of_half_hours_up_to_the_instant():
    late = NOW + timedelta(minutes=10)
    data, _ = levels(include=frozenset({"candles", "spot"}), instant=late)
    bars = data["candles"]
    assert len(bars) == 48
    assert bars[0]["datetime"] == "2026-06-15T11:00:00Z"
    assert bars[-1]["datetime"] == "2026-06-16T10:30:00Z"
    assert bars[-1]["close"] == data["spot"]["spot_price"] == world().spot("BTCUSDT", late)
    for before, after in zip(bars, bars[1:], strict=False):
        assert before["close"] == after["open"]
    for bar in bars:
        assert bar["low"] <= min(bar["open"], bar["close"])
        assert bar["high"] >= max(bar["open"], bar["close"])
        assert bar["volume"] > 0


def test_a_day_of_candle_volume_is_of_the_stated_size():
    data, _ = levels(include=frozenset({"candles"}))
    assert 10e9 < sum(bar["volume"] for bar in data["candles"]) < 150e9


def test_perpetual_trades_close_to_spot():
    prices = levels(include=frozenset({"spot"}))[0]["spot"]
    assert abs(prices["perps_price"] / prices["spot_price"] - 1) <= 0.003001


def test_ranked_lists_ten_by_size_with_their_sign():
    ranked = levels(include=frozenset({"ranked"}))[0]["ranked"]["all_expiry_top_10"]
    assert [row["rank"] for row in ranked] == list(range(1, 11))
    sizes = [row["abs_gex"] for row in ranked]
    assert sizes == sorted(sizes, reverse=True)
    assert all(row["abs_gex"] == abs(row["gex"]) for row in ranked)
    assert any(row["gex"] < 0 for row in ranked)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_multi_entry_equals_the_single_answer(symbol):
    include = EVERY_SECTION - {"spot", "candles"}
    entry = multi_levels_entry(
        world(), symbol, NOW, positioning="std", venues=None, include=EVERY_SECTION
    )
    single = levels(symbol, include=include)[0]
    assert entry.pop("spot_price") == world().spot(symbol, NOW)
    assert entry.pop("computed_at") == "2026-06-16T10:30:00Z"
    assert entry == single
