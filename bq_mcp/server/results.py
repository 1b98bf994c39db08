"""Turn tools and answers into protocol objects."""

from typing import Any, Literal

import mcp.types as types

from ..logs import Log
from ..text import clean
from ..tools import Offer, Offered, UnknownToolError
from ..views import Answer, simulated_mark

CacheScope = Literal["public", "private"]

_log = Log(__name__)
META_KEY = "bq-mcp/answer"
# How long clients may keep a list once it is the live one.
LIST_TTL_MS = 300_000
# Some clients show `_meta` to the model, so what goes without saying is left out of it.
_GOES_WITHOUT_SAYING = {"simulated": False, "retryable": False, "cache": "miss"}
_OURS = ("view",)
_NAME_LIMIT = 80


def listed_tool(tool: Offered) -> types.Tool:
    """Return a tool as it is listed."""
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        annotations=types.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=True,
        ),
    )


def call_result(answer: Answer) -> types.CallToolResult:
    """Return an answer as a result: text for the model, the same facts as data in `_meta`."""
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer.text)],
        is_error=answer.is_error,
        _meta=meta_of(answer) or None,
    )


def meta_of(answer: Answer) -> dict[str, Any]:
    """Return the facts of an answer as data, under our key; nothing where all go without saying."""
    told = {
        name: value
        for name, value in answer.meta.items()
        if name not in _OURS and _GOES_WITHOUT_SAYING.get(name) != value
    }
    return {META_KEY: told} if told else {}


async def answer_call(toolbox: Offer, name: str, arguments: dict[str, object]) -> Answer:
    """Return the answer to a call; a fault of ours becomes an answer without its details.

    Raises:
        UnknownToolError: no tool has this name.
    """
    try:
        return await toolbox.call(name, arguments)
    except UnknownToolError:
        raise
    except Exception as exc:
        # The last guard: an escaped exception would reach the model as a bare protocol error,
        # on older revisions with its text.
        _log.exception("tool call failed", tool=name)
        simulated = toolbox.is_simulated
        return Answer(
            f"{simulated_mark(simulated)}error: {name} failed inside bq-mcp "
            f"({type(exc).__name__}); "
            "this is a fault of the server, not of the market or the arguments.\n"
            "Try the same call with detail=raw, or another tool.",
            {"simulated": simulated},
            is_error=True,
        )


def unknown_tool(error: UnknownToolError) -> str:
    """Return the words of the protocol error for a tool nobody knows."""
    nearest = f", closest: {error.closest}" if error.closest else ""
    hidden = " (left out by the settings or the address of this server)" if error.is_hidden else ""
    return f"Unknown tool: {clean(error.name, _NAME_LIMIT)}{hidden}{nearest}"
