"""Who may import what: the house rules, read off the syntax trees of the package."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import bq_mcp

ROOT = Path(bq_mcp.__file__).parent
EVERYWHERE = {"logs", "text", "words"}

# Room -> the other rooms of ours it may enter.
OURS: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"cli"},
    "logs": set(),
    "text": set(),
    "words": set(),
    "errors": set(),
    "settings": {"errors"},
    "envelope": {"errors"},
    "catalog": {"errors", "envelope"},
    "client": {"catalog", "envelope", "errors"},
    "views": {"catalog", "envelope", "errors"},
    "tools": {"catalog", "client", "envelope", "errors", "views"},
    "server": {"tools", "catalog", "settings", "errors", "views"},
    "sandbox": set(),
    "compose": {"catalog", "client", "envelope", "errors", "settings", "tools", "views", "server"},
    "cli": {
        "catalog",
        "client",
        "compose",
        "envelope",
        "errors",
        "sandbox",
        "server",
        "settings",
        "tools",
        "views",
        "",
    },
}
# Distribution -> where it may be imported.
THEIRS: dict[str, tuple[str, ...]] = {
    "httpx": ("client/transport.py",),
    "mcp": ("server/", "cli/"),
    "mcp_types": ("server/", "cli/"),
    "jinja2": ("views/",),
    "jsonschema": ("tools/",),
    "typer": ("cli/",),
    "platformdirs": ("compose.py",),
    "pydantic": ("settings.py", "envelope.py", "catalog/", "sandbox/", "server/guard.py"),
    "fastapi": ("sandbox/",),
    "numpy": ("sandbox/",),
    "scipy": ("sandbox/",),
    "starlette": ("server/", "sandbox/"),
    "uvicorn": ("server/", "sandbox/", "cli/"),
    "opentelemetry": ("client/observe.py", "server/guard.py"),
    "cachetools": ("client/",),
    "anyio": ("compose.py", "catalog/", "client/", "tools/", "server/", "cli/"),
}
ENDPOINT_PATH = re.compile(
    r"/(v2/)?(etf|gex|liquidation|market|multi|options|tape)/[a-z{]|/(expiries|symbols)$"
)
NAMES_ENDPOINTS = ("sandbox/", "client/bundle.py", "views/pages/")


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of every module, keyed by its path below the package."""
    files = sorted(ROOT.rglob("*.py"))
    return {f.relative_to(ROOT).as_posix(): ast.parse(f.read_text("utf-8")) for f in files}


def room(module: str) -> str:
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


def rooms_entered(module: str) -> set[str]:
    entered = set()
    for name in imported(module):
        steps = name.split(".")
        if steps[0] == "bq_mcp":
            entered.add(steps[1] if len(steps) > 1 and steps[1] in OURS else "")
    return entered - {room(module)}


@pytest.mark.parametrize("module", modules())
def test_a_room_enters_only_the_rooms_it_may(module: str) -> None:
    allowed = set(OURS[room(module)])
    if room(module) != "sandbox":
        allowed |= EVERYWHERE
    if room(module) == "compose":
        allowed.add("")
    assert rooms_entered(module) <= allowed


@pytest.mark.parametrize("module", modules())
def test_third_party_packages_stay_in_their_rooms(module: str) -> None:
    for name in imported(module):
        places = THEIRS.get(name.split(".")[0])
        if places is not None:
            assert module.startswith(places), f"{module} imports {name}"


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


def test_every_room_is_in_the_table() -> None:
    assert {room(module) for module in modules()} <= OURS.keys()


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
