"""What came back to one question of a composite."""

from dataclasses import dataclass

from ..envelope import Reply
from ..errors import BackQuantError
from ..views import Question
from .definition import Ask


@dataclass(frozen=True, slots=True)
class Heard:
    """A reply with its question, or a failure; neither where upstream does not offer the route."""

    ask: Ask
    question: Question | None = None
    reply: Reply | None = None
    failure: BackQuantError | None = None
