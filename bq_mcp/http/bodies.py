"""Read what a client sends, within a size and a time; clean what goes out beside answers."""

from collections.abc import Mapping

import anyio
from starlette.types import Message, Receive, Send

from ..text import redact

_BODY_S = 10.0
# A call is small; whatever is larger is none.
_MOST_BYTES = 1024**2
_TOO_LARGE = f"the body is larger than {_MOST_BYTES} bytes"
_FIRST_REFUSAL = 400


class BodyError(Exception):
    """The body of a request is not read to its end."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(receive: Receive, headers: Mapping[str, str]) -> bytes:
    """Return the whole body of a request.

    Raises:
        BodyError: it is larger than a call can be, comes too slowly, or breaks off.
    """
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > _MOST_BYTES:
        raise BodyError(413, _TOO_LARGE)
    pieces, size, more = [], 0, True
    with anyio.move_on_after(_BODY_S) as scope:
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise BodyError(400, "the body broke off")
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            more = message.get("more_body", False)
            if size > _MOST_BYTES:
                raise BodyError(413, _TOO_LARGE)
    if scope.cancelled_caught:
        raise BodyError(408, f"the body did not arrive within {_BODY_S:.0f} s")
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
