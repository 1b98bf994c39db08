"""Read what a client sends, within a size and a time; clean what goes out beside answers.

What is no message is refused here, in one line: the SDK answers it with an empty body, or prints
how it tried to read it.
"""

from collections.abc import Callable, Mapping

import anyio
from mcp.server.streamable_http import check_accept_headers
from mcp.types import PROTOCOL_VERSION_META_KEY, JSONRPCRequest
from mcp.types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from ..server.lines import UnreadableLineError, read_message
from ..text import redact
from .refusal import RefusalError

_BODY_S = 10.0
# A call is small; whatever is larger is none.
_MOST_BYTES = 1024**2
_TOO_LARGE = f"the body is larger than {_MOST_BYTES} bytes"
_FIRST_REFUSAL = 400
# What was not read would be taken for the next request.
_CLOSE = {"Connection": "close"}
_VERSIONS = (*MODERN_PROTOCOL_VERSIONS, *reversed(HANDSHAKE_PROTOCOL_VERSIONS))


def check_form(scope: Scope) -> None:
    """Let through what says that it is JSON, from a client that takes both forms of an answer.

    Raises:
        RefusalError: it does not.
    """
    request = Request(scope)
    if not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise RefusalError(415, "send Content-Type: application/json", _CLOSE)
    if not all(check_accept_headers(request)):
        raise RefusalError(406, "send Accept: application/json, text/event-stream", _CLOSE)


def check_message(body: bytes, version: str | None) -> None:
    """Let through one message, of a `version` that is served where the header names any.

    Raises:
        RefusalError: it is none, or asks without an id that can be answered.
    """
    try:
        message = read_message(body)
    except UnreadableLineError as error:
        request_id = error.ids[0] if len(error.ids) == 1 else None
        # It may name the method, and goes out when the caller's key is no longer looked for.
        words = redact(error.reason)
        raise RefusalError(400, words, code=error.code, request_id=request_id) from None
    if version is None or version in _VERSIONS or not isinstance(message, JSONRPCRequest):
        return
    # Where the message names one as well, the SDK compares the two.
    if not _names_version(message):
        words = f"MCP-Protocol-Version is none of {', '.join(_VERSIONS)}"
        raise RefusalError(400, words, request_id=message.id)


def _names_version(message: JSONRPCRequest) -> bool:
    meta = (message.params or {}).get("_meta")
    return isinstance(meta, Mapping) and PROTOCOL_VERSION_META_KEY in meta


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """Return the whole body of a request.

    Raises:
        RefusalError: it is larger than a call can be, comes too slowly, or breaks off.
    """
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > _MOST_BYTES:
        raise RefusalError(413, _TOO_LARGE, _CLOSE)
    pieces, size, more = [], 0, True
    with anyio.move_on_after(_BODY_S) as scope:
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise RefusalError(400, "the body broke off", _CLOSE)
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            more = message.get("more_body", False)
            if size > _MOST_BYTES:
                raise RefusalError(413, _TOO_LARGE, _CLOSE)
    if scope.cancelled_caught:
        raise RefusalError(408, f"the body did not arrive within {_BODY_S:.0f} s", _CLOSE)
    return b"".join(pieces)


def replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives a body that was read once more, and then what else comes."""
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay


def without_secrets(send: Send) -> Send:
    """Return `send`, with the secrets taken out of refusals: their words repeat what was sent.

    What is answered with success has been through the guard.
    """
    started: list[Message] = []

    async def cleaned(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= _FIRST_REFUSAL:
            started.append(message)
        elif started and message["type"] == "http.response.body":
            body = redact(message.get("body", b"").decode("utf-8", "replace")).encode()
            start = started.pop()
            length = (b"content-length", str(len(body)).encode())
            kept = [pair for pair in start["headers"] if pair[0].lower() != length[0]]
            await send({**start, "headers": [*kept, length]})
            await send({**message, "body": body})
        else:
            await send(message)

    return cleaned


def closing(send: Send, is_ending: Callable[[], bool]) -> Send:
    """Return `send`, whose answers ask for no more requests on their connection at the end."""

    async def sent(message: Message) -> None:
        if is_ending() and message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if pair[0].lower() != b"connection"]
            message = {**message, "headers": [*kept, (b"connection", b"close")]}
        await send(message)

    return sent
