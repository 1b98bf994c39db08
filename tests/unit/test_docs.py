"""The pages name what there is: tests, settings, folders, words."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from bq_mcp.http.settings import HttpSettings
from bq_mcp.settings import Settings
from bq_mcp.views import Detail
from bq_mcp.views.facts.freshness import Verdict
from bq_mcp.views.read.forms import Form
from bq_mcp.workflows import book

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "prompts/guides/glossary.md",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
]


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_each_attack_of_the_security_page_has_a_test_there_is() -> None:
    _, _, attacks = page("docs/security.md").partition("\n## Attacks")
    rows = [line for line in attacks.splitlines() if line.startswith("|")]
    told = [row for row in rows if "---" not in row and not row.endswith("| test |")]
    assert len(told) >= 35
    for row in told:
        tests = re.findall(r"`([\w/]+(?:\.py|/))`", row.rsplit("|", 2)[1])
        assert tests, row
        assert all((ROOT / "tests" / test).exists() for test in tests), tests


def test_the_threat_model_is_one_page() -> None:
    model, _, _ = page("docs/security.md").partition("\n## Attacks")
    assert len(model.splitlines()) <= 60


@pytest.mark.parametrize(
    ("name", "all_of"),
    [("README.md", Settings), ("docs/reliability.md", None), ("docs/deploy.md", HttpSettings)],
)
def test_a_page_names_settings_with_their_defaults(name: str, all_of: Any) -> None:
    rows = re.findall(r"^\| `BACKQUANT_(\w+)` \|(.*)\|$", page(name), re.MULTILINE)
    fields = Settings.model_fields | HttpSettings.model_fields
    defaults = {field.upper(): info.default for field, info in fields.items()}
    assert rows
    for variable, cells in rows:
        default = defaults[variable]
        wanted = f"{default:g}" if isinstance(default, float) else str(default)
        # What has no default is described instead.
        assert not default or wanted in [cell.strip(" `") for cell in cells.split("|")]
    if all_of:
        assert {variable.lower() for variable, _ in rows} == all_of.model_fields.keys()


def test_the_contributing_page_names_every_folder_of_tests() -> None:
    named = re.findall(r"^\| `tests/(\w+)/` \|", page("CONTRIBUTING.md"), re.MULTILINE)
    assert sorted(named) == sorted(
        folder.name for folder in (ROOT / "tests").iterdir() if any(folder.glob("test_*.py"))
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_only_files_there_are(name: str) -> None:
    folders = ("bq_mcp", "prompts", "tests", "docs")
    files = [str(p.relative_to(ROOT)) for folder in folders for p in (ROOT / folder).rglob("*.*")]
    paths = re.findall(r"`((?:bq_mcp|prompts|tests|docs)/[\w./-]*)`", page(name))
    assert [path for path in paths if not (ROOT / path).exists()] == []
    # Below its package a file is named by the end of its path.
    ends = re.findall(r"`([\w/]+\.(?:py|jinja|md\.jinja))`", page(name))
    assert [end for end in ends if not any(f"/{file}".endswith(f"/{end}") for file in files)] == []


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page(name)):
        assert ((ROOT / name).parent / link).exists(), link


def test_the_glossary_has_the_words_of_answers() -> None:
    glossary = page("prompts/guides/glossary.md") + page("docs/glossary.md")
    first_cells = re.findall(r"^\| ([^|]+) \|", glossary, re.MULTILINE)
    assert set(get_args(Verdict)) <= set(first_cells)
    for word in (*get_args(Detail), *get_args(Form)):
        assert word.replace("_", "-") in glossary


def test_the_page_of_prompts_names_each_with_its_arguments() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", page("docs/prompts.md"), re.MULTILINE)
    told = {name: re.findall(r"\w+", arguments) for name, arguments in rows}
    assert told == {name: list(prompt.arguments) for name, prompt in book().prompts.items()}
