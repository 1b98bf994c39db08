"""Turn an error into one to three lines an agent can act on."""

import re
from collections.abc import Mapping, Sequence

from ..errors import ApiError, ArgumentError, BackQuantError, NoDataError
from ..text import clean
from .fit.marks import MISSING
from .fit.size import shorten
from .model import Answer, simulated_mark
from .read.values import mapping
from .words.environment import rendered, service

_MESSAGE_LIMIT = 240
_MESSAGE_TOKENS = 70
_REFUSAL_TOKENS = 30
_FAULTS_SHOWN = 3
_TOKENS = 150
_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?\"']*)\?[^\s\"']*", re.IGNORECASE)
# What only some errors know.
_KNOWN = ("status", "code", "request_id", "closest", "age_seconds", "retry_after")


def render_error(
    error: BackQuantError,
    *,
    tool: str | None,
    simulated: bool,
    tool_names: Mapping[str, str] | None = None,
    instead: Sequence[str] = (),
) -> Answer:
    """Return an error as an answer: what happened, what to change, what to call next.

    `tool_names` maps paths to the tools on offer, so that advice names only tools there are;
    `instead` are the paths that give the same figures. That there is no data is no error.
    """
    mark = simulated_mark(simulated)
    known = {name: getattr(error, name, None) for name in _KNOWN}
    faults = error.faults if isinstance(error, ArgumentError) else ()
    facts = {
        **known,
        "kind": error.kind,
        "message": _bounded(error.message, _MESSAGE_TOKENS),
        "retryable": error.retryable,
        "mark": mark,
        "faults": faults[:_FAULTS_SHOWN],
        "faults_left": max(0, len(faults) - _FAULTS_SHOWN),
        "refused": _refused(error),
        "tool_name": tool,
        "call": lambda *paths: _tools(tool_names or {}, paths),
        "instead": _tools(tool_names or {}, instead),
    }
    found = rendered(service(), "_error", facts) or ()
    text = "\n".join(line.text for line in found) or f"{mark}error: {facts['message']}"
    age = known["age_seconds"]
    meta = {
        "error": error.kind,
        "retryable": error.retryable,
        "simulated": simulated,
        "view": "error",
        **{name: known[name] or None for name in ("request_id", "code", "status")},
        "cache": None if age is None else "hit",
        "age_seconds": None if age is None else round(age, 1),
        "retry_after_seconds": known["retry_after"],
    }
    stated = {name: value for name, value in meta.items() if value is not None}
    return Answer(shorten(text, _TOKENS), stated, is_error=not isinstance(error, NoDataError))


def _tools(tool_names: Mapping[str, str], paths: Sequence[str]) -> str:
    """Return the tools of those paths that are on offer; missing where none is.

    An argument stands behind a path: "/group/name?argument=value".
    """
    parts = [path.partition("?") for path in paths]
    found = [f"{tool_names[at]} {given}".strip() for at, _, given in parts if at in tool_names]
    return " or ".join(found) or MISSING


def _refused(error: BackQuantError) -> list[dict[str, str]]:
    """Return the parameters upstream refused, with its words, from a 422 body."""
    listed = error.details.get("errors") if isinstance(error, ApiError) else None
    items = map(mapping, listed[:_FAULTS_SHOWN]) if isinstance(listed, list) else ()
    found = []
    for item in filter(None, items):
        place, said = item.get("loc"), _bounded(item.get("msg") or "", _REFUSAL_TOKENS)
        name = place[-1] if isinstance(place, list) and place else "parameter"
        found.append({"param": clean(name, 40), "message": said})
    return found


def _bounded(message: object, tokens: int) -> str:
    """Return words of upstream on one line, without the query of any address in them."""
    return shorten(_QUERY.sub(r"\1", clean(message, _MESSAGE_LIMIT)), tokens)
