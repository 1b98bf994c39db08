"""Turn replies and errors into the text an agent reads."""

from .failure import render_error
from .instructions import render_instructions
from .model import Answer, Detail, Question, Standing
from .render import render
from .tokens import estimate

__all__ = [
    "Answer",
    "Detail",
    "Question",
    "Standing",
    "estimate",
    "render",
    "render_error",
    "render_instructions",
]
