"""Turn replies and errors into the text an agent reads.

What renders is imported with the first answer: listing tools does not need it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from .instructions import render_instructions
from .model import Answer, Detail, Question, simulated_mark

if TYPE_CHECKING:
    from ..envelope import Reply
    from ..errors import BackQuantError

__all__ = [
    "Answer",
    "Detail",
    "Question",
    "render",
    "render_error",
    "render_instructions",
    "simulated_mark",
]


def render(question: Question, reply: "Reply", now: datetime) -> Answer:
    """Return the answer to one reply at upstream's `now`; any payload has one."""
    from .answer import render as rendered

    return rendered(question, reply, now)


def render_error(
    error: "BackQuantError",
    *,
    tool: str | None,
    simulated: bool,
    tool_names: Mapping[str, str] | None = None,
    instead: Sequence[str] = (),
) -> Answer:
    """Return an error as an answer: what happened, what to change, what to call next."""
    from .error import render_error as rendered

    return rendered(error, tool=tool, simulated=simulated, tool_names=tool_names, instead=instead)
