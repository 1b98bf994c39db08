"""Read what a container is made of and run with: Dockerfile, .dockerignore, compose.yaml."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copy, copytree, ignore_patterns
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
PUBLIC_NAME = "desk.example"


@dataclass
class Image:
    """What a Dockerfile says: the paths copied from the checkout, and how its last stage starts."""

    copied: list[str] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    healthcheck: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)


def read_image() -> Image:
    """Return what the Dockerfile says; an instruction that is not known here is an error."""
    image = Image()
    for name, value in _instructions((ROOT / "Dockerfile").read_text("utf-8")):
        match name:
            case "FROM":
                image.env, image.user, image.cmd, image.healthcheck = {}, "root", [], []
            case "COPY" if not value.startswith("--from="):
                image.copied += value.split()[:-1]
            case "RUN":
                image.runs.append(value)
            case "ENV":
                image.env |= dict(pair.split("=", 1) for pair in shlex.split(value))
            case "USER":
                image.user = value
            case "HEALTHCHECK":
                image.healthcheck = json.loads(value.partition("CMD ")[2])
            case "CMD":
                image.cmd = json.loads(value)
            case _:
                assert name in ("COPY", "WORKDIR", "EXPOSE"), name
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction with its value, continued lines joined and comments left out."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, value = line.partition(" ")
        yield name, value.strip()


def copy_build_context(folder: Path) -> None:
    """Copy to `folder` what an image is built from; `.dockerignore` shuts out all else."""
    copied = read_image().copied
    assert set(copied) == set(_let_in())
    for name in copied:
        source = ROOT / name
        if source.is_dir():
            copytree(source, folder / name, ignore=ignore_patterns("__pycache__"))
        else:
            copy(source, folder)


def _let_in() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    return [rule.removeprefix("!") for rule in rules if rule.startswith("!")]


def read_compose() -> dict[str, Any]:
    """Return `compose.yaml` with its variables filled in."""
    text = (ROOT / "compose.yaml").read_text("utf-8")
    read: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{BQ_HOST[^}]*\}", PUBLIC_NAME, text))
    return read


def moved(settings: Mapping[str, str], folders: Mapping[str, Path]) -> dict[str, str]:
    """Return settings whose folders inside a container are folders of this machine."""
    found = dict(settings)
    for inside, outside in folders.items():
        found = {name: value.replace(inside, str(outside)) for name, value in found.items()}
    return found
