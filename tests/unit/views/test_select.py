"""Choosing rows."""

from bq_mcp.views import select
from bq_mcp.views.shape import Row

STRIKES = [
    {"strike": strike, "gex": gex} for strike, gex in zip(range(60, 71), range(-5, 6), strict=True)
]


def strikes(rows: list[Row]) -> list[object]:
    return [row["strike"] for row in rows]


def test_nearest_rows_come_in_the_order_of_the_column() -> None:
    assert strikes(select.nearest(STRIKES, "strike", 65.4, 3)) == [64, 65, 66]
    assert select.nearest(STRIKES, "strike", None, 3) == []


def test_rows_either_side_of_a_price() -> None:
    assert strikes(select.around(STRIKES, "strike", 65, 2)) == [63, 64, 65, 66, 67]
    assert strikes(select.around(STRIKES, "strike", 59, 2)) == [60, 61]


def test_largest_rows_by_size_and_by_sign() -> None:
    assert strikes(select.top(STRIKES, "gex", 2)) == [60, 70]
    assert strikes(select.top(STRIKES, "gex", 2, 1)) == [70, 69]
    assert strikes(select.top(STRIKES, "gex", 2, -1)) == [60, 61]


def test_missing_figures_are_left_out() -> None:
    rows = [{"v": None}, {"v": 2}, {}, {"v": "x"}, {"v": -3}]
    assert select.top(rows, "v", 5) == [{"v": -3}, {"v": 2}]
    assert select.highest(rows, "v") == {"v": 2}
    assert select.lowest([], "v") is None


def test_time_is_sorted_whatever_order_was_served() -> None:
    rows = [{"t": f"2026-11-20T{hour:02}:00:00Z"} for hour in (3, 1, 2)]
    assert select.in_time([{"t": 5}, *rows], "t") == [rows[1], rows[2], rows[0]]


def test_expiries_are_sorted_by_day_and_found_in_either_form() -> None:
    rows = [{"e": "26JUN26"}, {"e": "27MAR26"}, {"e": "odd"}]
    assert select.by_expiry(rows, "e") == [rows[1], rows[0]]
    assert select.at_expiry(rows, "e", "2026-03-27") == [rows[1]]


def test_thinning_keeps_ends_and_extremes() -> None:
    rows = [{"i": index, "v": 0} for index in range(100)]
    rows[37]["v"], rows[58]["v"] = 9, -9
    kept = [int(str(row["i"])) for row in select.thin(rows, 6, "v")]
    assert {0, 37, 58, 99} <= set(kept)
    assert len(kept) == 6
    assert kept == sorted(kept)
    assert select.thin(rows, 0) == []


def test_spread_is_even_and_holds_both_ends() -> None:
    assert select.spread(9, 3) == [0, 4, 8]
    assert select.spread(3, 9) == [0, 1, 2]
    assert select.spread(9, 1) == [8]


def test_united_rows_are_listed_once() -> None:
    first, second = STRIKES[:2]
    assert select.united([first, second], [second, first]) == [first, second]


def test_records_are_found_at_any_depth_with_their_place() -> None:
    data = {"s": {"BTC": {"gex": {"status": "ok"}}}, "v": [{"venue": "okx", "status": "on"}]}
    found = select.records(data, "status")
    assert [select.place(record) for record in found] == ["BTC gex", "okx"]
    assert select.having(found, "status", "ok") == found[:1]
    assert select.lacking(found, "ok", "status") == found[1:]


def test_rows_of_anything_else_are_empty() -> None:
    assert select.rows_of("text") == []
    assert select.rows_of([1, {"a": 1}]) == [{"a": 1}]
