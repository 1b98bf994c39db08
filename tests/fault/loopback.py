"""A loopback server that misbehaves exactly as told, byte by byte."""

import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.abc import SocketAttribute, SocketStream

Misbehave = Callable[[SocketStream], Awaitable[None]]


@asynccontextmanager
async def serving(misbehave: Misbehave) -> AsyncIterator[str]:
    """Serve on a free port; `misbehave` gets each connection after its request was read."""

    async def handle(stream: SocketStream) -> None:
        async with stream:
            try:
                await read_request(stream)
                await misbehave(stream)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
                return

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, handle)
        yield f"http://127.0.0.1:{port}"
        tasks.cancel_scope.cancel()


async def read_request(stream: SocketStream) -> bytes:
    """Return the head of the next request on a connection."""
    seen = b""
    while b"\r\n\r\n" not in seen:
        seen += await stream.receive()
    return seen


def head(status: str = "200 OK", **headers: str) -> bytes:
    """Return a status line and headers; `content_type` is written `content-type`."""
    lines = [f"HTTP/1.1 {status}", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode()


def saying(body: bytes, status: str = "200 OK", **headers: str) -> Misbehave:
    """Return a server that sends one whole reply."""

    async def answer(stream: SocketStream) -> None:
        sized = {"content_type": "application/json", "content_length": str(len(body)), **headers}
        await stream.send(head(status, **sized) + body)

    return answer


def keeping(*replies: bytes) -> Misbehave:
    """Return a server that keeps its connections open and gives the same replies on each.

    A reply is all that is sent after one request, whatever it holds.
    """

    async def answer(stream: SocketStream) -> None:
        for number, reply in enumerate(replies):
            if number:
                await read_request(stream)
            await stream.send(reply)
        await anyio.sleep_forever()

    return answer


def kept(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return a reply after which the connection stays open."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


async def reset(stream: SocketStream) -> None:
    """Break the connection with a TCP reset."""
    raw = stream.extra(SocketAttribute.raw_socket)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def silent(stream: SocketStream) -> None:
    """Accept the request and never say a word."""
    await anyio.sleep_forever()


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
