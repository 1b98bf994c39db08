"""What goes into an answer and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..catalog.hints import Hint
from ..catalog.model import Endpoint

Detail = Literal["brief", "standard", "full", "raw"]


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked: the endpoint, its hint, and the query as it went over the wire.

    `tool_names` maps the path of every endpoint on offer to the name of its tool.
    """

    tool: str
    endpoint: Endpoint
    hint: Hint
    query: Mapping[str, object]
    detail: Detail
    tool_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The text an agent reads and its machine-readable twin, which is ready for JSON."""

    text: str
    meta: Mapping[str, object]
    is_error: bool = False


def simulated_mark(simulated: bool) -> str:
    """Return what every answer from a sandbox begins with, "" for one from the service."""
    return "SIMULATED " if simulated else ""
