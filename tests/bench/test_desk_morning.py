"""A desk morning on a plan of thirty calls a minute: our tools, and a plain pass-through."""

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import anyio
import httpx
import pytest

from bq_mcp.client.model import Request
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.scalars import parse_instant
from tests.sandbox.asking import HandClock

from .desk_morning import MORNING, START, Question, calls
from .desk_run import Given, Played, play

REFRESH_S = 30.0
THE_OPEN = MORNING[10:15]


def lags(given: Sequence[Given]) -> list[float]:
    """Return by how many seconds each answer was older than the newest there was when it came.

    An answer that states no time of its data was the newest when upstream built it.
    """
    newest = Newest()
    return [newest.lag(one) for one in given if not (one.seen.refused or one.seen.failed)]


def dated(given: Sequence[Given]) -> list[Given]:
    """Return the answers that state the time of their data."""
    return [one for one in given if one.seen.computed_at is not None]


class Newest:
    """Knows the newest data there were at a moment, from a sandbox of its own."""

    def __init__(self) -> None:
        self._hand = HandClock()
        self._app = create_app(clock=self._hand, plan="enterprise")
        self._known: dict[tuple[Request, datetime], datetime | None] = {}

    def lag(self, one: Given) -> float:
        """Return the seconds that lie between an answer and the newest at its moment."""
        if one.seen.computed_at is None:
            return one.at - one.seen.told_at
        newest = self._at(one.request, START + timedelta(seconds=one.at))
        assert newest is not None
        return (newest - one.seen.computed_at).total_seconds()

    def _at(self, request: Request, moment: datetime) -> datetime | None:
        self._hand.now = moment.replace(microsecond=0)
        key = (request, self._hand.now)
        if key not in self._known:
            self._known[key] = anyio.run(self._ask, request)
        return self._known[key]

    async def _ask(self, request: Request) -> datetime | None:
        transport = httpx.ASGITransport(app=self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http:
            reply = await http.get(
                f"/v2{request.path}", params=request.query, headers={"X-API-Key": SANDBOX_KEY}
            )
        return parse_instant(reply.json()["meta"]["computed_at"])


def report(name: str, played: Played) -> None:
    """Print the figures of one way through the morning."""
    given = played.given
    waits = sorted(one.waited for one in given)
    took = sorted(one.took_ms for one in given)
    outcomes = Counter(one.seen.cache or "sent" for one in given if not one.seen.refused)
    print(
        f"\n{name}: {len(given)} calls, {played.requests} upstream requests "
        f"({played.requests / len(given):.0%})\n"
        f"  429 or refusals seen {sum(one.seen.refused for one in given)}, "
        f"other errors {sum(one.seen.failed for one in given)}, "
        f"stale answers {outcomes['stale']}\n"
        f"  answers {dict(outcomes)}\n"
        f"  waits {played.counters.waits} of {played.counters.waited_seconds:.1f} s in all; "
        f"added per call, simulated: p50 {quantile(waits, 50):.3f} s, "
        f"p95 {quantile(waits, 95):.3f} s, longest {waits[-1]:.3f} s\n"
        f"  real time per call: p50 {quantile(took, 50):.1f} ms, p95 {quantile(took, 95):.1f} ms\n"
        f"  oldest answer against the newest there was: {max(lags(given)):.1f} s; "
        f"of those that state the time of their data: {max(lags(dated(given))):.1f} s"
    )


def quantile(ordered: Sequence[float], percent: int) -> float:
    return statistics.quantiles(ordered, n=100)[percent - 1]


def test_the_script_is_twenty_questions_of_four_agents_in_120_calls() -> None:
    assert len(MORNING) == 20
    assert len({question.agent for question in MORNING}) == 4
    assert len(calls()) == 120


def test_five_questions_at_the_open_cost_at_most_a_quarter_of_their_calls() -> None:
    played = play(THE_OPEN, through_ours=True)
    assert len(played.given) == 30
    assert played.requests <= 30 / 4
    assert not any(one.seen.refused or one.seen.failed for one in played.given)
    assert max(lags(played.given)) <= REFRESH_S + 1


def test_forty_different_questions_at_once_wait_for_the_next_minute_and_see_no_429() -> None:
    tools = [("gex_strike_profile", {"spot_window_pct": width}) for width in range(1, 41)]
    played = play([Question(56, "risk", "Every window there is.", tools, ())], through_ours=True)
    assert not any(one.seen.refused or one.seen.failed for one in played.given)
    assert played.requests == 40
    assert sum(one.waited > 0 for one in played.given) == 10
    assert max(one.waited for one in played.given) <= 5


@pytest.mark.bench
def test_desk_morning_beside_a_pass_through() -> None:
    ours = play(MORNING, through_ours=True)
    report("bq-mcp", ours)
    report("pass-through", play(MORNING, through_ours=False))
    assert ours.requests <= len(ours.given) / 4
    assert not any(one.seen.refused or one.seen.failed for one in ours.given)
    assert max(lags(ours.given)) <= REFRESH_S + 1
