"""Take in the body of a reply, never more of it than is allowed."""

import zlib
from collections.abc import AsyncIterable

from ..errors import MalformedReplyError, ReplyTooLargeError

MAX_BODY_BYTES = 8 * 1024 * 1024
_GZIP_WINDOW_BITS = 31
# Each costs some microseconds however small it is.
_MOST_MEMBERS = 1_000


async def read_body(pieces: AsyncIterable[bytes], encoding: str) -> bytes:
    """Return the decompressed body; `encoding` is the reply's Content-Encoding.

    Raises:
        ReplyTooLargeError: there is more than `MAX_BODY_BYTES`, before or after decompression.
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
        _check_size(len(body))
    return bytes(body)


async def _inflated(pieces: AsyncIterable[bytes]) -> bytes:
    gzip = _Members()
    arrived = 0
    async for piece in pieces:
        arrived += len(piece)
        _check_size(arrived)
        gzip.add(piece)
    return gzip.whole()


class _Members:
    """A gzip body as it arrives: one member after another, as tools that append to it write it."""

    def __init__(self) -> None:
        self._body = bytearray()
        self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)
        self._begun = 1

    def add(self, piece: bytes) -> None:
        """Unfold the next bytes, whichever members they belong to."""
        while piece:
            if self._member.eof:
                # What follows a member may be padding.
                piece = piece.lstrip(b"\0")
                if not piece:
                    return
                self._next_member()
            try:
                # One byte past the limit tells, so a small piece cannot unfold into gigabytes.
                self._body += self._member.decompress(piece, MAX_BODY_BYTES + 1 - len(self._body))
            except zlib.error as exc:
                raise MalformedReplyError("the reply was damaged on the way") from exc
            _check_size(len(self._body))
            piece = self._member.unused_data

    def whole(self) -> bytes:
        """Return the body once all of it has arrived."""
        if not self._member.eof:
            raise MalformedReplyError("the reply broke off")
        return bytes(self._body)

    def _next_member(self) -> None:
        self._begun += 1
        if self._begun > _MOST_MEMBERS:
            raise MalformedReplyError("the reply is compressed in too many parts")
        self._member = zlib.decompressobj(_GZIP_WINDOW_BITS)


def _check_size(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise ReplyTooLargeError(
            f"the reply is larger than {MAX_BODY_BYTES // 1024**2} MiB; ask for less"
        )
