"""Pure functions over rows called once for the same arguments."""

from bq_mcp.views.once import Once


def test_the_same_rows_and_the_same_words_are_the_same_question() -> None:
    once, rows, calls = Once(), [{"x": 1}], list[object]()

    def first(source: list[dict[str, int]], column: str, names: list[str]) -> int:
        calls.append(source)
        return source[0][column]

    for _ in range(3):
        assert once.call(first, (rows, "x"), {"names": ["a", "b"]}) == 1
    assert len(calls) == 1


def test_equal_rows_are_not_the_same_rows() -> None:
    once = Once()
    found = [once.call(id, ([{"x": 1}],), {}) for _ in range(50)]
    assert len(set(found)) == 50


def test_functions_and_names_of_arguments_are_told_apart() -> None:
    once = Once()
    assert once.call(len, ("ab",), {}) == 2
    assert once.call(str.upper, ("ab",), {}) == "AB"
    assert once.call(dict, (), {"a": 1}) == {"a": 1}
    assert once.call(dict, (), {"b": 1}) == {"b": 1}
