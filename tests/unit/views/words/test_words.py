"""The words of the views: where they may stand, and which never occur."""

import re
from pathlib import Path

import pytest

from bq_mcp.catalog.hints import bundled_hints
from bq_mcp.views.words.environment import build
from bq_mcp.words import prompts_root

VIEWS = prompts_root() / "views"
TEMPLATES = sorted(VIEWS.rglob("*.jinja"))
AVOID = re.compile(
    r"\b(support holds|resistance|target|magnet|guaranteed|safe|floor|ceiling|will|likely|"
    r"expect price|bullish|bearish|buy|sell|cheap|rich|opportunity|arbitrage|squeeze|smart money|"
    r"dealers must|risk reversal|because)\b",
    re.IGNORECASE,
)
PRINTED = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
LITERAL = re.compile(r'"([^"]*)"')


def words_of(template: Path) -> str:
    source = template.read_text("utf-8")
    code = " ".join(re.findall(r"\{[{%].*?[%}]\}", source, re.DOTALL))
    return (
        PRINTED.sub(" ", source)
        + " "
        + " ".join(literal for literal in LITERAL.findall(code) if " " in literal)
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_opens_with_a_comment_on_its_context(template: Path) -> None:
    assert template.read_text("utf-8").startswith("{#-")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_words_that_advise_or_promise_never_occur(template: Path) -> None:
    assert not AVOID.findall(words_of(template))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_template_compiles(template: Path) -> None:
    build().get_template(str(template.relative_to(VIEWS)))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_view_belongs_to_a_known_path(template: Path) -> None:
    name = str(template.relative_to(VIEWS)).removesuffix(".md.jinja")
    known = {re.sub(r"/\{\w+\}", "", path).strip("/") for path in bundled_hints()}
    assert name.split("/")[-1].startswith("_") or name in known


def test_templates_are_small_enough_to_change() -> None:
    sources = {path.name: path.read_text("utf-8") for path in TEMPLATES}
    long = [name for name, text in sources.items() if text.count("\n") > 80]
    wide = [
        f"{path.name}: {line}"
        for path in prompts_root().rglob("*.jinja")
        for line in path.read_text("utf-8").split("\n")
        if len(line) > 120
    ]
    code = " ".join(re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL) for text in sources.values())
    conditions = sum(
        len(re.findall(r"\bif\b", part)) for part in re.findall(r"\{[{%].*?[%}]\}", code, re.DOTALL)
    )
    assert not long and not wide
    assert conditions < 150
