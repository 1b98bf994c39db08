"""Ask for the live resources that somebody watches, once for all who do, and tell of new figures.

`polling` says how often. Nothing is asked while nobody watches.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import inf

import anyio

from ..client import Clock
from ..logs import Log
from ..views import Answer
from .addresses import Place
from .allowance import Allowance
from .audience import Audience
from .polling import cadence, seconds_left

_log = Log(__name__)
# Upstream needs a moment to replace its data; those that are late are asked for sooner again.
_GRACE_S = 1.0
_LATE = 0.25
# How often data are asked for whose refresh nobody states.
_UNSTATED_S = 300.0
_MOST_DOUBLINGS = 7
_LONGEST_S = 3_600.0


@dataclass
class _Poll:
    """What is known of one watched resource; moments are monotonic seconds.

    `seen` is when the figures were computed that its watchers know, `cadence` for how many seconds
    they are the newest, `calls` what it took to ask, `failures` how often in a row nothing came.
    """

    seen: object = None
    asked: float = -inf
    due: float = -inf
    cadence: float = _UNSTATED_S
    calls: float = 1.0
    failures: int = 0

    def wait(self, left: float | None) -> float:
        """Return when to ask again, in seconds, for figures that are the newest for `left` more."""
        wait = self.cadence if left is None else left + _GRACE_S
        if left is not None and left <= 0:
            wait = self.cadence * _LATE
        doubled = wait * 2.0 ** min(self.failures, _MOST_DOUBLINGS)
        return max(wait, min(doubled, _LONGEST_S))


class Watch:
    """Polls what the audience watches; `resolve` finds the resource of a uri, `ask` its answer.

    `allowance` is that of the key.
    """

    def __init__(
        self,
        audience: Audience,
        resolve: Callable[[str], Place | None],
        ask: Callable[[Place], Awaitable[Answer]],
        allowance: Allowance,
        clock: Clock,
    ) -> None:
        self.allowance = allowance
        self._audience = audience
        self._resolve = resolve
        self._ask = ask
        self._clock = clock
        self._polls: dict[Place, _Poll] = {}
        self._read: dict[Place, object] = {}

    @property
    def watched(self) -> int:
        """How many resources are polled."""
        return len(self._polls)

    async def run(self) -> None:
        """Poll until cancelled."""
        with _log.survive("resources not watched any more"):
            while True:
                await self._step()

    def saw(self, place: Place, answer: Answer) -> None:
        """Remember what somebody has read, who may watch it next."""
        if place.address.live and not answer.is_error:
            self._read[place] = answer.meta.get("computed_at")

    def notice(self, place: Place) -> Mapping[str, object] | None:
        """Return why a watched resource is polled less often than its figures change, else None.

        `stopped`, or `every` so many seconds, with whether it is `failing`.
        """
        poll, pause = self._polls.get(place), self.allowance.pause
        if poll is None:
            return None
        if pause is None:
            return {"stopped": True}
        every = pause * sum(other.calls for other in self._polls.values())
        if poll.failures:
            every = max(every, poll.wait(None))
        if every <= poll.cadence:
            return None
        return {"stopped": False, "every": round(every), "failing": poll.failures > 0}

    async def _step(self) -> None:
        """Ask for what is due, or wait until something is."""
        changed = self._audience.changed
        self._follow()
        if batch := self._batch():
            async with anyio.create_task_group() as tasks:
                for place in batch:
                    tasks.start_soon(self._poll, place, self._polls[place])
        else:
            await self._rest(changed)

    def _follow(self) -> None:
        """Take up what is watched now, and drop what is not."""
        found = {self._resolve(uri) for uri in self._audience.watched}
        places = [place for place in found if place is not None and place.address.live]
        self._polls = {
            place: self._polls.get(place) or _Poll(self._read.get(place)) for place in places
        }

    def _batch(self) -> list[Place]:
        """Return what to ask for now, the longest waiting first, as much as is allowed."""
        if self.allowance.wait > 0:
            return []
        now, room = self._clock.monotonic(), self.allowance.at_once
        due = [place for place, poll in self._polls.items() if poll.due <= now]
        batch: list[Place] = []
        for place in sorted(due, key=lambda place: self._polls[place].asked):
            room -= max(round(self._polls[place].calls), 1)
            if batch and room < 0:
                break
            batch.append(place)
        return batch

    async def _rest(self, changed: anyio.Event) -> None:
        """Wait until something is due, or until others are watched."""
        async with anyio.create_task_group() as tasks:
            if self._polls:
                tasks.start_soon(self._doze, tasks.cancel_scope)
            await changed.wait()
            tasks.cancel_scope.cancel()

    async def _doze(self, scope: anyio.CancelScope) -> None:
        first = min(poll.due for poll in self._polls.values()) - self._clock.monotonic()
        await self._clock.sleep(max(first, self.allowance.wait))
        scope.cancel()

    async def _poll(self, place: Place, poll: _Poll) -> None:
        poll.asked = self._clock.monotonic()
        poll.due = poll.asked + _UNSTATED_S
        with _log.survive("resource not polled", uri=place.uri):
            answer = await self._ask(place)
            self._charge(poll, answer.meta)
            is_new = self._take(poll, answer)
            left = seconds_left(answer.meta, self._clock.now())
            poll.due = self._clock.monotonic() + poll.wait(left)
            if is_new:
                await self._tell(place)

    def _charge(self, poll: _Poll, meta: Mapping[str, object]) -> None:
        spent = meta.get("spent")
        taken = spent if isinstance(spent, Mapping) else {}
        calls = max(taken.get("requests", 0), taken.get("units", 0))
        if calls or meta.get("cache") != "hit":
            poll.calls = calls
        self.allowance.charge(calls)

    def _take(self, poll: _Poll, answer: Answer) -> bool:
        """Take note of an answer; return whether it has other figures than its watchers know."""
        computed_at = answer.meta.get("computed_at")
        if answer.is_error or computed_at is None or "stale_because" in answer.meta:
            poll.failures += 1
            return False
        poll.failures = 0
        poll.cadence = cadence(answer.meta) or poll.cadence
        known, poll.seen = poll.seen, computed_at
        return known is not None and known != computed_at

    async def _tell(self, place: Place) -> None:
        for uri in self._audience.watched:
            if self._resolve(uri) == place:
                await self._audience.tell_updated(uri)
