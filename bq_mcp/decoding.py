"""Decode the body of a reply, within bounds, and say what stands there where it is not JSON."""

import gc
import html
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from .errors import MalformedReplyError, ReplyTooLargeError
from .text import clean

# What a body of eight MiB takes to decode depends on these; docs/decisions/011 has the figures.
_MOST_PARTS = 1_000_000
_MOST_NAMES = 700_000
_TITLE_LIMIT = 80
_PAGE_BYTES = 4_096
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)


def decode_json(body: bytes) -> tuple[object, int]:
    """Return the JSON value of `body` and how many non-finite numbers were read as null.

    Raises:
        MalformedReplyError: the body is not JSON.
        ReplyTooLargeError: it has more lists, objects or names than are worth looking at.
    """
    if len(body) > _MOST_NAMES and _has_too_many_parts(body):
        raise ReplyTooLargeError("the reply has more parts than this client reads; ask for less")
    non_finite = 0

    def _null(_: str) -> None:
        nonlocal non_finite
        non_finite += 1

    def _finite(text: str) -> float | None:
        value = float(text)
        if math.isfinite(value):
            return value
        _null(text)
        return None

    # A function per figure makes reading a large body up to twice as slow.
    parse_float = _finite if _may_overflow(body) else None
    try:
        with _uncollected(len(body)):
            value = json.loads(body, parse_constant=_null, parse_float=parse_float)
    except (ValueError, RecursionError) as exc:
        raise MalformedReplyError(_describe(body)) from exc
    return value, non_finite


def _has_too_many_parts(body: bytes) -> bool:
    parts = body.count(b"[") + body.count(b"{")
    return parts > _MOST_PARTS or body.count(b":") > _MOST_NAMES


# What is read is never garbage, and looking for some over and over takes up to five times as long
# as reading; nothing else runs meanwhile. Two readers would end each other's pause.
_PAUSE_FROM_BYTES = 256 * 1024
_pausing = Lock()


@contextmanager
def _uncollected(size: int) -> Iterator[None]:
    """Pause the collection of garbage while much is read."""
    if size < _PAUSE_FROM_BYTES or not gc.isenabled():
        yield
        return
    with _pausing:
        gc.disable()
        try:
            yield
        finally:
            gc.enable()


_FIGURES_ALIKE = bytes.maketrans(b"123456789E", b"000000000e")
# Begins with a plain character, which is looked for many times quicker than a set.
_LONG_EXPONENT = re.compile(rb"e(?<=0e)\+?000")


def _may_overflow(body: bytes) -> bool:
    """Tell whether a figure may lie beyond the floats; errs towards yes, in a millisecond a MB.

    It takes an exponent of three digits, or two hundred digits in a row. Where each character is
    several bytes, digits do not stand side by side.
    """
    alike = body.translate(_FIGURES_ALIKE)
    return bool(_LONG_EXPONENT.search(alike)) or b"0" * 200 in alike or b"\0" in body


def page_title(body: bytes) -> str:
    """Return the title of a page, or how a plain text begins."""
    text = body[:_PAGE_BYTES].decode(errors="replace")
    if found := _TITLE.search(text):
        return clean(html.unescape(found[1]), _TITLE_LIMIT)
    return "" if text.lstrip().startswith("<") else clean(text, _TITLE_LIMIT)


def _describe(body: bytes) -> str:
    start = body[:64].lstrip().lower()
    if not start:
        return "the reply was empty"
    if start.startswith((b"<!doctype", b"<html", b"<")):
        return "the reply was an HTML page, not JSON: a login page or a gateway answered"
    return "the reply was not complete, valid JSON"
