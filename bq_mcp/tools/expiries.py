"""Expiries: written as the parameter takes them, and what is wrong with one that cannot be."""

import re

from ..expiry import expiry_token
from .days import day_of_instrument, possible_days, read_day
from .param_form import ParamForm
from .plain import plain

_EVERY = frozenset({"all", "any", "every", "*", "allexpiries", "allexpirations"})
_TODAY = ("today", "todays", "0d")
_EXAMPLES = {"token": "26MAR27", "iso": "2027-03-26", "token_or_iso": "26MAR27"}
_SHOWN = 40


def as_taken(text: str, form: ParamForm) -> str:
    """Return an expiry as the parameter takes it; what is none stays as given."""
    if word := _word(text, form):
        return word
    day = read_day(text)
    if day is None:
        return text
    takes_given = form.expiry == "token_or_iso" and re.match(r"20\d\d", plain(text))
    return day.isoformat() if form.expiry == "iso" or takes_given else expiry_token(day)


def fault_of(text: str, form: ParamForm) -> tuple[str, str | None] | None:
    """Return why `text` is no expiry and the closest that is, None where it is one."""
    if text in form.words or read_day(text) is not None:
        return None
    example = ", ".join([f"a day such as {_EXAMPLES[form.expiry]}", *form.words])
    if len(days := possible_days(text)) > 1:
        either = " or ".join(as_taken(day.isoformat(), form) for day in days)
        return f"may be {either}: write one of them", None
    if day := day_of_instrument(text):
        return "is the name of a contract", as_taken(expiry_token(day), form)
    closest = "0dte" if "0dte" in form.words and _joined(text) in _TODAY else None
    return f"names no day, or one the calendar lacks; write {example}", closest


def _word(text: str, form: ParamForm) -> str | None:
    joined = _joined(text)
    if joined in form.words:
        return joined
    return "all" if joined in _EVERY and "all" in form.words else None


def _joined(text: str) -> str:
    return re.sub(r"[\s_\-']", "", plain(text[:_SHOWN]).lower())
