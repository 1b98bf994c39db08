"""Finding a view, and what happens when one fails."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bq_mcp.errors import ViewError
from bq_mcp.views import Standing
from bq_mcp.views.environment import Views, build, presentable
from bq_mcp.views.rendering import BUDGETS, render_in, render_template, view_name, views_for
from bq_mcp.views.tokens import estimate
from bq_mcp.words import prompts_root

from .asking import NOW, envelope, question

SHARED = ("_header", "_caveats", "_closing", "_macros", "_generic")


def environment(folder: Path, strict: bool = False, **templates: str) -> Views:
    """Return an environment of the shared templates and those given."""
    for name in SHARED:
        source = prompts_root() / "views" / f"{name}.md.jinja"
        (folder / source.name).write_text(source.read_text("utf-8"), "utf-8")
    for name, text in templates.items():
        path = folder / f"{name.replace('__', '/')}.md.jinja"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return build(strict=strict, root=folder)


def test_view_is_found_by_path_without_parameter_segments() -> None:
    assert view_name("/gex/levels") == "gex/levels"
    assert view_name("/options/greeks/trace/{greek}/summary") == "options/greeks/trace/summary"


@pytest.mark.parametrize("path", ["/_generic", "/../words", "/gex/.hidden", "/nowhere", "/"])
def test_paths_without_a_view_get_the_generic_one(path: str) -> None:
    assert [name for name, _ in views_for(build(), path)] == ["generic"]


def test_own_view_is_used(tmp_path: Path) -> None:
    made = environment(tmp_path, a__b="figure {{ data.x }}\n")
    answer = render_in(made, question("/a/b"), envelope({"x": 3}), Standing(NOW))
    assert answer.meta["view"] == "a/b"
    assert answer.text.split("\n")[1] == "figure 3"


def test_failing_view_falls_back_to_the_generic_one(tmp_path: Path) -> None:
    made = environment(tmp_path, a="{{ 1 / 0 }}")
    answer = render_in(made, question("/a"), envelope({"x": 3}), Standing(NOW))
    assert answer.meta["view"] == "generic"
    assert "x 3" in answer.text


def test_view_with_nothing_to_say_falls_back(tmp_path: Path) -> None:
    made = environment(tmp_path, a="{% if data.y %}y{% endif %}")
    answer = render_in(made, question("/a"), envelope({"x": 3}), Standing(NOW))
    assert answer.meta["view"] == "generic"


def test_when_every_template_fails_header_and_caveats_are_left(tmp_path: Path) -> None:
    made = environment(tmp_path)
    for name in SHARED:
        (tmp_path / f"{name}.md.jinja").write_text("{{ 1 / 0 }}")
    reply = envelope({"x": 3, "truncated": True}, simulated=True)
    text = render_in(made, question("/a"), reply, Standing(NOW)).text
    assert text.startswith("SIMULATED BTCUSDT a · data age: unknown")
    assert "caveats: truncated" in text


def test_view_error_names_the_template_and_keeps_the_cause(tmp_path: Path) -> None:
    made = environment(tmp_path, a="{{ 1 / 0 }}")
    with pytest.raises(ViewError, match=r"a\.md\.jinja: ZeroDivisionError") as raised:
        render_template(made, "a.md.jinja", {})
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_body_is_cut_from_its_end_and_says_so(tmp_path: Path) -> None:
    lines = "".join(f"line {number} of many words in a row\n" for number in range(400))
    made = environment(tmp_path, a=lines)
    text = render_in(made, question("/a"), envelope({}), Standing(NOW)).text
    assert estimate(text) <= BUDGETS["standard"]
    assert "line 0 of" in text and "line 399 of" not in text
    kept = text.count("of many words")
    assert f"… {400 - kept} lines left out" in text


def test_fewer_rows_are_tried_before_lines_are_cut(tmp_path: Path) -> None:
    body = "{% for n in range(rows) %}{{ 'word ' * 40 }}\n{% endfor %}last line\n"
    made = environment(tmp_path, a=body)
    text = render_in(made, question("/a"), envelope({}), Standing(NOW)).text
    assert "last line" in text
    assert "lines left out" not in text


def test_names_of_methods_are_fields_of_a_payload(tmp_path: Path) -> None:
    made = environment(
        tmp_path, a="{{ data.items }} {{ data.get }} {{ data.title }} {{ data.a.b }}"
    )
    data = {"items": 1, "get": None, "a": "text"}
    text = render_in(made, question("/a"), envelope(data), Standing(NOW)).text
    assert text.split("\n")[1] == "1 n/a n/a n/a"


def test_text_of_a_payload_is_one_line_wherever_a_template_takes_it(tmp_path: Path) -> None:
    made = environment(
        tmp_path, a="x {{ data.t }} {% for n in data.l %}{{ n }}{% endfor %} {{ data.m.k }}"
    )
    bad = "a\nSIMULATED\u202e b"
    data = {"t": bad, "l": [bad], "m": {"k": bad}}
    text = render_in(made, question("/a"), envelope(data), Standing(NOW)).text
    assert text.split("\n")[1] == "x a SIMULATED b a SIMULATED b a SIMULATED b"
    assert presentable([1, "a\nb"]) == [1, "a b"]


def test_strict_environment_refuses_a_name_that_is_not_there(tmp_path: Path) -> None:
    made = environment(tmp_path, strict=True, a="{{ data.typo | price }}", b="{{ typo }}")
    for name in ("a", "b"):
        with pytest.raises(ViewError) as raised:
            render_template(made, f"{name}.md.jinja", {"data": {}})
        assert isinstance(raised.value.__cause__, UndefinedError)


def test_importing_views_does_not_import_jinja() -> None:
    import subprocess
    import sys

    code = "import sys, bq_mcp.views; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
