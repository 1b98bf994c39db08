"""Render the text of a prompt: the calls worth making, for the tools that are offered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..words import render_page


@dataclass(frozen=True, slots=True)
class Reach:
    """What an agent can call: tool names by path, and by their own names where they have no path.

    `through` is the tool that calls all others, "" where they are called themselves.
    """

    names: Mapping[str, str]
    through: str = ""

    def offers(self, *keys: str) -> bool:
        """Tell whether all these tools can be called."""
        return all(key in self.names for key in keys)

    def step(self, key: str, caller: Callable[[], str], **arguments: object) -> str:
        """Return one line with a call and what it is for; "" where the tool is not offered."""
        if key not in self.names:
            return ""
        given = {name: value for name, value in arguments.items() if value is not None}
        name = self.names[key]
        call: tuple[str, object] = (name, given)
        if self.through:
            call = (self.through, {"tool": name, "arguments": given})
        words = " ".join(caller().split())
        return f"- `{call[0]} {json.dumps(call[1])}`: {words}\n"


def render(name: str, values: Mapping[str, Any], reach: Reach) -> str:
    """Return what a prompt says to an agent, for checked arguments."""
    ways = {"offers": reach.offers, "step": reach.step, "through": reach.through}
    text = render_page(f"workflows/{name}", **values, **ways)
    return "\n".join(line for line in text.splitlines() if line.strip())
