"""Make text from outside safe to store, log and show to a model."""

import re
from functools import lru_cache

# Characters that print as nothing yet carry text past a reader: fillers, variation selectors.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_KEY = re.compile(r"bq_live_[A-Za-z0-9_\-]+")
ELLIPSIS = "…"
_WORD = 64


def clean(text: object, limit: int) -> str:
    """Return one line of at most `limit` characters without control or invisible characters.

    White space runs become one blank. A longer text ends in an ellipsis.
    """
    # The cut before the cleaning bounds the work on a text of many megabytes.
    line = str(text)[: 4 * limit + 64]
    return _cleaned_before(line, limit) if len(line) <= _WORD else _cleaned(line, limit)


def redact(text: str, *secrets: str) -> str:
    """Return `text` with every API key, and each of `secrets`, replaced by a mark."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[key]")
    return _KEY.sub("[key]", text)


def _cleaned(line: str, limit: int) -> str:
    if not line.isascii():
        line = _UNSEEN.sub("", line)
    if not line.isprintable():
        line = "".join(char for char in line if char.isprintable() or char.isspace())
    line = redact(" ".join(line.split()))
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + ELLIPSIS


# Names, expiries and venues come back in every row.
_cleaned_before = lru_cache(maxsize=2048)(_cleaned)
