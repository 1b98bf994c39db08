"""Figures computed from served ones."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bq_mcp.views import derived


def test_distance_is_percent_of_spot() -> None:
    assert derived.distance_pct(70_000, 67_214) == pytest.approx((70_000 / 67_214 - 1) * 100)
    assert derived.distance_pct(None, 67_214) is None
    assert derived.distance_pct(70_000, 0) is None
    assert derived.distance_pct("70000", 67_214) is None


@pytest.mark.parametrize(
    ("spot", "level", "where"), [(2, 1, "above"), (1, 2, "below"), (1, 1, "at"), (None, 1, None)]
)
def test_side_of_a_level(spot: object, level: object, where: str | None) -> None:
    assert derived.side(spot, level) == where


@pytest.mark.parametrize(
    ("where", "net", "said"),
    [
        ("above", 1e6, "damping"),
        ("below", -1e6, "amplifying"),
        ("above", -1e6, "differ"),
        ("below", 1e6, "differ"),
        ("above", None, "side_only"),
        (None, 1e6, "side_only"),
        ("at", 1e6, "unclear"),
        ("above", 0, "unclear"),
    ],
)
def test_regime_needs_a_net_that_agrees_with_the_side(
    where: str | None, net: float | None, said: str
) -> None:
    assert derived.regime(where, net) == said


@pytest.mark.parametrize(
    ("levels", "scale"),
    [
        ([0.5, 0.62, None], "decimal"),
        ([50.0, 62.1], "percent"),
        ([0.5, 62.1], None),
        ([], None),
        ([0, 62.1], "percent"),
        ([None, "x"], None),
        ([4.99], "decimal"),
        ([5.0], "percent"),
    ],
)
def test_volatility_scale_is_read_from_levels(levels: list[object], scale: str | None) -> None:
    assert derived.iv_scale(levels) == scale


def test_sums_leave_missing_figures_out_and_are_missing_without_any() -> None:
    assert derived.total([1, None, -3, "x"]) == -2
    assert derived.gross([1, None, -3]) == 4
    assert derived.total([None]) is None
    assert derived.gross([]) is None


def test_shares_and_changes() -> None:
    assert derived.share_pct(1, 4) == 25
    assert derived.share_pct(1, 0) is None
    assert derived.change(3, None) is None
    assert derived.change(3, 5) == 2
    assert derived.middle([3, 1, None, 2]) == 2


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 11, 20), date(2026, 11, 23), 1),
        (date(2026, 11, 20), date(2026, 11, 21), 0),
        (date(2026, 11, 19), date(2026, 11, 20), 1),
        (date(2026, 11, 2), date(2026, 11, 20), 14),
        (date(2026, 11, 20), date(2026, 11, 20), 0),
        (date(2026, 11, 20), date(2026, 11, 10), 0),
    ],
)
def test_business_days_skip_weekends(start: date, end: date, days: int) -> None:
    assert derived.business_days(start, end) == days


def test_step_of_a_series_ignores_its_one_hole() -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    hours = [start + timedelta(hours=hour) for hour in [*range(20), *range(30, 50)]]
    assert derived.own_step(hours[::-1]) == 3600
    assert derived.own_step(hours[:2]) is None


def test_days_until_an_expiry_token_or_date() -> None:
    today = date(2026, 11, 20)
    assert derived.days_until("27NOV26", today) == 7
    assert derived.days_until("2026-11-27", today) == 7
    assert derived.days_until("soon", today) is None


def test_tally_counts_the_values_of_a_column() -> None:
    rows = [{"tag": "GEX"}, {"tag": "Tape"}, {"tag": "GEX"}, {}, "odd"]
    assert derived.tally(rows, "tag") == {"GEX": 2, "Tape": 1}


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(3, 2, 1.5), (0, 2, 0.0), (1, 0, None), (None, 2, None), (1, "2", None), (-1, 4, -0.25)],
)
def test_quotient(part: object, whole: object, expected: float | None) -> None:
    assert derived.quotient(part, whole) == expected


def test_missing_counts_what_is_no_figure() -> None:
    assert derived.missing([1, None, "x", 0, float("nan"), True]) == 4


def test_sum_by_key_adds_equal_keys_and_skips_what_has_no_figure() -> None:
    maps = [
        {"okx": {"oi": 1.0}, "deribit": {"oi": 5}},
        None,
        {"okx": {"oi": 2}, "thalex": {"oi": None}, "delta": "odd"},
    ]
    assert list(derived.sum_by_key(maps, "oi").items()) == [("deribit", 5.0), ("okx", 3.0)]
