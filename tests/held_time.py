"""A time that moves only when the test moves it, however long somebody sleeps."""

from datetime import datetime, timedelta

import anyio
import anyio.lowlevel

from bq_mcp.client import Clock

from .support import NOW


class HeldTime:
    """Sleepers on `clock` wait for `pass_by`; those on `quick` do not wait.

    At each moment all that happens gets so many `turns` of the loop.
    """

    def __init__(self, start: datetime = NOW, *, turns: int = 30) -> None:
        self.seconds = 0.0
        self._start = start
        self._turns = turns
        self._moved = anyio.Event()
        self._ends: list[float] = []
        self.clock = Clock(self.now, self.monotonic, self._sleep, lambda: 0.0)
        self.quick = Clock(self.now, self.monotonic, _no_wait, lambda: 0.0)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def pass_by(self, seconds: float) -> None:
        """Let a time pass, from one end of a sleep to the next, and what happens then happen."""
        until = self.seconds + seconds
        await self._settle()
        while self.seconds < until:
            self.seconds = min([*self._ends, until])
            self._moved.set()
            self._moved = anyio.Event()
            await self._settle()

    async def _settle(self) -> None:
        for _ in range(self._turns):
            await anyio.lowlevel.checkpoint()

    async def _sleep(self, seconds: float) -> None:
        until = self.seconds + seconds
        self._ends.append(until)
        try:
            while self.seconds < until:
                await self._moved.wait()
        finally:
            self._ends.remove(until)


async def _no_wait(seconds: float) -> None:
    await anyio.lowlevel.checkpoint()
