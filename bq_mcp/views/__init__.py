"""Turn replies and errors into the text an agent reads.

What renders is imported with the first answer: listing tools does not need it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .instructions import render_instructions
from .model import Answer, Detail, Question, Standing

if TYPE_CHECKING:
    from ..envelope import Envelope
    from ..errors import BackQuantError

__all__ = [
    "Answer",
    "Detail",
    "Question",
    "Standing",
    "estimate",
    "render",
    "render_error",
    "render_instructions",
    "stated_cadence",
]


def render(question: Question, envelope: "Envelope", standing: Standing) -> Answer:
    """Return the answer to one reply; any payload has one."""
    from .rendering import render as rendered

    return rendered(question, envelope, standing)


def render_error(
    error: "BackQuantError",
    *,
    tool: str | None,
    simulated: bool,
    tool_names: Mapping[str, str] | None = None,
) -> Answer:
    """Return an error as an answer: what happened, what to change, what to call next."""
    from .failure import render_error as rendered

    return rendered(error, tool=tool, simulated=simulated, tool_names=tool_names)


def estimate(text: str) -> int:
    """Return about how many o200k tokens `text` takes, never too few."""
    from .tokens import estimate as count

    return count(text)


def stated_cadence(description: str) -> float | None:
    """Return the refresh interval in seconds that a description states outright, else None."""
    from .freshness import stated_cadence as stated

    return stated(description)
