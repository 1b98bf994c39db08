"""Bodies are bounded after decompression, whatever their compressed size."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from bq_mcp.client.body import MAX_BODY_BYTES, read_body
from bq_mcp.errors import MalformedReplyError, ReplyTooLargeError

pytestmark = pytest.mark.anyio

TEXT = b'{"success": true}' * 100


def packed(body: bytes) -> bytes:
    # Without the time, so that every process names its tests alike.
    return gzip.compress(body, mtime=0)


async def pieces(body: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
async def test_a_body_comes_back_whole_in_pieces_of_any_size(size: int) -> None:
    assert await read_body(pieces(TEXT, size), "") == TEXT
    assert await read_body(pieces(packed(TEXT), size), " GZip ") == TEXT


async def test_exactly_the_limit_is_read() -> None:
    full = bytes(MAX_BODY_BYTES)
    assert len(await read_body(pieces(full), "identity")) == MAX_BODY_BYTES
    assert len(await read_body(pieces(packed(full)), "gzip")) == MAX_BODY_BYTES


async def test_one_byte_more_is_too_much() -> None:
    more = bytes(MAX_BODY_BYTES + 1)
    with pytest.raises(ReplyTooLargeError):
        await read_body(pieces(more), "")
    with pytest.raises(ReplyTooLargeError):
        await read_body(pieces(packed(more)), "gzip")


async def test_a_large_body_is_not_read_to_its_end() -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(1024 * 1024)

    with pytest.raises(ReplyTooLargeError):
        await read_body(endless(), "")
    assert given == 9


@pytest.mark.parametrize(
    "body", [b"plain text", packed(TEXT)[:-9], b"", packed(TEXT)[:4] + b"\xff" * 40]
)
async def test_damaged_or_cut_gzip_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedReplyError):
        await read_body(pieces(body), "gzip")


@pytest.mark.parametrize("size", [1, 7, 64 * 1024])
@pytest.mark.parametrize("cuts", [(50,), (0,), (len(TEXT),), tuple(range(100, 1_600, 100))])
async def test_several_members_are_one_body(size: int, cuts: tuple[int, ...]) -> None:
    edges = (0, *cuts, len(TEXT))
    parts = [packed(TEXT[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    assert await read_body(pieces(b"".join(parts), size), "gzip") == TEXT
    assert await read_body(pieces(b"\0".join(parts) + bytes(600), size), "gzip") == TEXT


@pytest.mark.parametrize(
    "behind", [b"x", b"\x1f", b"\x1f\x8b\x08", b"\0x", b"HTTP/1.1 200 OK\r\n\r\n"]
)
async def test_bytes_behind_the_end_are_damage(behind: bytes) -> None:
    with pytest.raises(MalformedReplyError):
        await read_body(pieces(packed(TEXT) + behind), "gzip")


@pytest.mark.parametrize("behind", [bytes(MAX_BODY_BYTES), packed(b"") * 500_000])
async def test_every_byte_that_arrives_counts(behind: bytes) -> None:
    with pytest.raises((ReplyTooLargeError, MalformedReplyError)):
        await read_body(pieces(packed(TEXT) + behind), "gzip")


async def test_the_limit_holds_over_all_members_together() -> None:
    half = packed(bytes(MAX_BODY_BYTES // 2))
    assert len(await read_body(pieces(half * 2), "gzip")) == MAX_BODY_BYTES
    with pytest.raises(ReplyTooLargeError):
        await read_body(pieces(half * 2 + packed(b"x")), "gzip")


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "x"])
async def test_an_encoding_that_was_not_asked_for_is_malformed(encoding: str) -> None:
    with pytest.raises(MalformedReplyError):
        await read_body(pieces(zlib.compress(TEXT)), encoding)
