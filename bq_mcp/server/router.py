"""Serve both protocol eras to one client: each message goes to the loop of its era."""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from math import inf

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.runner import serve_dual_era_loop, serve_loop
from mcp.shared.dispatcher import as_request_id, coerce_request_id
from mcp.shared.message import SessionMessage
from mcp.types import (
    PROTOCOL_VERSION_META_KEY,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)

from ..logs import Log
from .lines import UnreadableLineError, read_message
from .mcp_server import ToolServer

_log = Log(__name__)
_Send = MemoryObjectSendStream[SessionMessage]
_SendAny = MemoryObjectSendStream[SessionMessage | Exception]
Write = Callable[[JSONRPCMessage], Awaitable[None]]


async def serve_both_eras(
    server: ToolServer, lines: AsyncIterator[bytes], write: Write, *, patience: float
) -> None:
    """Serve until the lines end and every request in them is answered.

    `patience` is how many seconds an answer may take once the lines have ended. The caller has
    entered the server's lifespan. One loop of the SDK would serve only the era of its first
    request.
    """
    # Without bounds: the end of the lines must be seen though nobody reads the answers.
    send, answers = anyio.create_memory_object_stream[SessionMessage](inf)
    to_legacy, legacy = anyio.create_memory_object_stream[SessionMessage | Exception](inf)
    to_modern, modern = anyio.create_memory_object_stream[SessionMessage | Exception](inf)
    router = _Router(to_legacy, to_modern, send)
    serve_legacy = partial(serve_loop, lifespan_state=None)
    serve_modern = partial(serve_dual_era_loop, lifespan_state=None)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve_legacy, server, legacy, send.clone())
        tasks.start_soon(serve_modern, server, modern, send.clone())
        tasks.start_soon(router.write_all, answers, write)
        with send, to_legacy, to_modern:
            async for line in lines:
                router.take(line)
            server.hang_up()
            with anyio.move_on_after(patience):
                await router.all_answered()


class _Router:
    """Knows who waits for an answer, and from which loop."""

    def __init__(self, to_legacy: _SendAny, to_modern: _SendAny, send: _Send) -> None:
        self._to_legacy = to_legacy
        self._to_modern = to_modern
        self._send = send
        self._waiting: defaultdict[RequestId, list[_SendAny]] = defaultdict(list)
        self._settled = anyio.Event()

    def take(self, line: bytes) -> None:
        """Hand on the message in a line, or refuse it."""
        if not line.strip():
            return
        try:
            message = read_message(line)
        except UnreadableLineError as exc:
            _log.warning("line not read", reason=exc.reason, bytes=len(line))
            for request_id in exc.ids:
                self._send.send_nowait(SessionMessage(_refusal(request_id, exc)))
        else:
            self._loop_for(message).send_nowait(SessionMessage(message))

    def _loop_for(self, message: JSONRPCMessage) -> _SendAny:
        """Return the loop that serves a message; remember who waits for its answer."""
        if isinstance(message, JSONRPCRequest):
            loop = self._to_modern if _is_modern(message) else self._to_legacy
            self._waiting[coerce_request_id(message.id)].append(loop)
            return loop
        if isinstance(message, JSONRPCNotification) and message.method == _CANCELLED:
            cancelled = as_request_id((message.params or {}).get("requestId"))
            # Its answer is not sent any more.
            return self._settle(cancelled) or self._to_legacy
        return self._to_legacy

    async def write_all(
        self, answers: MemoryObjectReceiveStream[SessionMessage], write: Write
    ) -> None:
        """Write what the loops send, until both have ended."""
        async with answers:
            async for item in answers:
                await write(item.message)
                if isinstance(item.message, JSONRPCResponse | JSONRPCError):
                    self._settle(item.message.id)

    def _settle(self, request_id: RequestId | None) -> _SendAny | None:
        """Count a request as answered; return the loop it went to, None where nobody waits."""
        key = None if request_id is None else coerce_request_id(request_id)
        if key is None or key not in self._waiting:
            return None
        loops = self._waiting[key]
        loop = loops.pop()
        if not loops:
            del self._waiting[key]
        self._settled.set()
        return loop

    async def all_answered(self) -> None:
        """Wait until nobody waits for an answer."""
        while self._waiting:
            self._settled = anyio.Event()
            await self._settled.wait()


_CANCELLED = "notifications/cancelled"


def _is_modern(request: JSONRPCRequest) -> bool:
    """Return whether a request carries the envelope of 2026-07-28.

    `initialize` does not exist there, and opens the other era whatever it carries.
    """
    meta = (request.params or {}).get("_meta")
    envelope = isinstance(meta, dict) and PROTOCOL_VERSION_META_KEY in meta
    return envelope and request.method != "initialize"


def _refusal(request_id: RequestId, error: UnreadableLineError) -> JSONRPCError:
    data = ErrorData(code=error.code, message=error.reason)
    return JSONRPCError(jsonrpc="2.0", id=request_id, error=data)
