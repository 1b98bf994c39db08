"""Which lines of an answer are kept when there is no room for all."""

from bq_mcp.views.fit.fit import fit
from bq_mcp.views.fit.marks import Line
from bq_mcp.views.fit.size import estimate, shorten

WORDS = "one two three four five"
SIZE = estimate(WORDS) + 1


def line(rank: int, text: str = WORDS, **told: object) -> Line:
    return Line(rank, text, **told)  # type: ignore[arg-type]


def table(rows: int, total: int) -> list[Line]:
    head = line(4, "strikes", table="strikes", total=total)
    return [head, *(line(4, f"{WORDS} {n}", table="strikes", importance=n) for n in range(rows))]


def test_lines_stand_in_reading_order_whatever_their_rank() -> None:
    found = fit([line(3, "later"), line(1, "first")], 100, 9)
    assert found.lines == ["later", "first"]


def test_the_lowest_rank_goes_first_when_there_is_no_room() -> None:
    found = fit([line(3, WORDS + " 3"), line(1), line(2)], 2 * SIZE, 9)
    assert found.lines == [WORDS, WORDS]
    assert found.lines_left == 1


def test_ranks_beyond_the_detail_are_left_out_however_much_room_there_is() -> None:
    found = fit([line(1, "a"), line(4, "b")], 1_000, 3)
    assert found.lines == ["a"]


def test_a_head_stands_only_above_a_row() -> None:
    assert fit(table(3, 3), 2, 9).lines == []
    assert fit(table(0, 7), 100, 9).lines == []
    assert fit(table(3, 3), 100, 9).lines[0] == "strikes"


def test_rows_not_shown_are_counted_among_all_received() -> None:
    found = fit(table(3, 117), 2 * SIZE + 8, 9)
    assert len(found.lines) == 3
    assert found.rows_left == {"strikes": (115, 117)}


def test_the_most_important_rows_stay_in_the_order_they_are_read() -> None:
    rows = [line(4, f"row {n}", table="rows", importance=9 - n) for n in range(4)]
    room = estimate("head") + 1 + 2 * (estimate("row 2") + 1)
    found = fit([line(4, "head", table="rows", total=4), *rows], room, 9)
    assert found.lines == ["head", "row 2", "row 3"]


def test_no_more_is_kept_than_fits() -> None:
    for room in range(0, 80, 7):
        found = fit([*table(8, 8), line(1), line(2)], room, 9)
        assert sum(estimate(text) + 1 for text in found.lines) <= room
        assert found.size <= room


def test_a_quotation_ends_where_its_line_is_cut() -> None:
    line = 'positioning "upstream says a great deal of this" · source "and of that, too" · 8 venues'
    for limit in range(1, estimate(line) + 1):
        cut = shorten(line, limit)
        assert estimate(cut) <= max(limit, 2)
        assert cut.count('"') % 2 == 0
    assert shorten(line, estimate(line)) == line
