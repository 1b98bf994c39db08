"""Who may import what: the table in docs/architecture.md, held against the syntax trees."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from sys import stdlib_module_names

import pytest

import bq_mcp

ROOT = Path(bq_mcp.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"
HEADING = "| part | job | imports of ours | imports of others |"
# Open to all: `from .. import __version__`.
VERSION = "bq_mcp.__version__"
ENDPOINT_PATH = re.compile(
    r"/(v2/)?(etf|gex|liquidation|market|multi|options|tape)/[a-z{]|/(expiries|symbols)$"
)
NAMES_ENDPOINTS = ("sandbox/", "client/bundle.py", "views/pages/")


@dataclass(frozen=True)
class Row:
    """What a part may import: others of ours, and libraries with the one file that may, or ""."""

    ours: frozenset[str]
    theirs: Mapping[str, str]


@cache
def table() -> dict[str, Row]:
    """Return the rows of the page by part."""
    lines = PAGE.read_text("utf-8").splitlines()
    rows = takewhile(lambda line: line.startswith("|"), lines[lines.index(HEADING) + 2 :])
    found = {"__init__": Row(frozenset(), {})}
    for row in rows:
        parts, _, ours, theirs = row.strip("|").split("|")
        libraries = re.findall(r"(\w+)(?: \(`([\w.]+)`\))?", theirs)
        for part in re.findall(r"`(\w+)/?`", parts):
            found[part] = Row(frozenset(re.findall(r"\w+", ours)), dict(libraries))
    return found


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of every module, keyed by its path below the package."""
    files = sorted(ROOT.rglob("*.py"))
    return {f.relative_to(ROOT).as_posix(): ast.parse(f.read_text("utf-8")) for f in files}


def part_of(module: str) -> str:
    return module.split("/")[0].removesuffix(".py")


def imported(module: str) -> Iterator[str]:
    """Yield what a module imports, at any depth, as absolute dotted names."""
    package = ["bq_mcp", *Path(module).parts[:-1]]
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            # `from .. import x` may name a module or a plain value of the package.
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def imports_of_ours(module: str) -> set[str]:
    names = [name.split(".") for name in imported(module) if name != VERSION]
    return {name[1] for name in names if name[0] == "bq_mcp"} - {part_of(module)}


def imports_of_others(module: str) -> set[str]:
    return {name.split(".")[0] for name in imported(module)} - {"bq_mcp", *stdlib_module_names}


@pytest.mark.parametrize("module", modules())
def test_a_module_imports_what_its_row_names(module: str) -> None:
    row = table()[part_of(module)]
    assert imports_of_ours(module) <= row.ours
    for library in imports_of_others(module):
        assert library in row.theirs
        assert row.theirs[library] in ("", Path(module).name)


def test_the_table_names_every_part_and_only_imports_there_are() -> None:
    ours: dict[str, set[str]] = {part: set() for part in table()}
    theirs: dict[str, set[str]] = {part: set() for part in table()}
    for module in modules():
        ours[part_of(module)] |= imports_of_ours(module)
        theirs[part_of(module)] |= imports_of_others(module)
    assert ours == {part: set(row.ours) for part, row in table().items()}
    assert theirs == {part: set(row.theirs) for part, row in table().items()}


@pytest.mark.parametrize("module", modules())
def test_no_endpoint_is_named_in_code(module: str) -> None:
    if module.startswith(NAMES_ENDPOINTS):
        return
    tree = modules()[module]
    prose = {id(node) for node in _docstrings(tree)}
    named = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in prose
        and ENDPOINT_PATH.search(node.value)
    ]
    assert named == []


@pytest.mark.parametrize("module", modules())
def test_a_command_prints_in_one_place_only(module: str) -> None:
    if not module.startswith("cli/") or module == "cli/exits.py":
        return
    # Secrets are taken out there.
    called = {ast.unparse(n.func) for n in ast.walk(modules()[module]) if isinstance(n, ast.Call)}
    assert not called & {"typer.echo", "print", "sys.stdout.write", "sys.stderr.write"}


def test_what_a_package_exports_exists() -> None:
    for module, tree in modules().items():
        if not module.endswith("__init__.py"):
            continue
        named = {name.split(".")[-1] for name in imported(module)}
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                assert set(ast.literal_eval(node.value)) <= named


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value
