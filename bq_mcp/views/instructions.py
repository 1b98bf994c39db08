"""Render pages of words about this server: its instructions to the model, its own resources."""

import tomllib
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING

from ..words import prompts_root

if TYPE_CHECKING:
    from jinja2 import Environment


def render_instructions(
    simulated: bool, *, search: bool = False, offered: Collection[str] = ()
) -> str:
    """Return what a model is told of this server before it calls anything.

    `search`: it finds the tools through others; `offered` are the names of those on offer.
    """
    held = {"simulated" if simulated else "live", "search" if search else "tools", *offered}
    lines = tomllib.loads((prompts_root() / "instructions.toml").read_text("utf-8"))["line"]
    return "\n".join(line["text"] for line in lines if line.get("when") in {None, *held})


def render_page(name: str, **context: object) -> str:
    """Return the words of `NAME.md.jinja` below `prompts/`, every name of which has to be given."""
    return _words().get_template(f"{name}.md.jinja").render(context).strip()


@cache
def _words() -> "Environment":
    # As for answers, Jinja is imported when it is needed.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(prompts_root()),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # for a model; HTML marks mean nothing there
    )
