"""One call: a deadline over all of it, limits remembered, errors in our own types."""

import json
from collections.abc import Mapping

import anyio
import pytest

from bq_mcp.client import Client, Limits, MemoryStore, Reply, Tuning, in_memory
from bq_mcp.client.model import RawReply, Request, Send, read_limits
from bq_mcp.errors import (
    ApiError,
    BackQuantError,
    MalformedReplyError,
    NoDataError,
    QuotaExhaustedError,
    RequestTimeoutError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)

from ...support import NOW, kept_logs, still_clock

pytestmark = pytest.mark.anyio

GOOD = {"success": True, "data": {"hvl": 64000}, "meta": {"request_id": "req_1"}}
LIMIT_HEADERS = {
    "x-ratelimit-limit": "30",
    "x-ratelimit-remaining": "29",
    "x-quota-limit": "10000",
    "x-quota-remaining": "9000",
}
HTML = b"<html><body>502 Bad Gateway</body></html>"


def raw(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> RawReply:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RawReply(status, headers or {}, text)


class Wire:
    """Gives its replies in order and remembers the requests."""

    def __init__(self, *replies: RawReply | BackQuantError) -> None:
        self._replies = list(replies)
        self.requests: list[Request] = []

    async def send(self, request: Request) -> RawReply:
        self.requests.append(request)
        reply = self._replies.pop(0)
        if isinstance(reply, BackQuantError):
            raise reply
        return reply


def client(send: Send, *, deadline: float = 5.0) -> Client:
    clock = still_clock()
    return Client(
        send,
        in_memory("test", MemoryStore(1024**2), clock),
        clock,
        tuning=Tuning(deadline=deadline),
    )


async def ask(reply: RawReply) -> Reply:
    """Return the answer to one question."""
    async with client(Wire(reply).send) as asked:
        return await asked.get("/x")


async def refused(reply: RawReply | BackQuantError) -> BackQuantError:
    """Return the error that the same reply to every try leads to."""
    async with client(Wire(*[reply] * 5).send) as asked:
        with pytest.raises(BackQuantError) as caught:
            await asked.get("/x")
    return caught.value


async def test_a_reply_carries_envelope_arrival_and_limits() -> None:
    reply = await ask(raw(GOOD, headers=LIMIT_HEADERS))
    assert reply.envelope.data == {"hvl": 64000}
    assert reply.server_time == NOW
    assert reply.limits == Limits(
        burst_limit=30, burst_left=29, quota_limit=10_000, quota_left=9_000
    )


async def test_path_and_query_go_down_as_they_are() -> None:
    wire = Wire(raw(GOOD))
    async with client(wire.send) as asked:
        await asked.get("/x", (("a", "1"),))
    assert wire.requests == [Request("/x", (("a", "1"),))]


async def test_a_send_that_never_ends_meets_the_deadline() -> None:
    async def send(request: Request) -> RawReply:
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.fail_after(5):
        async with client(send, deadline=0.01) as slow:
            with pytest.raises(RequestTimeoutError, match="in time"):
                await slow.get("/x")


async def test_limits_are_remembered_from_refusals_too() -> None:
    missing = {"success": False, "error": {"code": "NOT_FOUND", "message": "none"}}
    async with client(Wire(raw(missing, 404, LIMIT_HEADERS)).send) as asked:
        with pytest.raises(NoDataError):
            await asked.get("/x")
        assert asked.limits.burst_left == 29


async def test_a_reply_without_limits_does_not_erase_them() -> None:
    async with client(Wire(raw(GOOD, headers=LIMIT_HEADERS), raw(GOOD)).send) as asked:
        await asked.get("/x")
        assert (await asked.get("/x")).limits.quota_left == 9_000


async def test_a_quota_that_is_used_up_is_told_from_the_burst_and_asked_once() -> None:
    refusal = {"success": False, "error": {"code": "RATE_LIMIT_EXCEEDED", "message": "month"}}
    wire = Wire(*[raw(refusal, 429, {"x-quota-remaining": "0"})] * 5)
    async with client(wire.send) as asked:
        with pytest.raises(QuotaExhaustedError):
            await asked.get("/x")
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    ("status", "expected"),
    [(502, UpstreamUnavailableError), (503, UpstreamUnavailableError), (500, UpstreamFaultError)],
)
async def test_the_status_of_an_html_error_page_says_more_than_the_page(
    status: int, expected: type[ApiError]
) -> None:
    error = await refused(raw(HTML, status))
    assert type(error) is expected
    assert error.message == ""


@pytest.mark.parametrize("body", [HTML, b"", b'{"success": true, "data": {"hv'])
async def test_a_success_that_is_no_json_is_malformed(body: bytes) -> None:
    assert type(await refused(raw(body))) is MalformedReplyError


async def test_success_false_with_status_200_is_a_refusal() -> None:
    body = {"success": False, "error": {"code": "NEW_CODE", "message": "new"}, "meta": {}}
    error = await refused(raw(body))
    assert type(error) is ApiError
    assert (error.code, error.status) == ("NEW_CODE", 200)


async def test_transport_errors_pass_as_they_are() -> None:
    error = UnreachableError("refused")
    assert await refused(error) is error


async def test_a_sandbox_is_noticed_in_successes_and_refusals_and_stays_noticed() -> None:
    meta = {"source": ["bq-mcp-sandbox"]}
    missing = {"success": False, "error": {"code": "NOT_FOUND", "message": "none"}, "meta": meta}
    async with client(Wire(raw(missing, 404)).send) as asked:
        with pytest.raises(NoDataError):
            await asked.get("/x")
        assert asked.simulated
    async with client(Wire(raw({**GOOD, "meta": meta}), raw(GOOD)).send) as asked:
        await asked.get("/x")
        await asked.get("/x")
        assert asked.simulated


async def test_what_had_to_be_mended_is_counted() -> None:
    envelope = (await ask(raw(b'{"success": true, "data": [NaN, 1.5], "meta": {}}'))).envelope
    assert (envelope.data, envelope.non_finite) == ([None, 1.5], 1)


async def test_a_log_line_holds_path_and_outcome_but_no_query() -> None:
    missing = {"success": False, "error": {"code": "NOT_FOUND", "message": "none"}}
    async with client(Wire(raw(GOOD), raw(missing, 404)).send) as asked:
        with kept_logs() as logs:
            await asked.get("/gex/levels", (("symbol", "BTCUSDT"),))
            with pytest.raises(NoDataError):
                await asked.get("/gex/levels", (("symbol", "BTCUSDT"),))
    assert [(log["path"], log["outcome"]) for log in logs] == [
        ("/gex/levels", "ok"),
        ("/gex/levels", "no_data"),
    ]
    assert "BTCUSDT" not in repr(logs)


async def test_fetch_gives_the_envelope_alone() -> None:
    async with client(Wire(raw(GOOD)).send) as asked:
        assert (await asked.fetch("/x")).data == {"hvl": 64000}


@pytest.mark.parametrize("value", ["", "-1", "1.5", "many", "9" * 30, "\u0663x"])
def test_a_limit_that_is_no_count_is_not_stated(value: str) -> None:
    assert read_limits({"x-ratelimit-remaining": value}) == Limits()


def test_zero_left_is_zero() -> None:
    assert read_limits({"x-quota-remaining": " 0 "}).quota_left == 0
