"""Ask a view a question without a client: a payload in, an answer out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bq_mcp.catalog.hints import NO_HINT, AgeRule, AnswerHint, Hint, bundled_hints
from bq_mcp.catalog.model import Endpoint, Param
from bq_mcp.client.model import Limits, Reply
from bq_mcp.envelope import Envelope, read_envelope
from bq_mcp.errors import BackQuantError
from bq_mcp.views import Answer, Detail, Question
from bq_mcp.views.answer import render

NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)
TOOL_NAMES = {
    "/gex/levels": "gex_levels",
    "/gex/strike-profile": "gex_strike_profile",
    "/gex/expiry-profile": "gex_expiry_profile",
    "/symbols": "symbols",
    "/expiries": "expiries",
    "/status": "status",
}
VENUES = ("deribit", "bybit", "okx", "binance", "derive", "thalex", "delta_india", "delta")
DETAILS: tuple[Detail, ...] = ("brief", "standard", "full", "raw")
LIVE = Hint(title="Test figures", cadence_seconds=30, age_rule="live")


def hint(age_rule: AgeRule = "live", cadence: float | None = 30, **units: str) -> Hint:
    answer = AnswerHint(units=units)
    return Hint(title="Test figures", cadence_seconds=cadence, age_rule=age_rule, answer=answer)


def envelope(
    data: object,
    *,
    age: float | None = 12,
    extra: Mapping[str, object] | None = None,
    simulated: bool = False,
    **meta: object,
) -> Envelope:
    """Return a reply for BTCUSDT at spot 67,214, computed `age` seconds before NOW."""
    source = [*VENUES, "bq-mcp-sandbox"] if simulated else list(VENUES)
    stamps: dict[str, Any] = {
        "timestamp": NOW.isoformat(),
        "computed_at": None if age is None else (NOW - timedelta(seconds=age)).isoformat(),
        "request_id": "req_1",
        "symbol": "BTCUSDT",
        "spot_price": 67214.0,
        "source": source,
        "extra": extra or {},
    }
    return read_envelope({"success": True, "data": data, "meta": stamps | meta})


def question(
    path: str = "/new/thing",
    detail: Detail = "standard",
    *,
    hint: Hint | None = None,
    query: Mapping[str, object] | None = None,
    params: Sequence[str] = (),
    description: str = "",
) -> Question:
    known = bundled_hints().get(path, NO_HINT)
    return Question(
        tool=path.strip("/").replace("/", "_").replace("-", "_"),
        endpoint=Endpoint(
            path, description=description, params=tuple(Param(name) for name in params)
        ),
        hint=known if hint is None else hint,
        query=query or {},
        detail=detail,
        tool_names=TOOL_NAMES,
    )


def ask(
    data: object,
    path: str = "/new/thing",
    detail: Detail = "standard",
    *,
    hint: Hint | None = None,
    query: Mapping[str, object] | None = None,
    params: Sequence[str] = (),
    now: datetime = NOW,
    limits: Limits | None = None,
    overdue: bool = False,
    failure: BackQuantError | None = None,
    delay: float = 0.0,
    clock_gap: float = 0.0,
    **meta: Any,
) -> Answer:
    """Return the answer to `data` as the reply of `path`; `now` is upstream's clock then."""
    asked = question(path, detail, hint=hint, query=query, params=params)
    reply = Reply(
        envelope(data, **meta),
        now,
        received=0.0,
        delay_seconds=delay,
        clock_gap_seconds=clock_gap,
        limits=limits or Limits(),
        overdue=overdue,
        failure=failure,
    )
    return render(asked, reply, now)


def first_line(answer: Answer) -> str:
    return answer.text.split("\n")[0]
