"""What a template sees."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..envelope import Envelope
from .caveats import Caveat
from .header import Header
from .model import Question
from .reading import Drawn
from .shape import Shape
from .subject import Subject
from .values import utc_day

# Parameters that make an answer smaller, the most precise first.
_NARROWING = (
    "expiry",
    "expiries",
    "strike_min",
    "strike_max",
    "spot_window_pct",
    "moneyness_min",
    "moneyness_max",
    "dte_max",
    "max_strikes",
    "max_expiries",
    "max_contracts",
    "hours",
    "days",
    "limit",
    "fields",
)
_NARROWING_SHOWN = 3
_LARGER = {"brief": "standard", "standard": "full"}
DETAIL_ARGUMENT = "detail"
DETAIL_ARGUMENT_TAKEN = "answer_detail"


class Cuts:
    """Counts the rows a template leaves out while it renders."""

    def __init__(self) -> None:
        self.rows = 0

    def note(self, total: int, shown: int) -> int:
        """Return how many of `total` are left out when `shown` are printed, and count them."""
        left = max(0, total - shown)
        self.rows += left
        return left


@dataclass(frozen=True, slots=True)
class Scene:
    """One reply and everything read from it once, before any template runs."""

    question: Question
    envelope: Envelope
    shape: Shape
    drawn: Drawn
    header: Header
    caveats: Sequence[Caveat]

    @property
    def subject(self) -> Subject:
        return self.drawn.subject


def context_of(scene: Scene, rows: int, cuts: Cuts) -> dict[str, Any]:
    """Return the names a view may use.

    `data` is the payload, `rows` how many rows a table may print, `tool` the function from a
    path to the name of its tool ("" where there is none on offer). What a view prints is kept for
    the UTC day of `now`, so nothing here tells what is left of a limit, and the age of a part of
    the data is left open.
    """
    question, subject, now = scene.question, scene.subject, scene.header.now
    return {
        "data": scene.envelope.data,
        "extra": scene.envelope.meta.extra,
        "shape": scene.shape,
        "head": subject,
        "spot": subject.spot,
        "symbol": subject.symbol,
        "positioning": subject.positioning,
        "now": now,
        "today": utc_day(now),
        "query": question.query,
        "detail": question.detail,
        "rows": rows,
        "cuts": cuts,
        "tool": tool_finder(question.tool_names),
    }


def tool_finder(tool_names: Mapping[str, str]) -> Any:
    """Return the function from a path to the name of its tool, "" where it is not on offer."""
    return lambda path: tool_names.get(path, "")


def narrowing(question: Question) -> list[str]:
    """Return the endpoint's own parameters that would make its answer smaller, unused first."""
    offered = [name for name in _NARROWING if question.endpoint.param(name) is not None]
    offered.sort(key=lambda name: name in question.query)
    return offered[:_NARROWING_SHOWN]


def detail_argument(question: Question) -> str:
    """Return what the argument for the size of an answer is called on this tool."""
    taken = question.endpoint.param(DETAIL_ARGUMENT) is not None
    return DETAIL_ARGUMENT_TAKEN if taken else DETAIL_ARGUMENT


def larger_detail(question: Question) -> str:
    """Return the next larger size of answer, "" where there is none."""
    return _LARGER.get(question.detail, "")


def next_tools(question: Question) -> list[str]:
    """Return the tools worth calling next that are on offer."""
    names = (question.tool_names.get(path, "") for path in question.hint.next)
    return [name for name in names if name and name != question.tool]
