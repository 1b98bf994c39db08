"""How long an answer is the newest there is: pure rules over ages.

All instants are upstream's clock; ages and durations are seconds.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cachetools import LRUCache

from ..scalars import parse_instant
from .model import QueryPairs

LifetimeKind = Literal["refreshed", "appended", "slow", "static", "pinned"]

_SHORTEST_S = 5.0
# Instants are told in whole seconds, and a refresh takes a moment.
_GRACE_S = 1.0
_UNKNOWN_CADENCE_S = 10.0
_LONGEST_REFUSAL_S = 30.0
_HOUR_S = 3_600.0
_DAY_S = 86_400.0
_FIXED: Mapping[LifetimeKind, float] = {"static": 300.0, "slow": 900.0, "pinned": _DAY_S}
# An old answer of data that change slowly is still of use after an outage of hours.
_LONGEST_STALE: Mapping[LifetimeKind, float] = {"slow": _DAY_S, "pinned": _DAY_S}
_SETTLED_AFTER_S = 600.0
_QUESTIONS_REMEMBERED = 1_024
_STEPS_REMEMBERED = 5


@dataclass(frozen=True, slots=True)
class Lifetime:
    """What is known of how often an endpoint's data changes.

    `refreshed`: replaced every `cadence` seconds. `appended`: a series that grows at that pace.
    `slow`: daily rows, whose hour of arrival nobody states. `static`: built when asked, about the
    service, worth `cadence` seconds where that is set. `pinned`: fixed in the past, never changes.
    """

    kind: LifetimeKind = "refreshed"
    cadence: float | None = None

    @property
    def is_paced(self) -> bool:
        """Whether upstream replaces or extends the data at a steady pace."""
        return self.kind in ("refreshed", "appended")

    @property
    def pace(self) -> float:
        """The seconds an answer is worth when nothing else is known of it."""
        if self.kind in ("slow", "pinned"):
            return _FIXED[self.kind]
        return self.cadence or _FIXED.get(self.kind, _UNKNOWN_CADENCE_S)


def keep_for(lifetime: Lifetime, *, age: float | None) -> float:
    """Return for how long an answer just received need not be asked for again.

    `age` is that of its data, None where upstream does not say. Data that is replaced at a known
    pace lives until its next replacement is due. Where that moment has passed, upstream is late:
    it is asked again after a quarter of the cadence, five seconds at the least.
    """
    pace = lifetime.pace
    if not lifetime.is_paced:
        return pace
    if age is None or age >= pace:
        return max(pace / 4, _SHORTEST_S)
    # An age below zero, from a clock that is ahead, must not keep it for more than one cadence.
    return pace - max(age, 0.0)


def is_settled(query: QueryPairs, now: datetime) -> bool:
    """Tell whether every instant in `query` is far enough in the past for its answer to be final.

    The store behind past instants gets a snapshot every five minutes.
    """
    instants = (parse_instant(value) for _, value in query)
    return all((now - at).total_seconds() > _SETTLED_AFTER_S for at in instants if at is not None)


def keep_refusal_for(lifetime: Lifetime) -> float:
    """Return for how long "no data" need not be asked for again: a refresh, half a minute at most.

    Data may appear at any moment, with a cold store's first refresh or an agent's next expiry.
    """
    return min(lifetime.pace, _LONGEST_REFUSAL_S)


def is_overdue(lifetime: Lifetime, *, age: float) -> bool:
    """Tell whether upstream has missed the refresh of data that it replaces at a known pace."""
    cadence = lifetime.cadence
    return lifetime.kind == "refreshed" and cadence is not None and age > cadence + _GRACE_S


def stale_for(lifetime: Lifetime, *, cadences: int) -> float:
    """Return for how long after it was kept an old answer is better than none."""
    return min(cadences * lifetime.pace, _LONGEST_STALE.get(lifetime.kind, _HOUR_S))


@dataclass
class _Pace:
    """What the replies to one question showed: the newest data, when it was last seen, steps."""

    computed_at: datetime
    seen_until: datetime
    steps: deque[float] = field(default_factory=lambda: deque(maxlen=_STEPS_REMEMBERED))


class LearnedCadences:
    """The pace at which `computed_at` was seen to move, per question, where none is stated."""

    def __init__(self) -> None:
        self._paces: LRUCache[str, _Pace] = LRUCache(_QUESTIONS_REMEMBERED)

    def see(self, question: str, computed_at: datetime, *, now: datetime) -> None:
        """Take note of one reply; only a step forward teaches anything.

        A step may hide refreshes that nobody saw. It counts where the data before it were still the
        newest after half of the step, or where it is shorter than the steps so far.
        """
        pace = self._paces.get(question)
        if pace is None:
            self._paces[question] = _Pace(computed_at, now)
        elif computed_at == pace.computed_at:
            pace.seen_until = max(pace.seen_until, now)
        elif computed_at > pace.computed_at:
            self._step(pace, computed_at)
            pace.computed_at, pace.seen_until = computed_at, now

    def of(self, question: str) -> float | None:
        """Return the shortest of the latest steps of this question, None before the first."""
        pace = self._paces.get(question)
        return min(pace.steps, default=None) if pace else None

    def _step(self, pace: _Pace, computed_at: datetime) -> None:
        step = (computed_at - pace.computed_at).total_seconds()
        held_for = (pace.seen_until - pace.computed_at).total_seconds()
        if held_for >= step / 2 or step < min(pace.steps, default=0.0):
            pace.steps.append(step)
