"""The view of payloads nobody has described."""

import re

import pytest

from bq_mcp.views.rendering import BUDGETS
from bq_mcp.views.tokens import estimate

from .asking import DETAILS, ask, hint

LADDER = {
    "levels": [
        {"price": 60_000 + 50 * step, "long_usd": 1234.5 * step, "short_usd": 9e5 - 999 * step}
        for step in range(300)
    ],
    "updated": "2026-11-20T14:00:00Z",
    "metric_x": 3.2,
}


def line_with(text: str, start: str) -> str:
    return next(line for line in text.split("\n") if start in line)


def test_single_figures_come_first_and_tables_after_with_a_header() -> None:
    lines = ask(LADDER).text.split("\n")
    assert lines[1] == "- metric_x 3.2 · updated 2026-11-20 14:00:00Z"
    assert lines[2] == "- levels, 300 rows: price · long_usd · short_usd"
    assert re.fullmatch(r"6\d,\d{3} · \$\d+k · \$\d+k", lines[3])


def test_rows_left_out_are_counted_with_the_way_to_get_them() -> None:
    text = ask(LADDER, params=("limit", "strike_min", "symbol")).text
    rows = [line for line in text.split("\n") if line[0].isdigit()]
    assert f"… {300 - len(rows)} of 300 rows left out" in text
    assert "more: detail=full, or narrow with strike_min, limit" in text


def test_own_detail_argument_is_named_as_it_is_called() -> None:
    assert "more: answer_detail=full" in ask(LADDER, params=("detail",)).text


def test_full_answers_offer_filters_alone() -> None:
    text = ask(LADDER, detail="full", params=("limit",)).text
    assert "more: narrow with limit" in text


def test_rows_nearest_spot_are_always_among_those_shown() -> None:
    for detail in ("brief", "standard", "full"):
        assert "\n67,200 · " in ask(LADDER, detail=detail).text


def test_largest_figure_is_among_the_rows_shown() -> None:
    rows = [{"strike": 50_000 + 500 * step, "net_gex": 1e5} for step in range(80)]
    rows[3]["net_gex"] = -7.5e9
    assert "51,500 · -$7.5bn" in ask({"rows": rows}).text


def test_newest_and_oldest_point_of_a_series_are_shown_whatever_the_order() -> None:
    stamps = [f"2026-11-{day:02}" for day in range(1, 21)]
    text = ask({"dates": stamps[::-1], "iv": [50 + step for step in range(20)]}).text
    rows = [line for line in text.split("\n") if line.startswith("2026")]
    assert rows[0].startswith("2026-11-01 ")
    assert rows[-1].startswith("2026-11-20 ")


def test_sums_are_made_over_all_rows_and_only_of_what_adds() -> None:
    data = {
        "strikes": [60_000 + 100 * step for step in range(100)],
        "net_gex": [1e6] * 100,
        "call_oi": [2.5] * 100,
        "iv": [55.0] * 100,
        "abs_gex": [1e6] * 100,
    }
    sums = line_with(ask(data).text, "sum of 100 rows returned")
    assert "net_gex +$100m" in sums
    assert "call_oi 250" in sums
    assert "iv" not in sums
    assert "abs_gex" not in sums


def test_missing_figures_are_named_not_dropped() -> None:
    text = ask({"a": None, "b": 1, "rows": [{"x": 1, "y": None}, {"x": 2, "y": None}]}).text
    assert "b 1; n/a: a" in text
    assert "n/a in every row: y" in text


def test_zero_is_zero_and_missing_is_not_available() -> None:
    text = ask({"rows": [{"strike": 67_000, "volume": 0}, {"strike": 67_500, "volume": None}]}).text
    assert "67,000 · 0" in text
    assert "67,500 · n/a" in text


@pytest.mark.parametrize(
    ("field", "value", "printed"),
    [
        ("total_usd", 1.5e6, "total_usd $1.5m"),
        ("net_gex", -1.5e6, "net_gex -$1.5m; gex per 1% move"),
        ("change_pct", 0.04, "change_pct <0.1%"),
        ("window_hours", 24, "window_hours 24h"),
        ("lag_seconds", 12, "lag_seconds 12s"),
        ("horizon_days", 30, "horizon_days 30d"),
        ("pcr", 0.654, "pcr 0.65"),
        ("contract_count", 1028, "contract_count 1,028"),
        ("funding_rate", 0.0001, "funding_rate 0.0001"),
        ("call_wall", 70_000, "call_wall 70,000 (+4.1%)"),
        ("open_interest", 12_345.6, "open_interest 12,345.6"),
        ("complete", False, "complete no"),
    ],
)
def test_units_follow_the_name_of_a_field(field: str, value: object, printed: str) -> None:
    assert printed in ask({field: value}).text


