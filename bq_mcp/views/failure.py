"""Turn an error into one to three lines an agent can act on."""

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ..errors import (
    ApiError,
    ArgumentError,
    BackQuantError,
    BurstLimitError,
    NoDataError,
    VanishedToolError,
    ViewError,
)
from ..text import clean
from .context import tool_finder
from .model import Answer
from .rendering import log_failure, render_template
from .tokens import shorten

if TYPE_CHECKING:
    from .environment import Views

_TEMPLATE = "_error.md.jinja"
_MESSAGE_LIMIT = 240
_MESSAGE_TOKENS = 70
_FAULTS_SHOWN = 3
_TOKENS = 150
_QUERY = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s?\"']*)\?[^\s\"']*", re.IGNORECASE)


def render_error(
    error: BackQuantError,
    *,
    tool: str | None,
    simulated: bool,
    tool_names: Mapping[str, str] | None = None,
) -> Answer:
    """Return an error as an answer: what happened, what to change, what to call next.

    `tool_names` maps paths to the tools on offer, so that advice names only tools there are.
    """
    simulated = simulated or (isinstance(error, ApiError) and error.simulated)
    context = _context(error, tool, simulated, tool_names or {})
    try:
        text = render_template(_environment(), _TEMPLATE, context)
    except ViewError as failed:
        log_failure(failed, _TEMPLATE)
        text = f"{'SIMULATED ' if simulated else ''}error: {context['message']}"
    return Answer(shorten(text, _TOKENS), _meta(error, simulated), is_error=True)


def _context(
    error: BackQuantError, tool: str | None, simulated: bool, tool_names: Mapping[str, str]
) -> dict[str, Any]:
    api = error if isinstance(error, ApiError) else None
    faults = error.faults if isinstance(error, ArgumentError) else ()
    return {
        "kind": error.kind,
        "message": shorten(without_queries(clean(error.message, _MESSAGE_LIMIT)), _MESSAGE_TOKENS),
        "retryable": error.retryable,
        "simulated": simulated,
        "tool_name": tool or "",
        "tool": tool_finder(tool_names),
        "faults": faults[:_FAULTS_SHOWN],
        "faults_left": max(0, len(faults) - _FAULTS_SHOWN),
        "status": api.status if api else 0,
        "code": api.code if api else "",
        "refused": _refused(api),
        "request_id": api.request_id if api else None,
        "closest": error.closest if isinstance(error, VanishedToolError) else None,
        "age": error.age_seconds if isinstance(error, NoDataError) else None,
        "retry_after": error.retry_after if isinstance(error, BurstLimitError) else None,
    }


def without_queries(text: str) -> str:
    """Return `text` with the query of every address in it removed."""
    return _QUERY.sub(r"\1", text)


def _refused(api: ApiError | None) -> list[dict[str, str]]:
    """Return the parameters upstream refused, with its words, from a 422 body."""
    listed = api.details.get("errors") if api else None
    found = []
    for item in listed[:_FAULTS_SHOWN] if isinstance(listed, list) else []:
        if not isinstance(item, Mapping):
            continue
        place = item.get("loc")
        name = place[-1] if isinstance(place, list) and place else "parameter"
        message = shorten(without_queries(clean(item.get("msg") or "", 120)), 30)
        found.append({"param": clean(name, 40), "message": message})
    return found


def _meta(error: BackQuantError, simulated: bool) -> Mapping[str, object]:
    found: dict[str, object] = {
        "error": error.kind,
        "retryable": error.retryable,
        "simulated": simulated,
        "view": "error",
    }
    if isinstance(error, ApiError):
        if error.request_id:
            found["request_id"] = error.request_id
        if error.code:
            found["code"] = error.code
        if error.status:
            found["status"] = error.status
    if isinstance(error, NoDataError) and error.age_seconds is not None:
        found |= {"cache": "hit", "age_seconds": round(error.age_seconds, 1)}
    if isinstance(error, BurstLimitError) and error.retry_after is not None:
        found["retry_after_seconds"] = error.retry_after
    return found


@cache
def _environment() -> "Views":
    from .environment import service

    return service()
