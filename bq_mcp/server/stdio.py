"""Serve one client over standard input and output."""

import os
import select
import signal
import sys
from collections.abc import AsyncIterator
from math import inf
from threading import Timer
from typing import BinaryIO

import anyio
import anyio.to_thread
from mcp.types import JSONRPCMessage

from ..logs import Log
from .mcp_server import ToolServer
from .router import serve_both_eras

_log = Log(__name__)
# How long a client that has ended its input may leave its answers unread, and how long closing may
# take once they are written.
_STALL_S = 1.5
_CLOSING_S = 1.0


async def serve_stdio(server: ToolServer, *, patience: float) -> None:
    """Serve until the input ends and all is answered, or the client is gone, or a signal arrives.

    `patience` is how many seconds an answer may take once the input has ended.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # Not the event loop's: it would not hear of it while a write to standard error waits.
        signal.signal(number, _leave)
    output = _Output(_claim_stdout())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_leave_when_unheard, output.wire.fileno())
        async with server.lifespan(server):
            await serve_both_eras(server, _lines(output), output.write, patience=patience)
            # Work that nobody waits for, as in a worker thread, may not end when it is told to.
            _leave_in(_CLOSING_S)
        tasks.cancel_scope.cancel()


async def _lines(output: "_Output") -> AsyncIterator[bytes]:
    """Yield the lines of standard input."""
    only_one = anyio.CapacityLimiter(1)
    read = sys.stdin.buffer.readline
    try:
        while line := await anyio.to_thread.run_sync(read, limiter=only_one):
            yield line
    except OSError as exc:
        # A terminal that was closed, for one.
        _log.info("input broken", reason=type(exc).__name__)
    output.hurry()


class _Output:
    """Writes messages to the client."""

    def __init__(self, wire: BinaryIO) -> None:
        self.wire = wire
        self._only_one = anyio.CapacityLimiter(1)
        self._scope = anyio.CancelScope()
        self._limit = inf

    async def write(self, message: JSONRPCMessage) -> None:
        """Write a message as one line; end the process where it cannot be written."""
        line = message.model_dump_json(by_alias=True, exclude_unset=True).encode() + b"\n"
        with anyio.CancelScope(deadline=anyio.current_time() + self._limit) as self._scope:
            await anyio.to_thread.run_sync(
                self._write, line, limiter=self._only_one, abandon_on_cancel=True
            )
        if self._scope.cancelled_caught:
            _leave()

    def _write(self, line: bytes) -> None:
        try:
            self.wire.write(line)
            self.wire.flush()
        except OSError as exc:
            if not isinstance(exc, BrokenPipeError):
                _log.warning("output broken", reason=type(exc).__name__)
            _leave()

    def hurry(self) -> None:
        """From now on, wait for a client that does not read only for a moment."""
        self._limit = _STALL_S
        self._scope.deadline = anyio.current_time() + _STALL_S


def _claim_stdout() -> BinaryIO:
    """Return the way to the client, and lead whatever else is printed to standard error."""
    wire = os.dup(1)
    os.dup2(2 if sys.__stderr__ else os.open(os.devnull, os.O_WRONLY), 1)
    if sys.platform != "win32":
        # Whoever started us may have them otherwise; reading and writing have threads to wait in.
        os.set_blocking(0, True)
        os.set_blocking(wire, True)
    return os.fdopen(wire, "wb")


async def _leave_when_unheard(wire: int) -> None:
    """End the process when the client closes the output, which no write may show for hours."""
    if sys.platform == "win32" or os.isatty(wire):
        return
    try:
        # A pipe that nobody reads counts as readable.
        await anyio.wait_readable(wire)
    except OSError:
        # A file is always heard.
        return
    poll = select.poll()
    poll.register(wire, 0)
    if poll.poll(0):
        _leave()


def _leave(*_: object) -> None:
    # A worker thread is blocked reading standard input and cannot be cancelled: an orderly shutdown
    # would wait for a line that never comes. Nothing is held that the system does not release.
    os._exit(0)


def _leave_in(seconds: float) -> None:
    timer = Timer(seconds, _leave)
    timer.daemon = True
    timer.start()
