"""Each upstream call is one log line and one span, whatever came of it, without query or key."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext

from bq_mcp.client import Lifetime, Tuning, observe
from bq_mcp.client.model import RawReply, Request
from bq_mcp.errors import BackQuantError

from ...support import kept_logs
from .steering import FakeTime, Market, opened, refusal

pytestmark = pytest.mark.anyio

QUERY = (("symbol", "BTCUSDT"),)


class Recorded(NonRecordingSpan):
    """A span that remembers what it was told."""

    def __init__(self, name: str) -> None:
        super().__init__(SpanContext(0, 0, is_remote=False))
        self.name = name
        self.told: dict[str, Any] = {}

    def set_attribute(self, key: str, value: Any) -> None:
        self.told[key] = value


class Recorder:
    """A tracer that remembers its spans, as one an operator sets up would."""

    def __init__(self) -> None:
        self.spans: list[Recorded] = []

    @contextmanager
    def start_as_current_span(self, name: str, *_: Any, **__: Any) -> Iterator[Span]:
        self.spans.append(Recorded(name))
        yield self.spans[-1]


@pytest.fixture
def tracer(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(observe, "_tracer", recorder)
    return recorder


async def test_a_reply_a_refusal_and_their_retries_are_a_line_and_a_span_each(
    tracer: Recorder,
) -> None:
    time = FakeTime()
    market = Market(time)
    with kept_logs() as logs:
        async with opened(market, time) as client:
            await client.get("/x", QUERY)
            market.refusal = refusal(503)
            with pytest.raises(BackQuantError):
                await client.get("/y", QUERY)
    outcomes = ["ok", *["upstream_unavailable"] * 3]
    assert [log["outcome"] for log in logs] == outcomes
    assert [log["path"] for log in logs] == ["/x", *["/y"] * 3]
    assert [span.name for span in tracer.spans] == ["GET /x", *["GET /y"] * 3]
    assert [span.told.get("error.type", "ok") for span in tracer.spans] == outcomes
    assert "BTCUSDT" not in repr(logs) + repr([span.told for span in tracer.spans])


async def test_a_call_that_the_deadline_ends_leaves_its_line_too(tracer: Recorder) -> None:
    async def silent(request: Request) -> RawReply:
        await anyio.sleep_forever()
        raise AssertionError

    with kept_logs() as logs:
        async with opened(silent, FakeTime(), tuning=Tuning(deadline=0.01)) as client:
            with pytest.raises(BackQuantError):
                await client.get("/x", QUERY)
    assert [log["outcome"] for log in logs] == ["cut_off"]
    assert [span.told["error.type"] for span in tracer.spans] == ["cut_off"]
    assert tracer.spans[0].told["url.path"] == "/x"


async def test_what_needs_no_upstream_call_leaves_no_line(tracer: Recorder) -> None:
    time = FakeTime()
    market = Market(time)
    with kept_logs() as logs:
        async with opened(market, time) as client:
            for _ in range(3):
                await client.get("/x", QUERY, Lifetime("refreshed", 30.0))
    assert len(logs) == len(tracer.spans) == 1
