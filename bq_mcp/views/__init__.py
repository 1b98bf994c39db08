"""Turn replies and errors into the text an agent reads.

`answer` and `error` are imported with the first answer: listing tools does not need them.
"""

from .instructions import render_instructions
from .model import Answer, Detail, Question, simulated_mark

__all__ = ["Answer", "Detail", "Question", "render_instructions", "simulated_mark"]
