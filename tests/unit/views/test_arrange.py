"""Orders, selections and pairs of rows."""

from bq_mcp.views.arrange import distinct, where
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
