"""Finding a view, and what happens when one fails."""

import gc
import weakref
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bq_mcp.client.model import Reply
from bq_mcp.envelope import Limits
from bq_mcp.errors import UnreachableError
from bq_mcp.views import Answer, Detail
from bq_mcp.views.answer import render
from bq_mcp.views.scene import BUDGETS
from bq_mcp.views.words.environment import Views, build
from bq_mcp.words import prompts_root

from .asking import NOW, ask, envelope, question

LEVELS = "/gex/levels"
PAYLOAD = {"all_expiry": {"hvl": 67_000, "call_resistance": 68_000, "put_support": 66_000}}


def environment(folder: Path, **templates: str) -> Views:
    """Return an environment of the service's templates, some of them replaced."""
    root = prompts_root() / "views"
    for source in root.rglob("*.jinja"):
        target = folder / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(source.read_text("utf-8"), "utf-8")
    for name, text in templates.items():
        (folder / f"{name.replace('__', '/')}.md.jinja").write_text(text, "utf-8")
    return build(root=folder)


def answered(made: Views, data: object = None, **meta: object) -> tuple[str, str]:
    """Return the view and the text of an answer to a payload of levels."""
    told = envelope(PAYLOAD if data is None else data, **meta)  # type: ignore[arg-type]
    given = render(question(LEVELS), Reply(told, NOW, received=0.0), NOW, made)
    return str(given.meta["view"]), given.text


def test_the_page_of_an_endpoint_is_used(tmp_path: Path) -> None:
    view, text = answered(environment(tmp_path, gex__levels="1| asked on {{ day | clock }}\n"))
    assert view == "gex/levels"
    assert text.split("\n")[1] == "asked on 2026-11-20 14:32Z"


@pytest.mark.parametrize("source", ["1| {{ 1 / 0 }}", "no mark", "1| [[{{ nothing }}]]"])
def test_a_page_that_fails_or_says_nothing_leaves_the_answer_to_the_forms(
    tmp_path: Path, source: str
) -> None:
    view, text = answered(environment(tmp_path, gex__levels=source))
    assert view == "forms"
    assert "67,000" in text


def test_a_payload_without_the_lead_of_its_page_is_answered_by_its_forms() -> None:
    given = ask({"history": [{"timestamp": "2026-11-20T14:00:00Z", "total_gex": 5e6}]}, LEVELS)
    assert given.meta["view"] == "forms"
    assert "$5m" in given.text


def test_when_every_template_fails_header_and_caveats_are_left(tmp_path: Path) -> None:
    broken = dict.fromkeys(
        ("_header", "_caveats", "_closing", "_sheet", "gex__levels"), "1| {{ 1 / 0 }}"
    )
    view, text = answered(
        environment(tmp_path, **broken), {"x": 3, "truncated": True}, simulated=True
    )
    assert view == "plain"
    assert text.startswith("SIMULATED gex_levels")
    assert "caveats: truncated" in text


def test_lines_beyond_the_budget_are_counted(tmp_path: Path) -> None:
    lines = "".join(
        f"{3 + number % 3}| line {number} of many words in a row\n" for number in range(400)
    )
    _, text = answered(environment(tmp_path, gex__levels=lines))
    kept = text.count("of many words")
    assert 0 < kept < 400
    assert f"{400 - kept} lines left out" in text
    assert len(text) < 8 * BUDGETS["standard"]


def test_names_of_methods_are_fields_of_a_payload() -> None:
    made = build()
    source = made.from_string("{{ data.items }} {{ data.get }} {{ data.title }} {{ data.a.b }}")
    assert source.render(data={"items": 1, "get": None, "a": "text"}) == "1 \x04 \x04 \x04"


def test_strict_environment_refuses_a_name_that_is_not_there() -> None:
    for source in ("{{ data.typo }}", "{{ typo }}"):
        with pytest.raises(UndefinedError):
            build(strict=True).from_string(source).render(data={})


def test_an_answer_is_made_anew_when_a_word_of_it_changes(tmp_path: Path) -> None:
    made = environment(tmp_path)
    reply = Reply(envelope(PAYLOAD), NOW, received=0.0)

    def told(later: float, of: Reply = reply, detail: Detail = "standard") -> Answer:
        asked = replace(question(LEVELS), detail=detail)
        return render(asked, of, NOW + timedelta(seconds=later), made)

    first = told(0.1)
    assert told(0.2).text is first.text
    assert told(0.3).meta["age_seconds"] != first.meta["age_seconds"]
    assert told(1.1).text != first.text
    assert told(0.1, replace(reply, failure=UnreachableError("gone"))).text != first.text
    assert told(0.1, replace(reply, limits=Limits(quota_left=1))).text != first.text
    assert told(0.1, detail="brief").text != first.text
    assert told(0.1).text == first.text


def older(reply: Reply) -> Reply:
    """Return a reply given because a newer one failed, whose traceback leads to it."""
    try:
        raise UnreachableError("down")
    except UnreachableError as error:
        return replace(reply, failure=error)


def test_an_answered_reply_is_let_go() -> None:
    reply = Reply(envelope(PAYLOAD), NOW, received=0.0)
    for given in (reply, older(reply)):
        render(question(LEVELS), given, NOW)
    held = weakref.ref(reply.envelope)
    del reply, given
    gc.collect()
    assert held() is None
