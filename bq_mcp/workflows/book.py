"""What `prompts/workflows.toml` says of each prompt and of the arguments prompts take."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import TypeAdapter

from ..words import prompts_root


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument, with the parameter (`path`, `param`) whose rules say what may be written.

    `default` is taken where it is absent, "" for none. `number`: what is none is refused; `ago`: a
    length of time is taken too, back from now. `examples` are proposed where no set is closed.
    """

    description: str
    path: str
    param: str
    default: str = ""
    number: bool = False
    ago: bool = False
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Workflow:
    """One prompt as it is listed; `arguments` are names, `required` those that must be given."""

    title: str
    description: str
    arguments: tuple[str, ...]
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """All prompts and all arguments, by name."""

    arguments: Mapping[str, Argument]
    prompts: Mapping[str, Workflow]


@cache
def book() -> Book:
    """Return the prompts shipped with the package."""
    text = (prompts_root() / "workflows.toml").read_text("utf-8")
    return TypeAdapter(Book).validate_python(tomllib.loads(text))
