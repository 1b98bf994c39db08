"""Render the server's own instructions to the model."""

from ..words import prompts_root


def render_instructions(simulated: bool, *, search: bool = False) -> str:
    """Return what a model is told of this server before it calls anything.

    `search`: it finds the tools through others.
    """
    # Rendered while the server starts: the environment of the views would cost more to build.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    words = Environment(
        loader=FileSystemLoader(prompts_root()), undefined=StrictUndefined, autoescape=False
    )
    template = words.get_template("instructions.md.jinja")
    return template.render(simulated=simulated, search=search).strip()
