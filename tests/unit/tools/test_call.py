"""One tool call, from arguments to answer."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from bq_mcp.client import Client
from bq_mcp.client.model import RawReply, Reply, Request
from bq_mcp.envelope import SANDBOX_SOURCE, read_envelope
from bq_mcp.errors import BackQuantError, UnreachableError
from bq_mcp.tools import Access, Desk
from bq_mcp.tools.call import read_thresholds, server_now
from bq_mcp.views import Answer

from .offered import INVENTORY, TOOLS

NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)
KEY = "not-shaped-like-a-key-0123456789"
LEVELS = {
    "all_expiry": {"hvl": 67000, "call_resistance": 70000, "put_support": 64000},
    "positioning": "flow",
}


class Upstream:
    """Answers every request with one body and remembers the requests."""

    failure: BackQuantError | None = None

    def __init__(self, data: object = LEVELS, status: int = 200, **meta: object) -> None:
        stamps = {"timestamp": "2026-11-20T14:32:22Z", "computed_at": "2026-11-20T14:32:10Z"}
        self.body: Mapping[str, Any] = {
            "success": status == 200,
            "data": data,
            "error": {"code": "NOT_FOUND", "message": f"nothing for {KEY}"},
            "meta": {**stamps, **meta},
        }
        self.status = status
        self.requests: list[Request] = []

    async def send(self, request: Request) -> RawReply:
        self.requests.append(request)
        if self.failure:
            raise self.failure
        return RawReply(self.status, {}, json.dumps(self.body).encode())


def desk(upstream: Upstream, *, has_key: bool = True) -> Desk:
    client = Client(upstream.send, deadline_seconds=5, now=lambda: NOW)
    return Desk(client, Access(has_key, (KEY,) if has_key else ()), lambda: NOW)


def ask(
    upstream: Upstream, name: str, arguments: Mapping[str, object], *, has_key: bool = True
) -> Answer:
    return anyio.run(desk(upstream, has_key=has_key).call, TOOLS[name], arguments, INVENTORY)


def test_a_call_sends_one_request_and_answers_in_text() -> None:
    upstream = Upstream(symbol="BTCUSDT")
    answer = ask(upstream, "gex_levels", {"symbol": "btc", "exchanges": "deribit,okx"})
    assert upstream.requests == [
        Request("/gex/levels", (("symbol", "BTCUSDT"), ("exchanges", "deribit,okx")))
    ]
    assert not answer.is_error and "67,000" in answer.text


@pytest.mark.parametrize(
    "arguments", [{"symbl": "ETHUSDT"}, {"symbol": "DOGE"}, {"exchanges": "coinbase"}]
)
def test_a_wrong_argument_is_an_error_without_a_request(arguments: dict[str, object]) -> None:
    upstream = Upstream()
    answer = ask(upstream, "gex_levels", arguments)
    assert answer.is_error and not upstream.requests
    assert all(str(part) in answer.text for item in arguments.items() for part in item)


def test_a_wrong_argument_is_told_even_without_a_key() -> None:
    assert "symbl" in ask(Upstream(), "gex_levels", {"symbl": "x"}, has_key=False).text


def test_without_a_key_only_public_tools_reach_upstream() -> None:
    upstream = Upstream({"status": "ok"})
    assert ask(upstream, "gex_levels", {}, has_key=False).is_error and not upstream.requests
    assert not ask(upstream, "health", {}, has_key=False).is_error
    assert [request.path for request in upstream.requests] == ["/health"]


def test_the_key_is_in_no_answer() -> None:
    refused = ask(Upstream(status=404), "gex_levels", {})
    echoed = ask(Upstream({**LEVELS, "note": KEY}, request_id=KEY), "gex_levels", {"detail": "raw"})
    wrong = ask(Upstream(), "gex_levels", {"X-API-Key": KEY, "symbol": "bq_live_abcdef"})
    for answer in (refused, echoed, wrong):
        shown = answer.text + json.dumps(dict(answer.meta))
        assert KEY not in shown and "bq_live_abcdef" not in shown
    assert refused.is_error and wrong.is_error


def test_a_transport_failure_is_an_answer() -> None:
    upstream = Upstream()
    upstream.failure = UnreachableError("no route")
    answer = ask(upstream, "gex_levels", {})
    assert answer.is_error and "could not be reached" in answer.text


def test_a_simulated_reply_marks_what_follows() -> None:
    upstream = Upstream(source=[SANDBOX_SOURCE])
    subject = desk(upstream)
    assert not subject.is_simulated(INVENTORY)
    anyio.run(subject.call, TOOLS["gex_levels"], {}, INVENTORY)
    assert subject.is_simulated(INVENTORY)
    refusal = anyio.run(subject.call, TOOLS["gex_levels"], {"symbl": 1}, INVENTORY)
    assert refusal.text.startswith("SIMULATED")


def test_server_time_keeps_running_from_the_reply() -> None:
    body = {"success": True, "data": {}, "meta": {"timestamp": "2026-11-20T15:00:00Z"}}
    envelope = read_envelope(body, status=200, headers={}, non_finite=0)
    reply = Reply(envelope, received_at=NOW)
    later = NOW + timedelta(seconds=40)
    assert server_now(reply, later) == datetime(2026, 11, 20, 15, 0, 40, tzinfo=UTC)


def test_without_a_server_time_the_local_clock_stands() -> None:
    envelope = read_envelope(
        {"success": True, "data": {}, "meta": {}}, status=200, headers={}, non_finite=0
    )
    assert server_now(Reply(envelope, received_at=NOW), NOW) == NOW


def test_thresholds_are_read_by_category() -> None:
    stated = {"GEX": {"healthy_max_seconds": 60, "degraded_max_seconds": 300}}
    assert read_thresholds({"thresholds": stated}) == {"gex": (60.0, 300.0)}


@pytest.mark.parametrize(
    "limits",
    [None, 5, {}, {"healthy_max_seconds": 60}, {"healthy_max_seconds": "60"}]
    + [{"healthy_max_seconds": 0, "degraded_max_seconds": 300}],
)
def test_incomplete_thresholds_are_left_out(limits: object) -> None:
    assert read_thresholds({"thresholds": {"gex": limits}}) == {}
    assert read_thresholds({"thresholds": limits}) == {}
    assert read_thresholds([limits]) == {}
