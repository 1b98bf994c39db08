"""Beside the matrix: an answer still good, one too old, a wait, and the time after a fault."""

from datetime import timedelta

import pytest

from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.faults import FAULT_KINDS, Fault, Schedule
from bq_mcp.settings import Settings
from tests.sandbox.asking import NOW

from .checks import HELD_FOR_S, check, check_error, first_line
from .matrix import MATRIX, PAGE
from .scene import Scene

pytestmark = pytest.mark.anyio

OUTLIVED = [kind for kind, row in MATRIX.items() if row.held.outcome.startswith("STALE")]
# After the others the same client would find the service at another address, or stay impatient.
PASSING = [kind for kind in OUTLIVED if kind not in ("refused", "slow_first_byte", "slow_body")]
GOOD_UNTIL_S = 30.0
STALE_FOR_S = 20 * 30.0
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    "kind",
    # No request meets any of them.
    [k if k == "refused" else pytest.param(k, marks=pytest.mark.sweep) for k in FAULT_KINDS],
)
async def test_an_answer_still_good_costs_no_request_whatever_upstream_would_do(kind: str) -> None:
    scene = Scene()
    await scene.hold(seconds_ago=10)
    async with scene.asking(create_app(clock=scene.hand, faults=Schedule(Fault(kind)))) as asked:
        answer = await asked.ask()
    assert asked.wire.requests == 0
    assert answer.meta["cache"] == "hit"
    check(answer, kind="none", outcome="fresh")


@pytest.mark.parametrize("kind", OUTLIVED)
async def test_an_answer_beyond_the_limit_is_not_given(kind: str) -> None:
    scene = Scene()
    # The last question was put two seconds into its snapshot.
    await scene.hold(seconds_ago=GOOD_UNTIL_S + STALE_FOR_S + 15)
    async with scene.failing(kind) as asked:
        answer = await asked.ask()
    check_error(answer, MATRIX[kind].cold.outcome.removeprefix("error "))


async def test_an_answer_just_within_the_limit_is_given_and_called_stale() -> None:
    scene = Scene()
    await scene.hold(seconds_ago=STALE_FOR_S)
    async with scene.failing("http_503") as asked:
        answer = await asked.ask()
    assert first_line(answer).startswith("SIMULATED STALE BTCUSDT ")
    assert "old, stale (refreshes every 30s)" in first_line(answer)


async def test_frozen_data_turn_late_and_then_stale_and_are_not_asked_for_every_time() -> None:
    scene = Scene()
    async with scene.failing("frozen_data") as asked:
        verdicts = []
        for _ in range(100):
            verdicts.append((await asked.ask()).meta["verdict"])
            scene.hand.advance(seconds=4)
    # The next snapshot was due at 12:00:30, thirteen seconds after the first question.
    assert list(dict.fromkeys(verdicts)) == ["fresh", "late", "stale"]
    assert verdicts.index("late") * 4 <= 17
    assert asked.wire.requests <= 1 + 400 / 7.5


async def test_data_stamped_ahead_never_become_fresh_by_being_kept() -> None:
    scene = Scene()
    async with scene.failing("computed_at_in_future", seconds=20) as asked:
        for _ in range(10):
            answer = await asked.ask()
            assert answer.meta["verdict"] == "unknown"
            assert "lies ahead of the reply" in first_line(answer)
            scene.hand.advance(seconds=5)
    assert asked.wire.requests == 2


@pytest.mark.parametrize("kind", PASSING)
async def test_the_first_question_after_a_fault_is_answered_anew(kind: str) -> None:
    scene = Scene()
    await scene.hold(seconds_ago=HELD_FOR_S)
    async with scene.failing(kind, until=NOW + MINUTE) as asked:
        assert "STALE" in first_line(await asked.ask())
        scene.hand.advance(minutes=1)
        answer = await asked.ask()
    assert "STALE" not in answer.text
    assert (answer.meta["cache"], answer.meta["verdict"]) == ("miss", "fresh")


async def test_a_dead_host_is_left_alone_and_tried_once_in_ten_seconds() -> None:
    scene = Scene()
    await scene.hold(seconds_ago=HELD_FOR_S)
    async with scene.failing("refused") as asked:
        for _ in range(2):
            await asked.ask()
        assert asked.wire.requests == 4
        began = scene.hand.now
        answers = await asked.ask_at_once(50)
        assert asked.wire.requests == 4
        assert scene.hand.now - began < timedelta(milliseconds=10)
        assert all("try again in 10s" in first_line(answer) for answer in answers)
        scene.hand.advance(seconds=11)
        await asked.ask_at_once(50)
        assert asked.wire.requests == 5


async def test_a_short_wait_for_the_next_minute_is_taken_silently() -> None:
    scene = Scene()
    scene.hand.advance(seconds=40)
    async with scene.failing("burst_429", times=1) as asked:
        answer = await asked.ask()
    assert asked.wire.requests == 2
    assert (scene.hand.now - NOW).total_seconds() == pytest.approx(43, abs=0.1)
    assert (answer.is_error, answer.meta["verdict"]) == (False, "fresh")


async def test_a_fault_that_passes_is_not_seen_by_the_agent() -> None:
    for kind in ("html", "http_500", "http_502", "http_503", "http_504"):
        async with Scene().failing(kind, times=1) as asked:
            answer = await asked.ask()
        assert (answer.is_error, answer.meta["verdict"]) == (False, "fresh"), kind
        assert asked.wire.requests == 2


def test_the_page_is_short() -> None:
    assert len(PAGE.read_text("utf-8").splitlines()) <= 120


def test_the_settings_of_the_page_are_the_settings_there_are() -> None:
    rows = [
        line.split("|") for line in PAGE.read_text("utf-8").splitlines() if "`BACKQUANT_" in line
    ]
    told = {row[1].strip(" `").removeprefix("BACKQUANT_").lower(): float(row[2]) for row in rows}
    assert told == {name: Settings.model_fields[name].default for name in told}
    assert len(told) == 4
