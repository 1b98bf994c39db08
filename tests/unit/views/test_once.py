"""Pure functions over rows called once an answer for the same arguments."""

from bq_mcp.views.once import Once


def test_the_same_rows_and_the_same_words_are_the_same_question() -> None:
    once, rows, calls = Once(), [{"x": 1}], list[object]()

    def first(source: list[dict[str, int]], column: str, names: list[str]) -> int:
        calls.append(source)
        return source[0][column]

    recalled = once.recalling(first)
    with once.an_answer():
        assert [recalled(rows, "x", names=["a", "b"]) for _ in range(3)] == [1, 1, 1]
    assert len(calls) == 1


def test_equal_rows_are_not_the_same_rows() -> None:
    once = Once()
    recalled = once.recalling(id)
    with once.an_answer():
        found = [recalled([{"x": 1}]) for _ in range(50)]
    assert len(set(found)) == 50


def test_functions_and_names_of_arguments_are_told_apart() -> None:
    once = Once()
    length, upper, made = (once.recalling(function) for function in (len, str.upper, dict))
    with once.an_answer():
        assert (length("ab"), upper("ab")) == (2, "AB")
        assert (made(a=1), made(b=1)) == ({"a": 1}, {"b": 1})


def test_nothing_is_recalled_in_the_next_answer_or_outside_of_one() -> None:
    once, rows = Once(), [1, 2, *range(10)]
    counted = once.recalling(len)
    with once.an_answer():
        assert counted(rows) == 12
    rows.append(3)
    assert counted(rows) == 13
    with once.an_answer():
        assert counted(rows) == 13
