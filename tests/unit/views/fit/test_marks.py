"""Marks of rank: what a template may write, and what becomes of it."""

import pytest
from jinja2 import DictLoader, Environment

from bq_mcp.views.fit.marks import MISSING, Line, compiled, lines_of


def rendered(source: str, **context: object) -> list[Line]:
    environment = Environment(  # noqa: S701  # as the environment of answers is
        loader=DictLoader({"view": compiled(source, "view")}), trim_blocks=True, lstrip_blocks=True
    )
    return lines_of(environment.get_template("view").render(context), bool(context.get("terse")))


def test_a_line_has_its_rank_and_a_continuation_joins_it() -> None:
    [unit] = rendered("2| flip {{ flip }}\n | walls {{ walls }}\n", flip=70, walls=80)
    assert (unit.rank, unit.text) == (2, "flip 70 · walls 80")


def test_a_shorter_wording_stands_beside_the_line_and_its_continuations() -> None:
    source = "1| the long words\n | and more\n1~| short\n~| too\n2| rest\n"
    assert [unit.text for unit in rendered(source)] == ["the long words · and more", "rest"]
    assert [unit.text for unit in rendered(source, terse=True)] == ["short · too", "rest"]


def test_a_row_in_few_words_is_a_row_of_the_same_table() -> None:
    [unit] = rendered("3 strikes 2| the long words\n3~| short\n", terse=True)
    assert (unit.text, unit.table, unit.importance) == ("short", "strikes", 2)


def test_a_line_without_shorter_words_has_one_wording() -> None:
    [unit] = rendered("1| words\n", terse=True)
    assert unit.text == "words"


def test_rank_and_counts_may_be_expressions() -> None:
    head, row = rendered(
        "{{ rank }} strikes 0/{{ many }}| head\n4 strikes {{ n }}| row\n", rank=4, many=117, n=3
    )
    assert (head.rank, head.table, head.total) == (4, "strikes", 117)
    assert (row.table, row.importance, row.total) == ("strikes", 3, None)


def test_a_clause_that_misses_a_figure_is_left_out() -> None:
    source = "1| net {{ net }}[[ (calls {{ call }}[[, puts {{ put }}]])]]\n"
    assert rendered(source, net=1, call=2, put=3)[0].text == "net 1 (calls 2, puts 3)"
    assert rendered(source, net=1, call=2, put=MISSING)[0].text == "net 1 (calls 2)"
    assert rendered(source, net=1, call=MISSING, put=3)[0].text == "net 1"
    assert rendered(source, net=MISSING, call=2, put=3)[0].text == "net n/a (calls 2, puts 3)"


def test_a_clause_for_more_words_is_left_out_in_few() -> None:
    source = "1| [[front [[+in {{ days }} days ]]{{ iv }}]][[+, n/a: {{ oi }}]]\n"
    [whole] = rendered(source, days=7, iv=40, oi=MISSING)
    [few] = rendered(source, days=7, iv=40, oi=MISSING, terse=True)
    assert (whole.text, few.text) == ("front in 7 days 40, n/a: n/a", "front 40")


def test_a_line_is_repeated_with_its_continuations_and_its_shorter_words() -> None:
    source = "2 rows {{ n }} for n in rows| row {{ n }}\n | long\n2~| {{ n }}\n3| rest\n"
    found = rendered(source, rows=[4, 5])
    assert [(line.text, line.importance) for line in found[:2]] == [
        ("row 4 · long", 4),
        ("row 5 · long", 5),
    ]
    few = rendered(source, rows=[4, 5], terse=True)
    assert [line.text for line in few] == ["4", "5", "rest"]


def test_a_line_may_hang_on_a_condition_with_all_its_wordings() -> None:
    source = "2 if zones| {{ zones }} flips\n | more\n2~| {{ zones }}\n3| rest\n"
    assert [line.text for line in rendered(source, zones=3)] == ["3 flips · more", "rest"]
    assert [line.text for line in rendered(source, zones=3, terse=True)] == ["3", "rest"]
    assert [line.text for line in rendered(source, zones=0)] == ["rest"]


def test_a_broken_line_is_one_line_in_a_macro_and_a_clause_as_well() -> None:
    source = (
        "{% macro at(x) %}{{ x }}\n+|  USD{% endmacro %}\n1| net[[ {{ a }}\n+| , {{ at(b) }}]]\n"
    )
    assert [line.text for line in rendered(source, a=1, b=2)] == ["net 1, 2 USD"]
    assert [line.text for line in rendered(source, a=1, b=MISSING)] == ["net"]


def test_a_line_with_nothing_in_it_is_dropped_with_its_continuations() -> None:
    found = rendered("1| [[{{ a }}]]\n | more\n1~| short\n2| rest\n", a=MISSING)
    assert [unit.text for unit in found] == ["rest"]


def test_an_empty_continuation_leaves_no_joint() -> None:
    [unit] = rendered("1| flip\n | [[{{ a }}]]\n | walls\n", a=MISSING)
    assert unit.text == "flip · walls"


def test_a_macro_may_hold_marked_lines() -> None:
    macro = "{% macro wall(name) %}\n2| {{ name }} wall\n{% endmacro %}\n"
    source = macro + "{{ wall('call') }}\n{{ wall('put') }}\n"
    assert [unit.text for unit in rendered(source)] == ["call wall", "put wall"]


@pytest.mark.parametrize("line", ["words without a mark", "x| words", "{{ value }}", "1 words"])
def test_a_line_without_a_mark_is_refused_at_load(line: str) -> None:
    with pytest.raises(ValueError, match="without a mark"):
        compiled(f"1| fine\n{line}\n", "view")


def test_comments_and_blank_lines_need_no_mark() -> None:
    assert compiled("{# about\nthis #}\n\n1| words\n", "view").endswith("words")
