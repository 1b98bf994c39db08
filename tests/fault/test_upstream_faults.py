"""Real sockets that fail: every fault is one clear error in time, and nothing else is lost."""

import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import SocketStream

from bq_mcp.catalog.keeper import CatalogKeeper
from bq_mcp.catalog.model import Catalog, Endpoint
from bq_mcp.catalog.sources import RemoteCatalog
from bq_mcp.catalog.stored import DiskCopy
from bq_mcp.client import Client, Lifetime, MemoryStore, Reply, Tuning, in_memory
from bq_mcp.client.model import Request
from bq_mcp.client.transport import HttpTransport
from bq_mcp.errors import (
    ApiError,
    BackQuantError,
    BlockedError,
    MalformedReplyError,
    NoDataError,
    ReplyTooLargeError,
    RequestTimeoutError,
    UnknownRouteError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)

from ..support import NOW, still_clock
from ..unit.client.steering import FakeTime, opened
from .loopback import (
    Misbehave,
    free_port,
    head,
    keeping,
    kept,
    read_request,
    reset,
    saying,
    serving,
    silent,
)

pytestmark = pytest.mark.anyio

KEY = "bq_live_0123456789abcdefghijklmnopqrstuv"
GOOD = b'{"success": true, "data": {"hvl": 64000}, "meta": {}}'
HTML = b"<!DOCTYPE html><html><body>Bad gateway</body></html>"
PATIENCE_S = 0.1
AMPLE_S = 20.0
MIB = 1024 * 1024


@asynccontextmanager
async def connected(
    base_url: str, *, deadline: float = AMPLE_S, phase: float = AMPLE_S
) -> AsyncIterator[Client]:
    """Give a client as the service has one; its pauses between tries take no time."""
    clock = still_clock()
    transport = HttpTransport(base_url, key=KEY, user_agent="test", phase_timeout=phase)
    client = Client(
        transport.send,
        in_memory("test", MemoryStore(MIB), clock),
        clock,
        tuning=Tuning(deadline=deadline),
    )
    with anyio.fail_after(AMPLE_S):
        async with transport, client:
            yield client


async def ask(base_url: str, *, deadline: float = AMPLE_S, phase: float = AMPLE_S) -> Reply:
    """Ask one question."""
    async with connected(base_url, deadline=deadline, phase=phase) as client:
        try:
            return await client.get("/gex/levels", (("symbol", "BTCUSDT"),))
        except BackQuantError as error:
            failure = error
    raise failure


async def fault(misbehave: Misbehave, *, deadline: float = AMPLE_S) -> BackQuantError:
    """Return the error a misbehaving upstream leads to; it names no key and no address."""
    async with serving(misbehave) as base_url:
        with pytest.raises(BackQuantError) as caught:
            await ask(base_url, deadline=deadline)
    message = caught.value.message
    assert KEY not in message
    assert base_url not in message
    assert "BTCUSDT" not in message
    return caught.value


async def test_a_healthy_server_is_heard() -> None:
    async with serving(saying(GOOD)) as base_url:
        assert (await ask(base_url)).envelope.data == {"hvl": 64000}


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 -1200",
        "Fri, 31 Dec 99999 00:00:00 GMT",
        f"Thu, 20 Aug {'9' * 30} 12:00:00 GMT",
        "tomorrow",
    ],
)
async def test_a_date_beyond_the_calendar_is_no_date(date: str) -> None:
    body = json.dumps({"success": True, "data": {"hvl": 64000}, "meta": {"timestamp": date}})
    headers = {"date": date, "retry_after": date, "age": "9" * 40, "x_ratelimit_reset": "9" * 15}
    async with serving(saying(body.encode(), **headers)) as base_url:
        reply = await ask(base_url)
    assert reply.server_time == NOW
    async with serving(saying(HTML, "503 Service Unavailable", **headers)) as base_url:
        with pytest.raises(UpstreamUnavailableError):
            await ask(base_url)


async def test_a_compressed_reply_is_read() -> None:
    async with serving(saying(gzip.compress(GOOD), content_encoding="gzip")) as base_url:
        assert (await ask(base_url)).envelope.data == {"hvl": 64000}


async def test_a_wrong_content_type_does_not_matter_where_the_body_is_json() -> None:
    async with serving(saying(GOOD, content_type="text/html")) as base_url:
        assert (await ask(base_url)).envelope.data == {"hvl": 64000}


