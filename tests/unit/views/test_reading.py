"""What is kept with a reply, and what must never be."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import nodes

from bq_mcp.envelope import Envelope
from bq_mcp.views import Answer, Detail, Standing
from bq_mcp.views.environment import Views, build
from bq_mcp.views.reading import reading_of
from bq_mcp.views.rendering import render_in
from bq_mcp.words import prompts_root

from .asking import NOW, envelope, question
from .test_render import environment

# Of the moment a body may take the day alone: to leave out the date of today, and to count days.
TAKES_THE_DAY = ("clock", "with_days")
# These are worded anew for every answer.
TAKE_THE_MOMENT = {"_header.md.jinja", "_caveats.md.jinja"}


def counting(folder: Path, body: str) -> tuple[Views, list[int]]:
    """Return an environment whose view of /a notes the row limit whenever it is rendered."""
    made = environment(folder, a="{{ note(rows) }}" + body)
    rendered: list[int] = []

    def note(rows: int) -> str:
        rendered.append(rows)
        return ""

    made.globals["note"] = note
    return made, rendered


def asked(views: Views, reply: Envelope, seconds: float = 0, detail: Detail = "standard") -> Answer:
    standing = Standing(NOW + timedelta(seconds=seconds))
    return render_in(views, question("/a", detail), reply, standing)


def test_held_answer_is_aged_anew_but_its_figures_are_rendered_once(tmp_path: Path) -> None:
    views, rendered = counting(tmp_path, "figure {{ data.x }}\n")
    reply = envelope({"x": 3})
    first, later = asked(views, reply), asked(views, reply, 48)
    assert rendered == [12]
    assert "12s old" in first.text and "60s old" in later.text
    assert (first.meta["age_seconds"], later.meta["age_seconds"]) == (12, 60)
    assert first.text.split("\n")[1:] == later.text.split("\n")[1:] == ["figure 3"]


def test_ages_among_kept_figures_are_told_anew(tmp_path: Path) -> None:
    views, rendered = counting(tmp_path, "{{ age(data.at) }}\n")
    reply = envelope({"at": "2026-11-20T14:31:04Z"})
    assert asked(views, reply).text.endswith("\n78s old")
    assert asked(views, reply, 30).text.endswith("\n108s old")
    assert rendered == [12]
    assert "age n/a" in asked(views, reply, -90).text
    assert "age n/a" in asked(views, envelope({})).text


def test_each_detail_of_a_held_reply_has_its_own_body(tmp_path: Path) -> None:
    views, rendered = counting(tmp_path, "{{ detail }}\n")
    reply = envelope({})
    sizes: tuple[Detail, ...] = ("brief", "full", "brief", "full")
    texts = [asked(views, reply, detail=size).text.split("\n")[1] for size in sizes]
    assert texts == list(sizes)
    assert rendered == [3, 80]


def test_another_query_or_another_set_of_tools_is_another_question(tmp_path: Path) -> None:
    views, rendered = counting(tmp_path, "{{ query.x }} {{ tool('/b') }}\n")
    reply = envelope({})
    one = question("/a", query={"x": "1"})
    for changed in (one, replace(one, query={"x": "2"}), replace(one, tool_names={"/b": "b"})):
        render_in(views, changed, reply, Standing(NOW))
    assert len(rendered) == 3


def test_figures_of_a_held_reply_are_rendered_anew_when_the_day_changes(tmp_path: Path) -> None:
    views, rendered = counting(tmp_path, "at {{ data.at | clock(now) }}\n")
    reply = envelope({"at": "2026-11-20T14:00:00Z"})
    today, tomorrow = asked(views, reply), asked(views, reply, 86_400)
    assert "at 14:00:00Z" in today.text
    assert "at 2026-11-20 14:00:00Z" in tomorrow.text
    assert rendered == [12, 12]


def test_days_are_counted_anew_after_the_settlement_of_a_day(tmp_path: Path) -> None:
    views, _ = counting(tmp_path, "{% for r in data | with_days(now) %}{{ r.dte }}d\n{% endfor %}")
    reply = envelope([{"expiry": "22NOV26"}], age=None)
    before, after = asked(views, reply, 17 * 3600), asked(views, reply, 18 * 3600)
    assert (before.text.split("\n")[1], after.text.split("\n")[1]) == ("1d", "0d")


def test_fewer_rows_are_not_rendered_one_by_one(tmp_path: Path) -> None:
    line = "{{ 'word ' * 40 }}\n"
    views, rendered = counting(tmp_path, "{% for n in range(rows) %}" + line + "{% endfor %}last")
    reply = envelope({})
    assert "last" in asked(views, reply, detail="full").text
    assert len(rendered) <= 4
    before = list(rendered)
    asked(views, reply, 30, "full")
    assert rendered == before


def test_next_reply_to_a_question_is_rendered_at_the_size_of_the_last_and_one_larger(
    tmp_path: Path,
) -> None:
    line = "{{ 'word ' * 40 }}\n"
    views, rendered = counting(tmp_path, "{% for n in range(rows) %}" + line + "{% endfor %}last")
    first = asked(views, envelope({}), detail="full")
    kept = first.text.count("word" + " word" * 39)
    rendered.clear()
    assert asked(views, envelope({}), detail="full").text == first.text
    assert rendered[0] == kept and len(rendered) == 2


def test_rows_are_chosen_once_an_answer_however_many_sizes_are_tried(tmp_path: Path) -> None:
    line = "{% for n in range(rows) %}{{ 'word ' * 40 }}\n{% endfor %}{{ (data | counted)[0].x }}"
    views, rendered = counting(tmp_path, line)
    calls: list[object] = []

    def counted(source: object) -> object:
        calls.append(source)
        return source

    views.filters["counted"] = views.once.recalling(counted)
    reply = envelope([{"x": 1}])
    asked(views, reply)
    assert len(rendered) > 1 and len(calls) == 1
    asked(views, reply, detail="full")
    assert len(calls) == 2


def test_payload_is_read_once_and_goes_with_its_reply() -> None:
    reply = envelope({"x": 3})
    assert reading_of(reply).shape is reading_of(reply).shape
    changed = replace(reply, data={"y": 4})
    assert list(reading_of(changed).shape.scalars) == ["y"]
    assert reply == replace(reply)


def test_many_questions_about_one_reply_do_not_pile_up() -> None:
    reading = reading_of(envelope({}))
    first = reading.drawn_by(question("/a"))
    for number in range(20):
        reading.drawn_by(question("/a", query={"x": str(number)}))
    assert reading.drawn_by(question("/a")) is not first


@pytest.mark.parametrize("name", sorted({*build().list_templates()} - TAKE_THE_MOMENT))
def test_no_view_takes_more_of_the_moment_than_its_day(name: str) -> None:
    source = (prompts_root() / "views" / name).read_text("utf-8")
    tree = build().parse(source)
    allowed = [use for node in tree.find_all(nodes.Filter) for use in moments_given_to(node)]
    assert [use for use in moments_in(tree) if not any(use is known for known in allowed)] == []


def moments_given_to(node: nodes.Filter) -> Iterator[nodes.Name]:
    if node.name in TAKES_THE_DAY:
        for argument in node.args:
            yield from moments_in(argument)


def moments_in(node: nodes.Node) -> Iterator[nodes.Name]:
    names = [node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name)
    return (name for name in names if name.name == "now" and name.ctx == "load")
