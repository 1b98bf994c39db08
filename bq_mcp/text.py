"""Make text from outside safe to store, log and show to a model."""

import re

_LINE_BREAKS = re.compile(r"[\s\u2028\u2029\x85]+")
# Cc control, Cf format (zero width, bidi overrides, tags), Co private use, Cs surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff]"
)
_KEY = re.compile(r"bq_live_[A-Za-z0-9_\-]+")
ELLIPSIS = "…"


def clean(text: object, limit: int) -> str:
    """Return one line of at most `limit` characters without control or invisible characters.

    White space runs become one blank. A longer text ends in an ellipsis.
    """
    # The cut before the cleaning bounds the work on a text of many megabytes.
    line = _LINE_BREAKS.sub(" ", str(text)[: 4 * limit + 64])
    line = redact(_INVISIBLE.sub("", line)).strip()
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + ELLIPSIS


def redact(text: str, *secrets: str) -> str:
    """Return `text` with every API key, and each of `secrets`, replaced by a mark."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[key]")
    return _KEY.sub("[key]", text)