async def test_a_refused_connection_is_unreachable() -> None:
    with pytest.raises(UnreachableError):
        await ask(f"http://127.0.0.1:{free_port()}")


async def test_a_reset_connection_is_unreachable() -> None:
    assert type(await fault(reset)) is UnreachableError


async def test_a_slow_first_byte_meets_the_deadline() -> None:
    assert type(await fault(silent, deadline=PATIENCE_S)) is RequestTimeoutError


async def test_a_silent_server_meets_the_transports_own_timeout_too() -> None:
    async with serving(silent) as base_url:
        with pytest.raises(RequestTimeoutError):
            await ask(base_url, phase=PATIENCE_S)


async def test_a_dripping_body_meets_the_deadline_though_bytes_keep_coming() -> None:
    async def drip(stream: SocketStream) -> None:
        await stream.send(head(content_length=str(7 * MIB)))
        while True:
            await stream.send(b" ")

    async with serving(drip) as base_url:
        with pytest.raises(RequestTimeoutError):
            await ask(base_url, deadline=PATIENCE_S, phase=PATIENCE_S)


async def test_dripping_headers_meet_the_deadline_too() -> None:
    async def drip(stream: SocketStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\nx: ")
        while True:
            await stream.send(b"y")

    assert type(await fault(drip, deadline=PATIENCE_S)) is RequestTimeoutError


async def test_a_body_cut_before_its_stated_end_is_malformed() -> None:
    async def cut(stream: SocketStream) -> None:
        await stream.send(head(content_length="500") + GOOD)

    assert type(await fault(cut)) is MalformedReplyError


async def test_a_cut_chunked_body_is_malformed() -> None:
    async def cut(stream: SocketStream) -> None:
        await stream.send(head(transfer_encoding="chunked") + b"20\r\n" + GOOD[:20])

    assert type(await fault(cut)) is MalformedReplyError


async def test_a_connection_closed_without_a_word_is_malformed() -> None:
    async def close(stream: SocketStream) -> None:
        return

    assert type(await fault(close)) is MalformedReplyError


@pytest.mark.parametrize(
    "noise", [b"SSH-2.0-OpenSSH_9\r\n", b"\x15\x03\x01\x00\x02\x02\x16", b"HTTP/1.1 abc\r\n\r\n"]
)
async def test_a_server_that_speaks_no_http_is_malformed(noise: bytes) -> None:
    async def speak(stream: SocketStream) -> None:
        await stream.send(noise)

    assert type(await fault(speak)) is MalformedReplyError


@pytest.mark.parametrize(
    "body",
    [GOOD[:-10], b"", b"OK", HTML, b"\xff\xfe\xfa", b'{"a": ' + b"9" * 5_000 + b"}", b"[" * 99_999],
)
async def test_a_200_that_is_no_whole_json_is_malformed(body: bytes) -> None:
    assert type(await fault(saying(body, content_type="text/html"))) is MalformedReplyError


async def test_the_time_a_body_takes_is_told() -> None:
    at = [0.0]

    async def slow(stream: SocketStream) -> None:
        await stream.send(head(content_length=str(len(GOOD))))
        while at[0] == 0.0:
            await anyio.lowlevel.checkpoint()
        at[0] = 14.0
        await stream.send(GOOD)

    def monotonic() -> float:
        # The head has come when the time is asked for first.
        at[0] = at[0] or 0.5
        return at[0]

    async with serving(slow) as base_url:
        wire = HttpTransport(
            base_url, key=KEY, user_agent="test", phase_timeout=AMPLE_S, monotonic=monotonic
        )
        async with wire:
            assert (await wire.send(Request("/x"))).body_seconds == 13.5


async def test_a_cut_gzip_body_is_malformed() -> None:
    body = gzip.compress(GOOD)[:-12]
    assert type(await fault(saying(body, content_encoding="gzip"))) is MalformedReplyError


async def test_non_finite_numbers_are_missing_and_counted() -> None:
    body = b'{"success": true, "data": [NaN, Infinity, -Infinity, 0], "meta": {"spot_price": NaN}}'
    async with serving(saying(body)) as base_url:
        envelope = (await ask(base_url)).envelope
    assert envelope.data == [None, None, None, 0]
    assert envelope.non_finite == 4
    assert envelope.meta.spot_price is None


async def test_a_body_of_50_mb_is_refused_before_it_is_read() -> None:
    sent = 0

    async def flood(stream: SocketStream) -> None:
        nonlocal sent
        await stream.send(head(content_length=str(50 * MIB)))
        for _ in range(50):
            await stream.send(bytes(MIB))
            sent += 1

    assert type(await fault(flood)) is ReplyTooLargeError
    assert sent < 40


async def test_a_gzip_bomb_is_refused() -> None:
    bomb = gzip.compress(bytes(50 * MIB))
    assert len(bomb) < MIB
    assert type(await fault(saying(bomb, content_encoding="gzip"))) is ReplyTooLargeError


FIRST = b'{"success": true, "data": 1, "meta": {}}'
SECOND = b'{"success": true, "data": 2, "meta": {}}'
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n"


async def heard(base_url: str, times: int) -> list[object]:
    async with connected(base_url) as client:
        return [(await client.get("/x")).envelope.data for _ in range(times)]


def counted(misbehave: Misbehave, connections: list[int]) -> Misbehave:
    async def count(stream: SocketStream) -> None:
        connections.append(1)
        await misbehave(stream)

    return count


async def test_a_connection_serves_many_requests() -> None:
    connections: list[int] = []
    server = counted(keeping(kept(FIRST), CHUNKED % (len(FIRST), FIRST), kept(SECOND)), connections)
    async with serving(server) as base_url:
        assert await heard(base_url, 3) == [1, 1, 2]
    assert len(connections) == 1


@pytest.mark.parametrize(
    "reply",
    [
        kept(FIRST) + kept(SECOND),
        CHUNKED % (len(FIRST), FIRST) + kept(SECOND),
        kept(gzip.compress(FIRST), "content-encoding: gzip") + kept(SECOND),
        kept(FIRST) + b"\r\n",
        kept(FIRST) + b"x",
        kept(FIRST, status="404 Not Found") + kept(SECOND),
    ],
)
async def test_an_extra_reply_never_answers_the_next_question(reply: bytes) -> None:
    connections: list[int] = []
    server = counted(keeping(reply, kept(b'{"data": "of another question"}')), connections)
    async with serving(server) as base_url, connected(base_url) as client:
        for _ in range(3):
            try:
                assert (await client.get("/x")).envelope.data == 1
            except UnknownRouteError:
                assert b"404" in reply
    assert len(connections) == 3


async def test_an_extra_reply_that_comes_later_never_answers_the_next_question() -> None:
    sent = anyio.Event()

    async def late(stream: SocketStream) -> None:
        await stream.send(kept(FIRST))
        await anyio.lowlevel.checkpoint()
        await stream.send(kept(SECOND))
        sent.set()
        await anyio.sleep_forever()

    async with serving(late) as base_url, connected(base_url) as client:
        assert (await client.get("/x")).envelope.data == 1
        await sent.wait()
        assert (await client.get("/x")).envelope.data == 1


async def test_no_cookie_is_ever_sent_back() -> None:
    heads: list[bytes] = []
    cookies = [f"set-cookie: c{n}={'x' * 3_000}; Path=/" for n in range(10)]

    async def baker(stream: SocketStream) -> None:
        for _ in range(5):
            await stream.send(kept(FIRST, *cookies))
            heads.append(await read_request(stream))
        await anyio.sleep_forever()

    async with serving(baker) as base_url:
        assert await heard(base_url, 4) == [1] * 4
    assert len(heads) == 3
    assert not any(b"cookie" in head.lower() for head in heads)


async def test_a_redirect_to_another_host_is_not_followed() -> None:
    reached: list[str] = []

    async def elsewhere(stream: SocketStream) -> None:
        reached.append("elsewhere")
        await saying(GOOD)(stream)

    async with serving(elsewhere) as other:
        error = await fault(saying(b"", "302 Found", location=f"{other}/v2/gex/levels"))
        assert type(error) is MalformedReplyError
        assert other not in error.message
    assert reached == []


async def test_success_false_with_200_is_a_refusal() -> None:
    body = {"success": False, "error": {"code": "NOT_FOUND", "message": "No data for BTCUSDT now"}}
    async with serving(saying(json.dumps(body).encode())) as base_url:
        with pytest.raises(NoDataError):
            await ask(base_url)


async def test_an_unknown_error_code_is_an_api_error() -> None:
    body = {"success": False, "error": {"code": "TEAPOT", "message": "short and stout"}}
    error = await fault(saying(json.dumps(body).encode(), "418 Teapot"))
    assert type(error) is ApiError
    assert (error.code, error.status, error.message) == ("TEAPOT", 418, "short and stout")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("500 Internal Server Error", UpstreamFaultError),
        ("502 Bad Gateway", UpstreamUnavailableError),
        ("503 Service Unavailable", UpstreamUnavailableError),
        ("504 Gateway Timeout", UpstreamUnavailableError),
        ("401 Unauthorized", BlockedError),
        ("403 Forbidden", BlockedError),
        ("408 Request Timeout", UpstreamUnavailableError),
        ("522 x", UpstreamUnavailableError),
        ("404 Not Found", UnknownRouteError),
    ],
)
async def test_an_html_error_page_is_judged_by_its_status(
    status: str, expected: type[ApiError]
) -> None:
    error = await fault(saying(HTML, status, content_type="text/html"))
    assert type(error) is expected
    assert error.message == ""


