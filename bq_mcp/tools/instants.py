"""Instants: written as the parameter takes them, and what is wrong with one that cannot be."""

import re
from datetime import datetime

from .days import read_instant
from .param_form import ParamForm
from .plain import plain

_NOW = frozenset({"now", "latest", "current", "currently", "live", "newest", "present", "realtime"})
# A cursor that upstream gave goes back as it came, whatever it looks like.
_CURSOR = re.compile(r"(?=\D*\d)\S{12,}")
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*")
_EXAMPLE = "2026-08-20T14:30:00Z"


def means_now(text: str, form: ParamForm) -> bool:
    """Tell whether `text` asks for the newest data, which is what leaving the argument out does."""
    return form.instant in ("at", "until") and re.sub(r"[\s_-]", "", plain(text).lower()) in _NOW


def as_taken(text: str, form: ParamForm) -> str:
    """Return an instant in UTC; what may be a cursor of a window's end stays as given."""
    if form.instant != "at" and (text.isdigit() or _CURSOR.fullmatch(text)):
        return text
    instant = read_instant(text)
    return text if instant is None else iso(instant)


def fault_of(text: str, form: ParamForm) -> str | None:
    """Return why `text` is no instant, None where it is one or may be a cursor."""
    if read_instant(text) is not None:
        return None
    if form.instant != "at" and _CURSOR.fullmatch(text) and not _DATE_LIKE.fullmatch(text):
        return None
    newest = "" if form.instant == "since" else "; leave it out for the newest"
    return f"names no instant; write ISO time such as {_EXAMPLE}{newest}"


def iso(instant: datetime) -> str:
    """Return an instant as upstream writes it."""
    return instant.isoformat().replace("+00:00", "Z")
