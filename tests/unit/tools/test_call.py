"""One tool call, from arguments to answer."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import anyio
import pytest

from bq_mcp.client import Client, MemoryStore, Tuning, in_memory
from bq_mcp.client.model import RawReply, Request
from bq_mcp.envelope import SANDBOX_SOURCE
from bq_mcp.errors import BackQuantError, UnreachableError
from bq_mcp.text import MASK
from bq_mcp.tools import Desk
from bq_mcp.views import Answer

from ...support import still_clock
from ..client.steering import FakeTime
from .offered import INVENTORY, TOOLS

KEY = "not-shaped-like-a-key-0123456789"
LEVELS = {
    "all_expiry": {"hvl": 67000, "call_resistance": 70000, "put_support": 64000},
    "positioning": "flow",
}


class Upstream:
    """Answers every request with one body and remembers the requests."""

    failure: BackQuantError | None = None
    headers: Mapping[str, str] = MappingProxyType({})

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
        return RawReply(self.status, self.headers, json.dumps(self.body).encode())


@asynccontextmanager
async def open_desk(
    upstream: Upstream,
    *,
    why_no_key: str = "",
    see_version: Callable[[str | None], None] = lambda version: None,
) -> AsyncIterator[Desk]:
    clock = still_clock()
    client = Client(
        upstream.send,
        in_memory("test", MemoryStore(1024**2), clock),
        clock,
        tuning=Tuning(deadline=5.0),
    )
    async with client:
        yield Desk(client, clock, see_version, why_no_key=why_no_key)


def ask(
    upstream: Upstream, name: str, arguments: Mapping[str, object], *, why_no_key: str = ""
) -> Answer:
    async def call() -> Answer:
        async with open_desk(upstream, why_no_key=why_no_key) as desk:
            return await desk.call(TOOLS[name], arguments, INVENTORY)

    return anyio.run(call)


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
    assert "symbl" in ask(Upstream(), "gex_levels", {"symbl": "x"}, why_no_key="no key").text


def test_without_a_key_only_public_tools_reach_upstream() -> None:
    upstream = Upstream({"status": "ok"})
    assert ask(upstream, "gex_levels", {}, why_no_key="no key").is_error and not upstream.requests
    assert not ask(upstream, "health", {}, why_no_key="no key").is_error
    assert [request.path for request in upstream.requests] == ["/health"]


def test_the_key_is_in_no_answer() -> None:
    MASK.add(KEY)
    refused = ask(Upstream(status=404), "gex_levels", {})
    echoed = ask(Upstream({**LEVELS, "note": KEY}, request_id=KEY), "gex_levels", {"detail": "raw"})
    wrong = ask(Upstream(), "gex_levels", {"X-API-Key": KEY, "symbol": "bq_live_abcdef"})
    for answer in (refused, echoed, wrong):
        shown = answer.text + json.dumps(dict(answer.meta))
        assert KEY not in shown and "bq_live_abcdef" not in shown
    assert not refused.is_error and wrong.is_error


def test_a_transport_failure_is_an_answer() -> None:
    upstream = Upstream()
    upstream.failure = UnreachableError("no route")
    answer = ask(upstream, "gex_levels", {})
    assert answer.is_error and "could not be reached" in answer.text


def test_a_simulated_reply_marks_what_follows() -> None:
    upstream = Upstream(source=[SANDBOX_SOURCE])

    async def calls() -> Answer:
        async with open_desk(upstream) as desk:
            assert not desk.is_simulated(INVENTORY)
            await desk.call(TOOLS["gex_levels"], {}, INVENTORY)
            assert desk.is_simulated(INVENTORY)
            return await desk.call(TOOLS["gex_levels"], {"symbl": 1}, INVENTORY)

    assert anyio.run(calls).text.startswith("SIMULATED")


def test_no_detail_costs_a_second_request() -> None:
    upstream = Upstream()

    async def calls() -> list[Answer]:
        async with open_desk(upstream) as desk:
            return [
                await desk.call(TOOLS["gex_levels"], {"detail": detail}, INVENTORY)
                for detail in ("brief", "standard", "full", "raw")
            ]

    answers = anyio.run(calls)
    assert not any(answer.is_error for answer in answers)
    assert len({answer.text for answer in answers}) > 1
    assert len(upstream.requests) == 1


def test_each_answer_has_what_it_took_where_that_is_not_nothing() -> None:
    upstream = Upstream()

    async def calls() -> list[Answer]:
        async with open_desk(upstream) as desk:
            first = await desk.call(TOOLS["gex_levels"], {}, INVENTORY)
            second = await desk.call(TOOLS["gex_levels"], {"detail": "brief"}, INVENTORY)
            upstream.status, upstream.body = 404, {"success": False, "meta": {}}
            return [first, second, await desk.call(TOOLS["gex_max_pain"], {}, INVENTORY)]

    first, second, refused = anyio.run(calls)
    assert first.meta["spent"] == {"requests": 1, "units": 1}
    assert "spent" not in second.meta
    assert not refused.is_error and refused.meta["spent"] == {"requests": 1, "units": 1}
    assert json.dumps(dict(refused.meta))


def test_what_a_client_had_added_is_told_with_the_answer() -> None:
    answer = ask(Upstream(), "gex_levels", {"explanation": "why", "_meta": {"a": 1}})
    assert answer.meta["ignored"] == ["explanation", "_meta"]
    assert "ignored" not in ask(Upstream(), "gex_levels", {}).meta


def test_no_data_is_an_answer_that_names_where_the_same_figures_are() -> None:
    answer = ask(Upstream(status=404), "gex_max_pain", {})
    assert not answer.is_error and answer.text.startswith("gex_max_pain: no data")
    assert "the same figures: options_expiry_summary or gex_levels include=max_pain" in answer.text


def test_no_payload_changes_a_later_verdict() -> None:
    thresholds = {"gex": {"healthy_max_seconds": 9_000, "degraded_max_seconds": 90_000}}
    upstream = Upstream({**LEVELS, "thresholds": thresholds}, computed_at="2026-11-20T14:30:00Z")

    async def calls() -> list[Answer]:
        async with open_desk(upstream) as desk:
            return [
                await desk.call(TOOLS[name], {}, INVENTORY) for name in ("status", "gex_levels")
            ]

    assert "late (refreshes every 30s)" in anyio.run(calls)[1].text


def test_a_refusal_states_the_limits_that_are_known() -> None:
    upstream = Upstream(status=404)
    upstream.headers = {"x-ratelimit-remaining": "7", "x-quota-remaining": "900"}
    answer = ask(upstream, "gex_levels", {})
    assert (answer.meta["burst_left"], answer.meta["quota_left"]) == (7, 900)


def test_an_older_answer_is_told_as_such_with_why() -> None:
    upstream = Upstream(computed_at="2026-11-20T14:32:22Z")
    clock = FakeTime()

    async def calls() -> Answer:
        client = Client(
            upstream.send,
            in_memory("test", MemoryStore(1024**2), clock.clock),
            clock.clock,
            tuning=Tuning(deadline=5.0),
        )
        async with client:
            desk = Desk(client, clock.clock, lambda version: None)
            await desk.call(TOOLS["gex_levels"], {}, INVENTORY)
            clock.advance(45)
            upstream.failure = UnreachableError("no route")
            return await desk.call(TOOLS["gex_levels"], {}, INVENTORY)

    answer = anyio.run(calls)
    assert not answer.is_error
    assert answer.text.startswith("STALE")
    assert "67,000" in answer.text


def test_the_version_of_each_reply_is_passed_on() -> None:
    seen: list[str | None] = []

    async def calls() -> None:
        async with open_desk(Upstream(version="2.11"), see_version=seen.append) as desk:
            await desk.call(TOOLS["gex_levels"], {}, INVENTORY)

    anyio.run(calls)
    assert seen == ["2.11"]


LISTED = {"expiries": [{"token": "25DEC26", "dte": 35}, {"expiry_date": "2027-03-26"}]}


@pytest.mark.parametrize("symbol", [{}, {"symbol": "BTC"}])
def test_an_expiry_that_a_list_in_hand_lacks_is_refused_without_a_request(
    symbol: dict[str, str],
) -> None:
    upstream = Upstream(LISTED)

    async def calls() -> list[Answer]:
        async with open_desk(upstream) as desk:
            await desk.call(TOOLS["expiries"], symbol, INVENTORY)
            asked = (
                ("gex_max_pain", {"expiry": "27MAR27"}),
                ("options_chain", {"expiries": "27MAR27,28MAR27", "symbol": "BTCUSDT"}),
                ("options_chain", {"expiries": "25DEC26,27MAR27"}),
                ("gex_max_pain", {"expiry": "2027-03-26"}),
                ("gex_max_pain", {"expiry": "27MAR27", "symbol": "ETH"}),
                ("gex_strike_profile", {"expiry": "27MAR27", "as_of": "2026-11-01"}),
                ("tape_flow_by_strike", {"expiry": "2026-11-20"}),
            )
            return [await desk.call(TOOLS[name], given, INVENTORY) for name, given in asked]

    refused, of_list, *sent = anyio.run(calls)
    for answer in (refused, of_list):
        assert answer.is_error
        assert '"27MAR27": is not among the 2 expiries listed; closest: ' in answer.text
    assert not any("not among" in answer.text for answer in sent)
    assert len(upstream.requests) == 1 + len(sent)


def test_without_a_list_in_hand_upstream_is_asked() -> None:
    upstream = Upstream()
    ask(upstream, "gex_max_pain", {"expiry": "27MAR27"})
    assert len(upstream.requests) == 1