async def test_headers_without_end_are_malformed() -> None:
    async def flood(stream: SocketStream) -> None:
        await stream.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            await stream.send(b"x: " + b"y" * 50_000 + b"\r\n")

    assert type(await fault(flood)) is MalformedReplyError


async def test_a_failed_call_does_not_spoil_the_next() -> None:
    serve = [saying(HTML, "404 Not Found")]

    async def in_turn(stream: SocketStream) -> None:
        await serve[0](stream)

    async with serving(in_turn) as base_url, connected(base_url) as client:
        with pytest.raises(UnknownRouteError):
            await client.get("/x")
        serve[0] = saying(HTML)
        with pytest.raises(MalformedReplyError):
            await client.get("/x")
        serve[0] = saying(GOOD)
        assert (await client.get("/x")).envelope.data == {"hvl": 64000}


async def test_a_server_slow_but_alive_is_heard_by_the_next_caller() -> None:
    time, answer = FakeTime(), anyio.Event()
    serve = [saying(GOOD)]

    async def late(stream: SocketStream) -> None:
        await answer.wait()
        await saying(GOOD)(stream)

    async def in_turn(stream: SocketStream) -> None:
        await serve[0](stream)

    async with serving(in_turn) as base_url:
        transport = HttpTransport(base_url, key=KEY, user_agent="test", phase_timeout=AMPLE_S)
        tuning = Tuning(deadline=AMPLE_S, patience_with_older=PATIENCE_S)
        async with transport, opened(transport.send, time, tuning=tuning) as client:
            live = Lifetime("refreshed", 30.0)
            await client.get("/x", (), live)
            time.advance(40)
            serve[0] = late
            older = await client.get("/x", (), live)
            assert (older.outcome, type(older.failure)) == ("stale", RequestTimeoutError)
            answer.set()
            # Those who ask meanwhile get the older answer at once.
            while (newer := await client.get("/x", (), live)).outcome != "hit":
                assert newer.outcome in ("stale", "joined")
            assert client.counters.requests == 2


