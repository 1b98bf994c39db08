"""What may go wrong between a caller and the service: the network, a proxy, a broken writer."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bq_mcp.sandbox.connection import connection_of, until_gone
from bq_mcp.sandbox.faults import Fault, FaultTracker, Schedule, attach_active_fault
from bq_mcp.sandbox.gate import PREFIX
from bq_mcp.sandbox.instants import EPOCH
from bq_mcp.sandbox.recorded_response import (
    RecordedResponse,
    record,
    send_last,
    send_padded,
    send_part,
    send_whole,
    with_computed_at,
)
from bq_mcp.sandbox.wall_clock import WallClock

Sleep = Callable[[float], Awaitable[object]]

_PAGE = (
    "<!DOCTYPE html><html><head><title>Please wait</title></head>"
    "<body><h1>Checking your browser</h1></body></html>"
)


@dataclass(frozen=True)
class _Line:
    """The way back to one caller."""

    scope: Scope
    receive: Receive
    send: Send
    sleep: Sleep


class Front:
    """Carries out the faults that need no service, and leaves the others to the gate."""

    def __init__(self, app: ASGIApp, *, faults: Schedule, clock: WallClock, sleep: Sleep) -> None:
        self._app = app
        self._tracker = FaultTracker(faults)
        self._clock = clock
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = _path_below_prefix(scope)
        active = None if path is None else self._tracker.next(path, self._clock())
        if active is None:
            await self._app(scope, receive, send)
            return
        line = _Line(scope, receive, send, self._sleep)
        kind = active.fault.kind
        if kind in _INSTEAD:
            await _INSTEAD[kind](line)
        elif kind in _DELIVERIES:
            if kind == "cached_copy":
                # What a cache holds was made by the service earlier.
                attach_active_fault(active, scope)
            reply = await record(self._app, scope, receive)
            await _DELIVERIES[kind](reply, active.fault, line)
        else:
            attach_active_fault(active, scope)
            await self._app(scope, receive, send)


def _path_below_prefix(scope: Scope) -> str | None:
    if scope["type"] != "http" or not scope["path"].startswith(f"{PREFIX}/"):
        return None
    path: str = scope["path"]
    return path.removeprefix(PREFIX)


async def _reset(line: _Line) -> None:
    connection = connection_of(line.scope)
    if connection is None:
        raise RuntimeError("a connection can be refused or reset over a socket only")
    connection.reset()
    await until_gone(line.receive)


def _showing(reply: Response) -> Callable[[_Line], Awaitable[None]]:
    async def show(line: _Line) -> None:
        await reply(line.scope, line.receive, line.send)

    return show


async def _wait_first(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await _pause(fault.length.total_seconds(), line)
    await send_whole(reply, line.send)


async def _drip(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await line.send(reply.opening())
    pieces = list(reply.pieces())
    for piece in pieces:
        await _pause(fault.length.total_seconds() / len(pieces), line)
        await send_part(line.send, piece)
    await send_last(line.send)


async def _cut(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    half = reply.body[: len(reply.body) // 2]
    await line.send(reply.opening())
    connection = connection_of(line.scope)
    if connection is None:
        await send_last(line.send, half)
        return
    await send_part(line.send, half)
    connection.close()
    await until_gone(line.receive)


async def _mislabel(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await send_whole(reply, line.send, content_type="text/html; charset=utf-8")


async def _tell_age(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await send_whole(reply, line.send, age=str(round(fault.length.total_seconds())))


async def _pad(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await send_padded(reply, line.send)


async def _postdate(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await send_whole(with_computed_at(reply, lambda told: told + fault.length), line.send)


async def _antedate(reply: RecordedResponse, fault: Fault, line: _Line) -> None:
    await send_whole(with_computed_at(reply, lambda told: EPOCH), line.send)


async def _pause(seconds: float, line: _Line) -> None:
    """Wait, but not for a caller that has left."""
    waits = [
        asyncio.ensure_future(line.sleep(seconds)),
        asyncio.ensure_future(until_gone(line.receive)),
    ]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


_INSTEAD: Mapping[str, Callable[[_Line], Awaitable[None]]] = {
    # Who comes through while nobody should listen rode in on a connection made before.
    "refused": _reset,
    "reset": _reset,
    "html": _showing(HTMLResponse(_PAGE)),
    "page_401": _showing(HTMLResponse(_PAGE, 401)),
    "page_403": _showing(HTMLResponse(_PAGE, 403)),
    "edge_408": _showing(PlainTextResponse("request timeout", 408)),
    "edge_520": _showing(PlainTextResponse("error code: 520", 520)),
}
_DELIVERIES: Mapping[str, Callable[[RecordedResponse, Fault, _Line], Awaitable[None]]] = {
    "slow_first_byte": _wait_first,
    "slow_body": _drip,
    "cut_body": _cut,
    "wrong_content_type": _mislabel,
    "huge_body": _pad,
    "computed_at_in_future": _postdate,
    "computed_at_1970": _antedate,
    "cached_copy": _tell_age,
}
