"""The poller over scripted answers, in a time that the test moves."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from bq_mcp.client import Limits
from bq_mcp.server import Allowance
from bq_mcp.server.addresses import Place, addresses
from bq_mcp.server.audience import Audience
from bq_mcp.server.watch import Watch
from bq_mcp.views import Answer

from ...held_time import HeldTime

pytestmark = pytest.mark.anyio
CADENCE_S = 30
LARGE = Limits(burst_limit=120, quota_limit=1_000_000, quota_left=1_000_000)
SMALL = Limits(burst_limit=30, quota_limit=10_000, quota_left=10_000)
EVENING = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)


class Listening(Audience):
    """An audience whose uris the test sets, and which remembers what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    @property
    def watched(self) -> frozenset[str]:
        return frozenset(self._subscribed)

    def watch(self, *uris: str) -> None:
        self._subscribed = set(uris)
        self._set_changed()

    async def tell_updated(self, uri: str) -> None:
        self.told.append(uri)


class Scene:
    """An upstream that computes every thirty seconds; each answer takes `calls` of the plan."""

    def __init__(self, limits: Limits = LARGE, start: datetime = EVENING) -> None:
        self.time = HeldTime(start)
        self.limits = limits
        self.audience = Listening()
        self.asked: Counter[str] = Counter()
        self.calls = 1
        self.fails = False
        self.watch = self.watching(self.ask)

    def watching(self, ask: Callable[[Place], Awaitable[Answer]]) -> Watch:
        allowance = Allowance(lambda: self.limits, self.time.clock)
        return Watch(self.audience, self.resolve, ask, allowance, self.time.clock)

    def resolve(self, uri: str) -> Place | None:
        kind, _, symbol = uri.removeprefix("bq://").partition("/")
        return Place(addresses()[kind], symbol.upper()) if kind in addresses() else None

    async def ask(self, place: Place) -> Answer:
        self.asked[place.value] += 1
        now = self.time.now()
        computed = now - timedelta(seconds=now.timestamp() % CADENCE_S)
        meta: dict[str, Any] = {
            "computed_at": computed.isoformat(),
            "age_seconds": (now - computed).total_seconds(),
            "next_refresh_at": (computed + timedelta(seconds=CADENCE_S)).isoformat(),
            "spent": {"requests": self.calls, "units": self.calls},
        }
        left = self.limits.quota_left
        if left is not None:
            self.limits = Limits(self.limits.burst_limit, quota_left=left - self.calls)
        if self.fails:
            return Answer("error", {"spent": {"requests": self.calls}}, is_error=True)
        return Answer("figures", meta)

    @asynccontextmanager
    async def running(self, *uris: str) -> AsyncIterator["Scene"]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self.watch.run)
            self.audience.watch(*uris)
            await self.time.pass_by(0)
            yield self
            tasks.cancel_scope.cancel()


async def test_it_asks_once_a_refresh_however_many_spellings_watch_and_tells_each() -> None:
    async with Scene().running("bq://levels/A", "bq://levels/a") as scene:
        assert (scene.asked["A"], scene.audience.told) == (1, [])
        await scene.time.pass_by(2 * CADENCE_S + 1)
        assert scene.asked["A"] == 3
        assert sorted(scene.audience.told) == ["bq://levels/A"] * 2 + ["bq://levels/a"] * 2


async def test_nothing_is_asked_before_somebody_watches_or_after_the_last_has_left() -> None:
    async with Scene().running() as scene:
        await scene.time.pass_by(90)
        assert not scene.asked
        scene.audience.watch("bq://levels/A", "bq://guide/gamma-exposure", "bq://catalog")
        await scene.time.pass_by(5)
        scene.audience.watch("bq://catalog")
        await scene.time.pass_by(90)
        assert scene.asked == {"A": 1}


async def test_newer_figures_than_somebody_has_read_before_are_told_at_once() -> None:
    scene = Scene()
    read = scene.resolve("bq://levels/A")
    assert read is not None
    scene.watch.saw(read, await scene.ask(read))
    await scene.time.pass_by(40)
    async with scene.running("bq://levels/A"):
        assert scene.audience.told == ["bq://levels/A"]


async def test_figures_that_stay_the_same_are_not_told_and_late_ones_asked_for_sooner() -> None:
    scene = Scene()
    now = scene.time.now()
    stuck = {
        "computed_at": now.isoformat(),
        "age_seconds": 31,
        "next_refresh_at": (now + timedelta(seconds=CADENCE_S)).isoformat(),
    }

    async def late(place: Place) -> Answer:
        scene.asked[place.value] += 1
        return Answer("figures", stuck)

    scene.watch = scene.watching(late)
    async with scene.running("bq://levels/A"):
        await scene.time.pass_by(CADENCE_S - 1)
        assert (scene.asked["A"], scene.audience.told) == (4, [])


async def test_an_upstream_that_fails_is_asked_less_and_less_and_the_resource_says_so() -> None:
    async with Scene().running("bq://levels/A") as scene:
        scene.fails = True
        await scene.time.pass_by(3_600)
        assert scene.asked["A"] < 10 and scene.audience.told == []
        place = scene.resolve("bq://levels/A")
        assert place is not None
        told = scene.watch.notice(place)
        assert told is not None and told["failing"] and int(str(told["every"])) >= 900


async def test_on_a_small_plan_it_slows_says_so_stops_and_goes_on_the_next_day() -> None:
    scene = Scene(SMALL, start=datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    share = 10_000 * 0.1 / 11
    async with scene.running("bq://levels/A"):
        place = scene.resolve("bq://levels/A")
        assert place is not None
        await scene.time.pass_by(3_600)
        slowed = scene.watch.notice(place)
        assert slowed is not None and int(str(slowed["every"])) > CADENCE_S
        await scene.time.pass_by(6 * 3_600)
        assert scene.watch.notice(place) == {"stopped": True}
        assert share - 1 <= scene.asked["A"] <= share
        await scene.time.pass_by(5 * 3_600 - 10)
        assert scene.asked["A"] <= share
        await scene.time.pass_by(60)
        assert scene.asked["A"] > share


async def test_a_minute_sees_no_more_than_a_tenth_of_its_calls() -> None:
    scene = Scene(Limits(burst_limit=30))
    scene.calls = 2
    uris = [f"bq://levels/{name}" for name in "ABCDEF"]
    async with scene.running(*uris):
        await scene.time.pass_by(20 * 60)
        assert 20 * 3 - 6 <= 2 * scene.asked.total() <= 20 * 3 + 6
        assert max(scene.asked.values()) - min(scene.asked.values()) <= 1


async def test_a_month_that_is_over_says_nothing_about_the_next() -> None:
    start = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    scene = Scene(Limits(30, quota_limit=10_000, quota_left=0), start)
    async with scene.running("bq://levels/A"):
        await scene.time.pass_by(3_599)
        assert not scene.asked
        await scene.time.pass_by(2)
        assert scene.asked["A"] == 1