async def test_a_key_is_not_sent_to_a_proxy_on_the_way_to_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached: list[str] = []

    async def proxy(stream: SocketStream) -> None:
        reached.append("proxy")
        await saying(HTML)(stream)

    async with serving(proxy) as proxy_url, serving(saying(GOOD)) as base_url:
        monkeypatch.setenv("HTTP_PROXY", proxy_url)
        monkeypatch.setenv("ALL_PROXY", proxy_url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await ask(base_url)).envelope.data == {"hvl": 64000}
    assert reached == []


@pytest.mark.parametrize("misbehave", [reset, silent, saying(HTML), saying(b'{"endpoints": [')])
async def test_a_catalog_that_cannot_be_read_leaves_the_stored_one_in_force(
    misbehave: Misbehave, tmp_path: Path
) -> None:
    stored = Catalog(endpoints=(Endpoint("/stored"),), source="live")
    async with serving(misbehave) as base_url:
        disk = DiskCopy(tmp_path, base_url)
        disk.save(stored)
        async with connected(base_url, deadline=PATIENCE_S) as client:
            remote = RemoteCatalog(client.fetch, has_key=True)
            keeper = CatalogKeeper(lambda: stored, remote=remote, disk=disk)
            assert not await keeper.refresh()
    assert keeper.current.endpoints == stored.endpoints
    assert isinstance(keeper.failure, BackQuantError)
    reloaded = disk.load()
    assert reloaded is not None
    assert reloaded.endpoints == stored.endpoints
