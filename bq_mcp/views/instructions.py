"""Render pages of words about this server: its instructions to the model, its own resources."""

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
    return render_page("instructions", simulated=simulated, search=search, offered=offered)


def render_page(name: str, **context: object) -> str:
    """Return the words of `NAME.md.jinja` below `prompts/`, every name of which has to be given."""
    return _words().get_template(f"{name}.md.jinja").render(context).strip()


@cache
def _words() -> "Environment":
    # Rendered while the server starts: the environment of the views would cost more to build.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(prompts_root()), undefined=StrictUndefined, autoescape=False
    )
