"""What an answer says of what it left out and of what to call next."""

import pytest

from bq_mcp.catalog.hints import Hint
from bq_mcp.client.model import Limits
from bq_mcp.views.facts.next import limits_told, ways_on
from bq_mcp.views.fit.marks import Line, lines_of
from bq_mcp.views.words.environment import build

from ..asking import question

STRICT = build(strict=True)
NOTHING: dict[str, object] = {
    "terse": False,
    "left": {},
    "lines_left": 0,
    "argument": "detail",
    "larger": "",
    "narrowing": [],
    "limits": {},
    "next": [],
}


def closing(**given: object) -> list[Line]:
    return lines_of(STRICT.get_template("_closing.md.jinja").render(NOTHING | given))


def test_an_answer_that_is_whole_has_no_last_line() -> None:
    assert not closing()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"larger": "full", "narrowing": ["strike_min", "strike_max"]},
            "… 23 of 28 strikes, 1,200 of 4,000 rows, 2 lines left out; more: detail=full, "
            "or narrow with strike_min, strike_max",
        ),
        (
            {"narrowing": ["limit"]},
            "… 23 of 28 strikes, 1,200 of 4,000 rows, 2 lines left out; more: narrow with limit",
        ),
        ({}, "… 23 of 28 strikes, 1,200 of 4,000 rows, 2 lines left out"),
    ],
)
def test_what_was_left_out_is_counted_with_what_brings_it_back(
    given: dict[str, object], words: str
) -> None:
    left = {"strikes": (23, 28), "rows": (1_200, 4_000)}
    assert [unit.text for unit in closing(left=left, lines_left=2, **given)] == [words]


def test_brief_names_the_first_of_what_was_left_out() -> None:
    left = {"strikes": (23, 28), "rows": (1, 4)}
    few = {"terse": True, "larger": "standard"}
    [line] = closing(left=left, lines_left=2, argument="answer_detail", **few)
    assert line.text == "… 23 strikes more: answer_detail=standard"
    [line] = closing(lines_left=1, **few)
    assert line.text == "… 1 line more: detail=standard"


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(30, 18, None, 10_000, 8_123), "18 of 30 this minute, 8,123 of 10,000 this month"),
        (Limits(burst_left=18), "18 this minute"),
        (Limits(quota_left=0), "0 this month"),
    ],
)
def test_limits_are_told_where_they_are_asked_about(limits: Limits, words: str) -> None:
    told = limits_told(question(hint=Hint(shows_limits=True)), limits)
    used = ", 1,877 used" if limits.quota_limit else ""
    [line] = closing(limits=told)
    assert (line.text, line.rank) == (f"calls left: {words}{used}", 2)
    assert not limits_told(question(hint=Hint()), limits)


def test_limits_nobody_stated_are_not_told() -> None:
    assert not closing(limits=limits_told(question(hint=Hint(shows_limits=True)), Limits()))


def test_next_tools_come_last_and_are_on_offer() -> None:
    asked = question("/gex/levels", hint=Hint(next=("/symbols", "/not/on/offer", "/gex/levels")))
    [line] = closing(next=ways_on(asked).next)
    assert (line.text, line.rank) == ("next: symbols", 9)


def test_arguments_that_narrow_are_those_of_the_endpoint_unused_first() -> None:
    params = ("limit", "strike_max", "strike_min", "expiry", "symbol")
    asked = question(params=params, query={"expiry": "27NOV26"})
    assert ways_on(asked).narrowing == ("strike_min", "strike_max", "limit")


def test_the_argument_for_the_size_gives_way_to_one_of_the_endpoint() -> None:
    assert ways_on(question()).argument == "detail"
    assert ways_on(question(params=("detail",))).argument == "answer_detail"
    assert [ways_on(question(detail=size)).larger for size in ("brief", "standard", "full")] == [
        "standard",
        "full",
        "",
    ]
