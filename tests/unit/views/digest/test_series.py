"""Series: the latest row, its range, and what it changed or added up to."""

from typing import Any

from tests.unit.views.digest.asking import NOW, figures_of, hourly, line, sheet_of, told


def _history(size: int = 48) -> dict[str, object]:
    rows = [
        {"recordedAt": at, "netGex": 7.26e6 + step, "call_wall": 72_000.0}
        for step, at in enumerate(hourly(size))
    ]
    return {"history": rows}


def test_the_newest_row_leads_however_the_rows_are_ordered() -> None:
    rows = _history()["history"]
    assert isinstance(rows, list)
    for served in (rows, rows[::-1]):
        assert told({"history": served})[0].startswith("latest 12:00Z: ")
        assert line({"history": served}, "first").startswith("first 2026-11-26 13:00Z")


def test_a_newest_row_without_a_figure_is_told_beside_the_latest_that_has_one() -> None:
    data = {"ts": hourly(6), "funding": [0.1, 0.2, 0.3, 0.4, 0.5, None]}
    lines = told(data, lead=("funding",), short=True)
    assert lines[:2] == ["latest 11:00Z: funding 0.5", "newest row 12:00Z: funding n/a"]


def test_parallel_arrays_and_unnamed_times_are_a_series() -> None:
    made = [int((NOW.timestamp() - 300 * back) * 1000) for back in reversed(range(288))]
    data = {"t": made, "netDelta": [float(step) for step in range(288)]}
    assert told(data)[0] == "latest 12:00Z: netDelta 287"


def test_no_row_is_left_out_without_its_name_and_date() -> None:
    data = {"buckets": [{"bucket": at, "a": 1.5 * step} for step, at in enumerate(hourly(30))]}
    assert "highest 43.5 at 12:00Z · lowest 0 at 2026-11-27 07:00Z" in line(data, "a: highest")


def test_numbers_as_text_are_ranked_and_changed() -> None:
    data = {"t": hourly(10), "x": [f"-{1200345.5 + step}" for step in range(10)]}
    assert line(data, "x: change") == "x: change -9"


def test_what_flows_has_a_sum_and_both_ends_of_its_range() -> None:
    flow = [3.0, -8.0, 2.0, 5.0]
    data = {"ts": hourly(4), "net_flow": flow, "cumulative_flow": [3.0, -5.0, -3.0, 2.0]}
    assert line(data, "sum of") == "sum of 4 rows: net_flow 2"
    found = line(data, "net_flow: highest")
    assert found == "net_flow: highest 5 at 12:00Z · lowest -8 at 10:00Z"


def test_levels_and_stocks_never_add_over_time() -> None:
    names = ("total_oi", "cum_flow", "rate", "net_gex", "close", "oi_cdf", "avg_volume")
    data = {"ts": hourly(5), **{name: [1.0, 2.0, 3.0, 4.0, 6.0] for name in names}}
    assert line(data, "sum of") == ""


def test_a_hint_names_what_leads_and_its_statistics() -> None:
    data = {"ts": hourly(4), "other": [9.0, 8.0, 7.0, 6.0], "fundingRate": [1.0, -1.0, 2.0, 2.0]}
    asked: dict[str, Any] = {"lead": ("*rate*",), "picks": ("latest", "mean", "above 0")}
    assert told(data, **asked)[0] == "latest 12:00Z: fundingRate 2"
    assert told(data, **asked)[1] == "fundingRate: mean 1, above 0 75.0%"


def test_a_running_total_is_no_lead_unless_the_pattern_says_so() -> None:
    data = {"ts": hourly(3), "cum_net": [1.0, 2.0, 4.0], "net": [1.0, 1.0, 2.0]}
    assert told(data, lead=("*net*",))[0] == "latest 12:00Z: net 2"
    assert told(data, lead=("*net*", "*cum*"))[0] == "latest 12:00Z: net 2, cum_net 4"


def test_a_missing_newest_figure_is_named() -> None:
    data = {"ts": hourly(3), "value": [1.0, 2.0, None], "rate": [1.0, 2.0, 3.0]}
    asked: dict[str, Any] = {"lead": ("value", "rate")}
    assert told(data, **asked)[0] == "latest 12:00Z: value n/a, rate 3"


def test_candles_have_one_high_and_one_low() -> None:
    bars = [[at, 10.0 + n, 12.0 + n, 9.0 + n, 11.0 + n, 5.0] for n, at in enumerate(hourly(6))]
    found = line({"candles": bars}, "high", spot=12.0)
    assert found == "high: highest $17 at 12:00Z · low: lowest $9 at 07:00Z"


def test_candles_of_one_letter_columns_are_read_as_candles() -> None:
    letters = dict(
        zip("ohlc", ([10.0, 11.0], [13.0, 12.0], [9.0, 10.0], [11.0, 11.5]), strict=True)
    )
    data = {"t": hourly(2), **letters, "v": [5.0, 6.0]}
    assert told(data, spot=11.0, lead=("close", "*volume*"))[0] == (
        "latest 12:00Z: close $11.5, volume 6"
    )


def test_days_stand_without_a_clock() -> None:
    data = {"dates": ["2026-11-26", "2026-11-27", "2026-11-28"], "vrp": [1.0, 2.0, 3.0]}
    assert told(data)[0] == "latest 2026-11-28: vrp 3"


def test_a_small_percentage_is_not_rounded_away() -> None:
    data = {"ts": hourly(4), "funding_rate_pct": [0.0116, 0.0089, 0.0116, 0.0089]}
    assert told(data)[0] == "latest 12:00Z: funding_rate_pct 0.0089%"


def test_a_brief_answer_has_its_first_figures_without_rows() -> None:
    assert told(_history(200), short=True)[0].startswith("latest 12:00Z: ")
    assert len(list(figures_of(sheet_of(_history(200))))) > 10


def test_a_zero_in_the_newest_row_is_told() -> None:
    data = {"ts": hourly(3), "net_flow": [2.0, 3.0, 0.0], "cumulative_flow": [2.0, 5.0, 5.0]}
    assert told(data)[0] == "latest 12:00Z: net_flow 0, cumulative_flow 5"


def test_a_hint_may_ask_how_far_two_quantities_lie_apart() -> None:
    data = {"ts": hourly(3), "call": [1.0, 2.0, 3.0], "put": [1.0, 4.0, 8.0]}
    found = told(data, lead=("call", "put"), picks=("latest", "difference"))
    assert found[1] == "call: less put -5"


def test_a_hint_may_ask_how_often_spot_stood_above_a_level() -> None:
    data = {"ts": hourly(4), "flip": [9.0, 9.0, None, 9.0], "spot": [8.0, 10.0, 11.0, 12.0]}
    found = told(data, lead=("flip",), picks=("latest", "spot above"))
    assert found[1] == "share of rows with spot above flip: 66.7%"
    del data["spot"]
    assert not any("above" in one for one in told(data, picks=("latest", "spot above")))
