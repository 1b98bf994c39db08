"""What a call costs beyond the bare HTTP request, over real sockets on this machine.

Each round asks one question bare (httpx and nothing else, one kept connection), through a plain
pass-through (the reply decoded and written out again as text), through the client alone, and
through a whole tool call; once when upstream has to be asked, once when the answer is held. The
same reply is then decoded, read and rendered by itself. Upstream sends the first reply of the
sandbox again and again from this process, so its small share of the processor's time is in every
figure. The pause in which level questions gather is left out.
"""

import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel
import httpx
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bq_mcp.client import Clock, Lifetime, Reply
from bq_mcp.compose import Service, compose
from bq_mcp.decoding import decode_json
from bq_mcp.envelope import read_envelope
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.http_server import serving
from bq_mcp.settings import Settings
from bq_mcp.views import Question
from bq_mcp.views.answer import render
from bq_mcp.views.read.normalise import read_forms

ROUNDS = 40
WARM_UP = 5
LIVE = Lifetime("refreshed", 30.0)
START = datetime(2026, 11, 20, 14, 30, 5, tzinfo=UTC)
# Longer than any answer is held.
SKIP_S = 30 * 86_400.0
# A key of its own, so that the bare requests spend no calls of the client's.
BARE_KEY = "bq_live_sandbox-of-the-bare-requests-000"
# Above this size a whole call may take so long beyond so many pass-throughs.
SMALL_BYTES = 20_000
ALLOWED_MS = 1.0
ALLOWED_PASSES = 1.5
SYMBOLS = "BTCUSDT,ETHUSDT,SOLUSDT,HYPEUSDT"
pytestmark = pytest.mark.bench

Call = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Asked:
    """A question as a tool takes it and as it goes over the wire."""

    tool: str
    path: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    query: tuple[tuple[str, str], ...] = ()


QUESTIONS = (
    Asked("gex_levels", "/gex/levels"),
    Asked("gex_strike_profile", "/gex/strike-profile"),
    Asked("gex_max_pain", "/gex/max-pain"),
    Asked("multi_gex_levels", "/multi/gex/levels", {"symbols": SYMBOLS}, (("symbols", SYMBOLS),)),
    Asked("options_expiry_summary", "/options/expiry-summary"),
    Asked("options_opex", "/options/opex"),
    Asked("options_chain", "/options/chain"),
    Asked("options_iv_term_structure", "/options/iv/term-structure"),
    Asked("options_iv_skew", "/options/iv/skew"),
    Asked("options_probability_density", "/options/probability/density"),
    Asked("options_greeks_trace", "/options/greeks/trace/gamma", {"greek": "gamma"}),
    Asked("changelog", "/changelog"),
    Asked("symbols", "/symbols"),
    Asked("expiries", "/expiries"),
    Asked("status", "/status"),
    Asked("meta", "/meta"),
    Asked("health", "/health"),
    Asked("endpoints", "/endpoints"),
)


class _Time:
    """Time that passes when told to; pauses in it take none."""

    def __init__(self) -> None:
        self._minutes = 0
        self._skipped = 0.0

    def now(self) -> datetime:
        return START + timedelta(minutes=self._minutes)

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def clock(self) -> Clock:
        return Clock(self.now, self.monotonic, self.sleep, random.random)

    def next_minute(self) -> None:
        """Begin a minute, with all its calls still to spend."""
        self._minutes += 1

    def outlive(self) -> None:
        """Let every held answer grow too old."""
        self._skipped += SKIP_S

    async def sleep(self, seconds: float) -> None:
        await anyio.lowlevel.checkpoint()


