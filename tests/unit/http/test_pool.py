"""What is kept for each key, for how long, and what has to go."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bq_mcp.http.pool import FullError, Pool

from ...held_time import HeldTime

pytestmark = pytest.mark.anyio
IDLE_S = 100.0


class Scene:
    """A pool of texts; `open` are those that were made and not closed."""

    def __init__(self, most: int = 2, most_guests: int = 1) -> None:
        self.time = HeldTime()
        self.open: list[str] = []
        self.pool = Pool(
            self._make,
            self.time.clock,
            most=most,
            most_guests=most_guests,
            idle_seconds=IDLE_S,
        )

    @asynccontextmanager
    async def _make(self, key: str) -> AsyncIterator[str]:
        self.open.append(key)
        try:
            yield key.upper()
        finally:
            self.open.remove(key)

    async def use(self, key: str, *, as_guest: bool = False) -> str:
        async with self.pool.lend(key, as_guest=as_guest) as value:
            pass
        await self.time.pass_by(0)
        return value


async def test_what_is_asked_for_again_is_the_same_until_nobody_used_it_for_long() -> None:
    scene = Scene()
    async with scene.pool:
        assert await scene.use("a") == "A"
        assert await scene.use("a") == "A"
        assert scene.open == ["a"]
        await scene.time.pass_by(IDLE_S / 2)
        await scene.use("a")
        await scene.time.pass_by(IDLE_S)
        assert scene.open == ["a"]
        await scene.time.pass_by(IDLE_S)
        assert scene.open == []
        assert await scene.use("a") == "A"
    assert scene.open == []


async def test_the_longest_unused_goes_and_what_is_in_use_stays() -> None:
    scene = Scene()
    async with scene.pool, scene.pool.lend("a"):
        await scene.use("b")
        await scene.use("c")
        assert scene.open == ["a", "c"]
        async with scene.pool.lend("c"):
            with pytest.raises(FullError):
                await scene.use("d")
        await scene.time.pass_by(3 * IDLE_S)
        assert scene.open == ["a"]


async def test_a_guest_takes_no_place_of_the_others_until_somebody_vouches_for_it() -> None:
    scene = Scene()
    async with scene.pool:
        await scene.use("a")
        await scene.use("b")
        await scene.use("g", as_guest=True)
        await scene.use("h", as_guest=True)
        assert scene.open == ["a", "b", "h"]
        scene.pool.vouch("h")
        await scene.time.pass_by(0)
        assert scene.open == ["b", "h"]
        await scene.use("i", as_guest=True)
        assert scene.open == ["b", "h", "i"]


async def test_what_is_dropped_while_it_is_used_is_closed_after_that() -> None:
    scene = Scene()
    async with scene.pool:
        async with scene.pool.lend("a"):
            scene.pool.drop("a")
            assert list(scene.pool) == []
            await scene.time.pass_by(0)
            assert scene.open == ["a"]
        await scene.time.pass_by(0)
        assert scene.open == []
