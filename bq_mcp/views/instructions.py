"""Render the server's own instructions to the model."""

from ..words import prompts_root


def render_instructions(simulated: bool) -> str:
    """Return what a model is told of this server before it calls anything."""
    # Rendered while the server starts: the environment of the views would cost more to build.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = Environment(
        loader=FileSystemLoader(prompts_root()), undefined=StrictUndefined, autoescape=False
    )
    return words.get_template("instructions.md.jinja").render(simulated=simulated).strip()
