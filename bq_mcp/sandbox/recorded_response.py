"""A finished reply, and the faulty copies that faults deliver in its place."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bq_mcp.sandbox.envelope import encode
from bq_mcp.sandbox.instants import iso, parse_instant

HUGE_BODY_BYTES = 16 * 1024 * 1024
_PADDING = b" " * 65_536
_PIECES = 10


@dataclass(frozen=True)
class RecordedResponse:
    """Status, raw headers and whole body of a reply."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def opening(self, **changed: str) -> Message:
        """Return the message that starts the reply; headers are named `content_type`."""
        headers = MutableHeaders(raw=list(self.headers))
        for name, value in changed.items():
            headers[name.replace("_", "-")] = value
        return {"type": "http.response.start", "status": self.status, "headers": headers.raw}

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in a handful of pieces of about equal size."""
        size = max(1, -(-len(self.body) // _PIECES))
        for start in range(0, len(self.body), size):
            yield self.body[start : start + size]


async def record(app: ASGIApp, scope: Scope, receive: Receive) -> RecordedResponse:
    """Return the reply of `app` without sending it."""
    opening: Message = {}
    body = bytearray()

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            opening.update(message)
        else:
            body.extend(message.get("body", b""))

    await app(scope, receive, keep)
    return RecordedResponse(opening["status"], list(opening["headers"]), bytes(body))


async def send_whole(reply: RecordedResponse, send: Send, **changed: str) -> None:
    """Send the reply at once, with these headers changed."""
    await send(reply.opening(**changed))
    await send_last(send, reply.body)


async def send_part(send: Send, body: bytes) -> None:
    """Send a piece of the body that is not the last."""
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def send_last(send: Send, body: bytes = b"") -> None:
    """Send the last piece of the body."""
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def send_padded(reply: RecordedResponse, send: Send) -> None:
    """Send the reply with blanks after it, which JSON allows, up to `HUGE_BODY_BYTES`."""
    missing = max(0, HUGE_BODY_BYTES - len(reply.body))
    await send(reply.opening(content_length=str(len(reply.body) + missing)))
    await send_part(send, reply.body)
    whole, rest = divmod(missing, len(_PADDING))
    for _ in range(whole):
        await send_part(send, _PADDING)
    await send_last(send, _PADDING[:rest])


def with_computed_at(
    reply: RecordedResponse, chosen: Callable[[datetime], datetime]
) -> RecordedResponse:
    """Return the reply with every `computed_at` moved to `chosen(meta.timestamp)`.

    `freshness_seconds` follows it. A reply that tells no `computed_at` stays as it is.
    """
    if b'"computed_at":"' not in reply.body:
        return reply
    envelope = json.loads(reply.body)
    meta = envelope["meta"]
    told = parse_instant(meta["timestamp"])
    instant = chosen(told)
    _overwrite(envelope, "computed_at", iso(instant))
    if meta["computed_at"] is not None:
        meta["freshness_seconds"] = round((told - instant).total_seconds(), 3)
    body = encode(envelope)
    headers = MutableHeaders(raw=list(reply.headers))
    headers["content-length"] = str(len(body))
    return replace(reply, headers=headers.raw, body=body)


def _overwrite(value: Any, key: str, written: str) -> None:
    if isinstance(value, dict):
        if value.get(key) is not None:
            value[key] = written
        for item in value.values():
            _overwrite(item, key, written)
    elif isinstance(value, list):
        for item in value:
            _overwrite(item, key, written)
