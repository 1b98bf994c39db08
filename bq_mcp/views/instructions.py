"""Render this server's instructions to the model."""

import tomllib
from collections.abc import Collection

from ..words import prompts_root


def render_instructions(
    simulated: bool, *, search: bool = False, offered: Collection[str] = ()
) -> str:
    """Return what a model is told of this server before it calls anything.

    `search`: it finds the tools through others; `offered` are the names of those on offer.
    """
    held = {"simulated" if simulated else "live", "search" if search else "tools", *offered}
    lines = tomllib.loads((prompts_root() / "instructions.toml").read_text("utf-8"))["line"]
    return "\n".join(line["text"] for line in lines if line.get("when") in {None, *held})