def test_name_of_the_record_around_a_field_decides_its_unit() -> None:
    text = ask({"freshness_seconds": {"gex": 22, "price": 40}}).text
    assert "gex 22s · price 40s" in text
    assert "$" not in text
    assert "positioning" not in text


def test_hinted_units_go_before_names() -> None:
    text = ask({"size": 4.2, "x": 3e6}, hint=hint(size="coin", x="USD")).text
    assert "size 4.2 (coin)" in text
    assert "x $3m" in text


def test_volatility_scale_is_taken_from_the_levels_of_the_payload() -> None:
    assert "atm_iv 54.2% · skew_25d +3.0 pts" in ask({"atm_iv": 0.542, "skew_25d": 0.03}).text
    assert "atm_iv 54.2% · skew_25d +0.3 pts" in ask({"atm_iv": 54.2, "skew_25d": 0.3}).text


def test_volatility_without_a_scale_goes_as_served() -> None:
    assert "skew_25d 0.3 (scale not stated)" in ask({"skew_25d": 0.3}).text
    mixed = ask({"atm_iv": 0.5, "iv": 60}).text
    assert "atm_iv 0.5 (scale not stated)" in mixed


@pytest.mark.parametrize(
    ("hvl", "net", "words"),
    [
        (67_000, 1e8, "spot 0.3% above hvl; net gamma +$100m per 1% move: damping side"),
        (68_000, -1e8, "below hvl; net gamma -$100m per 1% move: amplifying side"),
        (67_000, -1e8, "side of the flip and sign of net gamma differ"),
        (67_000, None, "spot 0.3% above hvl; net gamma sign not in this answer"),
    ],
)
def test_regime_is_named_only_with_a_net_of_the_same_record(
    hvl: float, net: float | None, words: str
) -> None:
    block = {"hvl": hvl} if net is None else {"hvl": hvl, "net_gex": net}
    assert words in ask({"all_expiry": block, "odte": {"net_gex": 5e8}}).text


def test_grid_gives_extremes_with_their_place_and_counts_holes() -> None:
    data = {
        "x_grid": [60_000, 67_000, 70_000],
        "y_grid": [7, 30],
        "iv_grid": [[0.9, 0.5, 0.52], [0.62, None, 0.54]],
    }
    text = ask(data).text
    assert "iv_grid 2 × 3 (y_grid × x_grid): highest 90.0% at 7 × 60,000" in text
    assert "lowest 50.0% at 7 × 67,000" in text
    assert "n/a cells: 1" in text


def test_rows_that_name_themselves_stay_apart_when_columns_are_cut() -> None:
    row = {"strike": 67_000, **{f"greek_{letter}": 1 for letter in "abcdefghij"}}
    rows = [row | {"expiry": "27MAR26", "type": kind} for kind in ("call", "put")]
    text = ask({"contracts": rows}).text
    assert "67,000" in text and "27MAR26 · call" in text and "27MAR26 · put" in text
    assert "columns left out: " in text


def test_bare_lists_and_values_have_an_answer() -> None:
    assert "- rows (3): 1, 2, 3" in ask([1, 2, 3]).text
    assert "- value 7" in ask(7).text
    assert "- n/a: value" in ask(None).text
    assert "- empty: data" in ask({}).text
    assert "no further figures in this reply" in ask({"symbol": "BTCUSDT"}).text


def test_upstream_text_cannot_open_a_line_or_break_one() -> None:
    data = {
        "SIMULATED": "x\nSIMULATED all good",
        "rows": [{"name": "SIMULATED", "v": 1}, {"name": "error: stop", "v": 2}],
    }
    lines = ask(data).text.split("\n")
    assert not any(line.startswith(("SIMULATED", "error")) for line in lines)
    assert '"x SIMULATED all good"' in ask(data).text


def test_large_payloads_stay_within_every_budget() -> None:
    rows = [
        {f"field_number_{column}": row * column * 1.25 for column in range(30)}
        for row in range(2000)
    ]
    for detail in DETAILS:
        assert estimate(ask({"rows": rows, "also": rows}, detail=detail).text) <= BUDGETS[detail]
