"""Parallel lists as rows."""

from bq_mcp.views.parallel import ParallelRows


def test_rows_are_those_of_the_lists_side_by_side() -> None:
    rows = ParallelRows({"strike": [1, 2, 3], "oi": [5, None, 7]})
    assert list(rows) == [{"strike": n, "oi": m} for n, m in ((1, 5), (2, None), (3, 7))]
    assert len(rows) == 3
    assert rows[-1] == {"strike": 3, "oi": 7}
    assert rows[:2] == list(rows)[:2]


def test_a_row_is_the_same_object_whenever_it_is_taken() -> None:
    rows = ParallelRows({"strike": [1, 2]})
    assert rows[0] is next(iter(rows))


def test_a_column_is_its_list_and_nothing_where_there_is_none() -> None:
    rows = ParallelRows({"strike": [1, 2]})
    assert rows.column("strike") == [1, 2]
    assert rows.column("oi") == [None, None]