class _Recorded:
    """Sends the first reply to a question again, so that upstream costs the same every time."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._held: dict[object, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        key = (scope["path"], scope["query_string"])
        if key not in self._held:
            messages: list[Message] = []

            async def note(message: Message) -> None:
                messages.append(message)

            await self._app(scope, receive, note)
            self._held[key] = messages
        for message in self._held[key]:
            await send(message)


class _Taken:
    """Milliseconds of the processor by what they went to, the rounds of warming up left out."""

    def __init__(self) -> None:
        self._spent: dict[str, list[float]] = {}

    def note(self, what: str, began: float) -> float:
        """Note the time since `began`; return the time now."""
        now = time.process_time()
        self._spent.setdefault(what, []).append((now - began) * 1000)
        return time.process_time()

    def typical(self, what: str) -> float:
        """Return the lower quartile: other work on the machine only ever adds."""
        return statistics.quantiles(self._spent[what][WARM_UP:])[0]


async def _ask(service: Service, asked: Asked, passing: _Time, taken: _Taken) -> bytes:
    """Put the question in every way; return the body of the bare reply."""
    async with httpx.AsyncClient(headers={"X-API-Key": BARE_KEY}) as http:
        url = f"{service.settings.base_url}/v2{asked.path}"
        query = dict(asked.query)

        async def passed_through() -> str:
            reply = await http.get(url, params=query)
            return json.dumps(reply.json())

        calls: dict[str, Call] = {
            "bare": lambda: http.get(url, params=query),
            "passed through": passed_through,
            "client, asked": lambda: service.client.get(asked.path, asked.query, LIVE),
            "client, held": lambda: service.client.get(asked.path, asked.query, LIVE),
            "tool, asked": lambda: service.toolbox.call(asked.tool, asked.arguments),
            "tool, held": lambda: service.toolbox.call(asked.tool, asked.arguments),
        }
        for _ in range(WARM_UP + ROUNDS):
            passing.next_minute()
            body = (await http.get(url, params=query)).content
            for name, call in calls.items():
                if name.endswith("asked"):
                    passing.outlive()
                began = time.process_time()
                await call()
                taken.note(name, began)
        return body


def _render(service: Service, asked: Asked, body: bytes, taken: _Taken) -> None:
    """Decode, read and render the reply by itself."""
    inventory = service.toolbox.inventory
    tool = inventory.tools[asked.tool]
    prepared = tool.checker.prepare(asked.arguments, datetime.now(UTC))
    question = Question(
        tool.name, tool.endpoint, tool.hint, prepared.query, prepared.detail, inventory.names
    )
    for _ in range(WARM_UP + ROUNDS):
        began = time.process_time()
        envelope = read_envelope(decode_json(body)[0])
        began = taken.note("decode", began)
        read_forms(envelope.data, envelope.meta.spot_price, START)
        began = taken.note("read", began)
        reply = Reply(envelope, START, received=0.0)
        render(question, reply, START)
        began = taken.note("render", began)
        render(question, reply, START)
        taken.note("render held", began)


def _line(asked: Asked, taken: _Taken, size: int) -> str:
    bare, passed = taken.typical("bare"), taken.typical("passed through")
    tool_asked, tool_held = taken.typical("tool, asked"), taken.typical("tool, held")
    figures = (
        size / 1024,
        bare,
        passed - bare,
        taken.typical("client, asked") - bare,
        tool_asked - bare,
        tool_asked / passed,
        taken.typical("client, held"),
        tool_held,
        tool_held / passed,
        *(taken.typical(what) for what in ("decode", "read", "render", "render held")),
    )
    line = f"{asked.path:28}" + "".join(f"{figure:9.2f}" for figure in figures)
    if size <= SMALL_BYTES:
        return line
    allowed = ALLOWED_MS + ALLOWED_PASSES * passed
    return f"{line}  {tool_asked:.2f} of {allowed:.2f}{' OVER' if tool_asked > allowed else ''}"


def test_what_is_added_to_a_request() -> None:
    columns = "KiB bare +passed +client +tool x_passed client tool x_passed decode read render held"
    print(
        "\nmilliseconds of the processor, lower quartile; + is beyond the bare request, x_passed a"
    )
    print("part of the pass-through; above 20 KB the last column is the call of what it may take")
    print(f"{'':46}{'upstream asked':^36}{'answer held':^27}{'rendering alone':^36}")
    print(f"{'':28}" + "".join(f"{name:>9}" for name in columns.split()))
    for asked in QUESTIONS:
        passing, taken = _Time(), _Taken()
        app = create_app(clock=passing.now, plan="enterprise")
        app.add_middleware(_Recorded)
        with serving(app) as base_url:
            settings = Settings(base_url=base_url, api_key=SANDBOX_KEY)
            service = compose(settings, clock=passing.clock())
            anyio.run(_measure, service, asked, passing, taken)


async def _measure(service: Service, asked: Asked, passing: _Time, taken: _Taken) -> None:
    async with service:
        body = await _ask(service, asked, passing, taken)
        requests = service.client.counters.requests
    # What is called held was held: only the calls after a month ask upstream.
    assert requests == 2 * (WARM_UP + ROUNDS)
    _render(service, asked, body, taken)
    print(_line(asked, taken, len(body)))
