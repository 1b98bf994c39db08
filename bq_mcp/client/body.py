"""Take in the body of a reply, never more of it than is allowed."""

import zlib
from collections.abc import AsyncIterable

from ..errors import MalformedReplyError, ReplyTooLargeError

MAX_BODY_BYTES = 8 * 1024 * 1024
_GZIP_WINDOW_BITS = 31


async def read_body(pieces: AsyncIterable[bytes], encoding: str) -> bytes:
    """Return the decompressed body; `encoding` is the reply's Content-Encoding.

    Raises:
        ReplyTooLargeError: there is more than `MAX_BODY_BYTES`, counted after decompression.
        MalformedReplyError: the compressed data is damaged, or in a way that was not asked for.
    """
    match encoding.strip().lower():
        case "" | "identity":
            return await _plain(pieces)
        case "gzip" | "x-gzip":
            return await _inflated(pieces)
        case _:
            raise MalformedReplyError("the reply is compressed in a way that was not asked for")


async def _plain(pieces: AsyncIterable[bytes]) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        _check_size(body)
    return bytes(body)


async def _inflated(pieces: AsyncIterable[bytes]) -> bytes:
    body = bytearray()
    gzip = zlib.decompressobj(_GZIP_WINDOW_BITS)
    try:
        async for piece in pieces:
            # One byte past the limit tells, so a small piece cannot unfold into gigabytes.
            body += gzip.decompress(piece, MAX_BODY_BYTES + 1 - len(body))
            _check_size(body)
    except zlib.error as exc:
        raise MalformedReplyError("the reply was damaged on the way") from exc
    if not gzip.eof:
        raise MalformedReplyError("the reply broke off")
    return bytes(body)


def _check_size(body: bytearray) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise ReplyTooLargeError(
            f"the reply is larger than {MAX_BODY_BYTES // 1024**2} MiB; ask for less"
        )
