"""Orders, selections and pairs of rows."""

from bq_mcp.views.arrange import distinct, in_order, pivot, ties, where
from bq_mcp.views.tenors import with_anchor


def test_where_takes_exact_values_in_nested_fields() -> None:
    rows = [{"a": {"b": 0}}, {"a": {"b": 1}}, {"a": None}, "x"]
    assert where(rows, "a.b", 1) == [{"a": {"b": 1}}]


def test_where_of_anything_but_rows_is_empty() -> None:
    assert where({"a": 1}, "a", 1) == []


def test_distinct_keeps_the_first_row_of_each_text() -> None:
    rows = [{"e": "b", "n": 1}, {"e": "a", "n": 2}, {"e": "b", "n": 3}, {"e": 4}, {}]
    assert [row["n"] for row in distinct(rows, "e")] == [1, 2]


def test_a_served_anchor_flag_wins_over_the_calendar() -> None:
    rows = [{"expiry": "27NOV26", "anchor": False}, {"expiry": "27NOV26"}, {"expiry": "odd"}]
    assert [row["anchor"] for row in with_anchor(rows)] == [False, True, False]


def test_rows_that_nothing_places_come_last() -> None:
    rows = [{"dte": None, "e": "x"}, {"dte": 6}, {"e": "y"}, {"dte": 0}]
    assert in_order(rows, "dte") == [{"dte": 0}, {"dte": 6}, {"dte": None, "e": "x"}, {"e": "y"}]


def test_ties_share_the_lowest_figure() -> None:
    rows = [
        {"k": 1, "pain": 5.0},
        {"k": 2, "pain": 3.0},
        {"k": 3, "pain": None},
        {"k": 4, "pain": 3},
    ]
    assert [row["k"] for row in ties(rows, "pain")] == [2, 4]
    assert ties([{"pain": None}], "pain") == []


def test_pivot_puts_kinds_side_by_side_and_keeps_the_first_of_each() -> None:
    rows = [
        {"k": 2, "t": "put", "n": 1},
        {"k": 1, "t": "call", "n": 2},
        {"k": 2, "t": "call", "n": 3},
        {"k": 2, "t": "call", "n": 4},
        {"k": None, "t": "call"},
        {"k": 3, "t": None},
    ]
    assert pivot(rows, "k", "t") == [
        {"k": 1, "call": rows[1]},
        {"k": 2, "put": rows[0], "call": rows[2]},
    ]
