"""Make text from outside safe to store, log and show to a model."""

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

# Characters that print as nothing yet carry text past a reader: fillers, variation selectors.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
ELLIPSIS = "…"
_WORD = 64

# Every key of the service begins so; one that is not ours is no less secret. So do the tokens that
# `bq-mcp token new` makes, and those of authorization servers (JWTs).
_ANY_KEY = "bq_live_"
_ANY_BEGINNINGS = (_ANY_KEY, "bqm_", "eyj")
_ANY_KEY_PATTERN = (
    r"bq_live_[A-Za-z0-9_\-]+|bqm_[A-Za-z0-9_\-]{8,}"
    r"|eyj[A-Za-z0-9_\-]{8,}\.eyj[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*)?"
)
_SHORTEST_SECRET = 4
# All that is masked has as much of it: figures seldom spell eight characters by chance.
_BEGINNING = 8
_SHORTEST_ENCODED = 5
# Of a longer secret half is masked too: texts are cut.
_HALF_FROM = 16
_MARK = "[key]"
_FIGURE = re.compile(r"[1-9][0-9]{3,99}")


class _Mask:
    """Replaces the secrets of this process in any text, whatever they look like."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all secrets; for tests."""
        self._secrets: set[str] = set()
        self._has_digits = False
        self._mark = _MARK
        self._beginnings: tuple[str, ...] = _ANY_BEGINNINGS
        self._pattern = re.compile(_ANY_KEY_PATTERN, re.IGNORECASE)

    def add(self, secret: str) -> None:
        """Mask `secret` from now on, as it is and as programs write it; four characters at least.

        A part that begins it is masked too where it is at least half of a long one.
        """
        if len(secret) < _SHORTEST_SECRET or secret in self._secrets:
            return
        self._secrets.add(secret)
        if not {"[", "]"}.isdisjoint(secret):
            # With what stands beside it the mark could spell such a secret.
            self._mark = ELLIPSIS
        forms = sorted({form for each in self._secrets for form in _spellings(each)}, key=len)
        forms.reverse()
        self._has_digits = any(map(str.isdecimal, forms))
        halves = [form[: (len(form) + 1) // 2] for form in forms if len(form) >= _HALF_FROM]
        patterns = [*map(re.escape, forms), *(re.escape(half) + r"\S*" for half in halves)]
        self._pattern = re.compile("|".join([*patterns, _ANY_KEY_PATTERN]), re.IGNORECASE)
        starts = {form[:_BEGINNING].lower() for form in forms}
        self._beginnings = tuple({*_ANY_BEGINNINGS, *starts})
        _cleaned_before.cache_clear()

    def may_be_in(self, body: bytes) -> bool:
        """Tell whether a secret may stand in the JSON text of `body`; errs towards yes.

        Characters may be escaped there, or be several bytes each.
        """
        lowered = body.lower()
        return any(part.encode() in lowered for part in (*self._beginnings, "\\", "\0"))

    def figure(self, value: float) -> float | str:
        """Return a figure, masked where its digits are a secret's."""
        if not self._has_digits:
            return value
        text = str(value)
        masked = self(text)
        return value if masked == text else masked

    def __call__(self, text: str) -> str:
        # Searching for plain beginnings is many times quicker than the pattern.
        lowered = text.lower()
        for beginning in self._beginnings:
            if beginning in lowered:
                return self._pattern.sub(self._mark, text)
        return text


def _spellings(secret: str) -> set[str]:
    """Return a secret as it stands in addresses, JSON, Python's own notation, HTML and dumps."""
    codes, octets = [ord(character) for character in secret], secret.encode(errors="replace")
    return {
        secret,
        # Of digits alone, as a figure; else as programs write each character by its number.
        f"{int(secret):,}" if _FIGURE.fullmatch(secret) else secret,
        "".join(f"\\u{code:04x}" for code in codes),
        "".join(f"&#{code};" for code in codes),
        "".join(f"&#x{code:x};" for code in codes),
        "".join(f"%{octet:02x}" for octet in octets),
        octets.hex(),
        *(_in_base64(octets) if len(octets) >= _SHORTEST_ENCODED else ()),
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
    }


def _in_base64(octets: bytes) -> Iterator[str]:
    """Yield what base64 makes of some bytes whatever stands beside them, in both its alphabets."""
    for before, first in ((0, 0), (1, 2), (2, 3)):
        encoded = b64encode(bytes(before) + octets).decode()
        whole = encoded[first : (before + len(octets)) * 8 // 6]
        yield whole
        yield whole.replace("+", "-").replace("/", "_")


MASK = _Mask()
_OF_CALLER: ContextVar[_Mask | None] = ContextVar("mask of the caller", default=None)


@contextmanager
def masked(secret: str | None) -> Iterator[None]:
    """Mask `secret` too in whatever this task, and tasks begun in it, write inside.

    For the key of one caller of many. `MASK` forgets none, and takes longer with each; a key that
    only its caller's requests carry can come back in their answers and log lines only.
    """
    before = _OF_CALLER.set(_mask_of(secret) if secret else None)
    try:
        yield
    finally:
        _OF_CALLER.reset(before)


@lru_cache(maxsize=64)
def _mask_of(secret: str) -> _Mask:
    mask = _Mask()
    mask.add(secret)
    return mask


def clean(text: object, limit: int) -> str:
    """Return one line of at most `limit` characters without control or invisible characters.

    White space runs become one blank. A longer text ends in an ellipsis.
    """
    # The cut before the cleaning bounds the work on a text of many megabytes.
    line = str(text)[: 4 * limit + 64]
    if len(line) > _WORD:
        return _cleaned(line, limit)
    made = _cleaned_before(line, limit)
    # It may have been made for another caller.
    caller = _OF_CALLER.get()
    return made if not caller or caller(made) == made else _cleaned(line, limit)


def redact(text: str) -> str:
    """Return `text` with every API key, and the secrets of this process, replaced by a mark."""
    text, caller = MASK(text), _OF_CALLER.get()
    return caller(text) if caller else text


def redact_all(value: Any) -> Any:
    """Return JSON-like `value` with every text in it redacted, names and figures too."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int | float):
        caller = _OF_CALLER.get()
        figure = MASK.figure(value)
        return caller.figure(figure) if caller and not isinstance(figure, str) else figure
    if isinstance(value, Mapping):
        return {redact_all(name): redact_all(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(item) for item in value]
    return value


def may_hold_secret(body: bytes) -> bool:
    """Tell whether a secret may stand in the JSON text of `body`; errs towards yes."""
    caller = _OF_CALLER.get()
    return MASK.may_be_in(body) or bool(caller and caller.may_be_in(body))


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
