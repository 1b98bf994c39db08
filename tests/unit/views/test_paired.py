"""Rows out of the spellings of one table, and rows chosen by what they measure."""

from datetime import UTC, datetime

from bq_mcp.views.curves import humps, zeros
from bq_mcp.views.derived import days_left, expiry_type, settlements
from bq_mcp.views.grids import grid_of
from bq_mcp.views.paired import keyed, paired
from bq_mcp.views.tenors import anchors, at_least, below, between, measured, tenor, with_days

NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)


def test_lists_and_records_pair_alike() -> None:
    lists = {"expiries": ["11SEP26", "18SEP26"], "dtes": [0, 7], "other": [1, 2, 3]}
    records = [{"expiry": "11SEP26", "dte": 0}, {"expiry": "18SEP26", "dte": 7}]
    spelled = {"expiry": ["expiries", "expiry"], "dte": ["dtes", "dte"]}
    wanted = [{"expiry": "11SEP26", "dte": 0}, {"expiry": "18SEP26", "dte": 7}]
    assert paired(lists, **spelled) == wanted
    assert paired(records, **spelled) == wanted
    assert paired({"expiries": records}, **spelled) == wanted


def test_a_list_of_another_length_is_not_paired() -> None:
    rows = paired({"strike": [1, 2], "below": [0.1]}, strike="strike", below="below")
    assert rows == [{"strike": 1, "below": None}, {"strike": 2, "below": None}]


def test_nothing_pairs_out_of_nothing() -> None:
    sources: list[object] = [None, 3, "text", {}, {"a": None}, {"a": []}]
    for source in sources:
        assert paired(source, a="a") == []


def test_a_map_of_records_carries_its_key() -> None:
    assert keyed({"11SEP26": {"mean": 3}, "note": "x"}, "expiry") == [
        {"mean": 3, "expiry": "11SEP26"}
    ]
    assert keyed(None, "expiry") == []


def test_days_run_to_the_morning_settlement() -> None:
    assert days_left("11SEP26", NOON) == 0
    assert days_left("18SEP26", NOON) == 7
    assert days_left("perpetual", NOON) is None
    rows = with_days([{"expiry": "18SEP26"}, {"expiry": "18SEP26", "dte": 8}], NOON)
    assert [row["dte"] for row in rows] == [7, 8]


def test_settlements_come_in_order_and_once() -> None:
    found = settlements(["18SEP26", "11SEP26", "11SEP26", "x", None])
    assert [instant.isoformat() for instant in found] == [
        "2026-09-11T08:00:00+00:00",
        "2026-09-18T08:00:00+00:00",
    ]
    assert settlements(None) == []


def test_expiries_fall_into_calendar_classes() -> None:
    classes = {
        "24SEP26": "daily",
        "18SEP26": "weekly",
        "25SEP26": "quarterly",
        "30OCT26": "monthly",
    }
    for token, wanted in classes.items():
        assert expiry_type(token) == wanted
    assert expiry_type("x") is None
    rows = [{"expiry": token} for token in classes]
    assert anchors(rows, "expiry") == [{"expiry": "25SEP26"}, {"expiry": "30OCT26"}]


def test_a_tenor_is_the_nearest_row_within_its_tolerance() -> None:
    rows = [{"dte": 6}, {"dte": None}, {"dte": 34}]
    assert tenor(rows, "dte", 30) == {"dte": 34}
    assert tenor(rows, "dte", 90) == {"dte": 34}
    assert tenor(rows, "dte", 90, 0.15) is None
    assert tenor(rows, "dte", None) is None
    assert tenor([], "dte", 7) is None


def test_rows_are_kept_by_what_they_measure() -> None:
    rows = [{"a": 1, "b": None}, {"a": 2, "b": 5}, {"a": "x", "b": 7}]
    assert measured(rows, "a", "b") == [rows[1]]
    assert at_least(rows, "a", 2) == [rows[1]]
    assert below(rows, "a", 2) == [rows[0]]
    assert between(rows, "b", 5, 6) == [rows[1]]


def test_a_hump_stands_more_than_a_point_above_both_neighbours() -> None:
    def rows(*levels: float | None) -> list[dict[str, object]]:
        return [{"iv": level} for level in levels]

    assert humps(rows(40, 42, 40.5), "iv", "percent") == [
        {"iv": 42, "over_before": 2, "over_after": 1.5}
    ]
    assert len(humps(rows(0.40, 0.42, 0.40), "iv", "decimal")) == 1
    for flat in (rows(40, 41, 40), rows(40, 42, None), rows(42, 40)):
        assert humps(flat, "iv", "percent") == []
    assert humps(rows(40, 42, 40), "iv", None) == []


def test_zeros_lie_on_the_line_between_two_cells() -> None:
    grid = grid_of([[-1, 3, None, -3], [-2, 0, 0, 4]], ["now", "then"], [10, 20, 30, 40])
    assert zeros(grid, "now") == [{"level": 12.5, "below": -1}]
    assert zeros(grid, "then") == [{"level": 25, "below": -1}]
    assert zeros(grid, "never") == [] and zeros(None, "now") == []


def test_a_grid_is_turned_to_fit_its_axes_or_not_read() -> None:
    turned = grid_of([[1, 2], [3, 4], [5, 6]], ["a", "b"], [10, 20, 30])
    assert turned is not None
    assert turned.row("b") == [2, 4, 6]
    assert grid_of([[1, 2], [3, 4]], ["a"], [10, 20]) is None
    assert grid_of(None, [], []) is None


def test_a_grid_ends_before_an_instant() -> None:
    times = [1_789_041_600_000, 1_789_045_200_000]
    grid = grid_of([[1, 2], [3, 4]], times, [10, 20])
    assert grid is not None
    ended = grid.until(datetime(2026, 9, 10, 12, 30, tzinfo=UTC))
    assert ended is not None and ended.cells == [[1, 2]]
    assert grid.until(datetime(2026, 9, 10, 11, tzinfo=UTC)) is None
    assert grid.until(None) is grid
    cell = grid.at(times[1], 19)
    assert cell is not None and (cell.column, cell.value) == (20, 4)
