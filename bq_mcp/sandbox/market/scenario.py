"""What can be special about a stretch of days, and how a scenario is asked for by name."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Literal, get_args

from bq_mcp.sandbox.market.calendar import (
    DAY_S,
    HOUR_S,
    epoch_seconds,
    kind_of,
    next_anchor,
    previous_anchor,
    session_at,
    session_start,
)

EpisodeKind = Literal[
    "calm",
    "pin",
    "trend",
    "event",
    "opex",
    "weekend",
    "squeeze",
    "cascade",
    "split",
    "thin",
    "stuck",
]
EPISODE_KINDS: tuple[EpisodeKind, ...] = get_args(EpisodeKind)
ScenarioName = EpisodeKind | Literal["mixed"]
SCENARIO_NAMES: tuple[ScenarioName, ...] = ("mixed", *EPISODE_KINDS)

PIN_S = 2 * DAY_S
PIN_RELEASE_S = DAY_S
TREND_S = 7 * DAY_S
SQUEEZE_S = DAY_S
CASCADE_S = 2 * HOUR_S
EVENT_S = HOUR_S
ANNOUNCED_S = 7 * DAY_S
"""How long before it happens the market of a named `event` knows of it."""


@dataclass(frozen=True)
class Episode:
    """A stretch of one kind, in epoch seconds, start included and end excluded.

    What makes the kind happens from `acts_from` to `acts_until`: the fall of a cascade, the hour of
    an event, the two days up to the settlement that pins, the time the worker stands still.
    """

    kind: EpisodeKind
    starts: float
    ends: float
    acts_from: float
    acts_until: float

    @property
    def settlement_day(self) -> int:
        """Return the expiry day that a `pin` or an `opex` turns on."""
        return session_at(self.acts_until)


@dataclass(frozen=True)
class Scenario:
    """A name and the epoch second it is about; `mixed` has no instant."""

    name: ScenarioName = "mixed"
    instant: float = -inf

    @property
    def episode(self) -> Episode | None:
        """Return the stretch that follows the seeded sequence of `mixed`, None for `mixed`."""
        return None if self.name == "mixed" else _named(self.name, self.instant)


MIXED = Scenario()


def scenario_at(name: str, instant: datetime) -> Scenario:
    """Return the scenario of a name about an aware instant.

    Raises:
        ValueError: no scenario has the name, or the instant has no time zone.
    """
    known = next((each for each in SCENARIO_NAMES if each == name), None)
    if known is None:
        raise ValueError(f"unknown scenario {name!r}, choose one of {', '.join(SCENARIO_NAMES)}")
    return MIXED if known == "mixed" else Scenario(known, epoch_seconds(instant))


def stage_clock(name: str, now: datetime) -> datetime:
    """Return where a clock must start for a scenario that only some days can show; else `now`.

    It is the latest such time that is over: six hours before the last settlement of a month, ten
    minutes before that of a quarter, noon of a Saturday.
    """
    session = session_at(epoch_seconds(now))
    if name == "pin":
        return _instant(session_start(previous_anchor(session + 1)) - 6 * HOUR_S)
    if name == "opex":
        return _instant(session_start(_previous_quarterly(session + 1)) - 600)
    if name == "weekend":
        noon = now.astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        saturday = noon - timedelta(days=(noon.weekday() - 5) % 7)
        return saturday if saturday <= now else saturday - timedelta(days=7)
    return now


def staged(name: str, clock: datetime) -> Scenario:
    """Return the scenario of a name about such an instant that it shows at `clock`.

    Raises:
        ValueError: no scenario has the name.
    """
    if name in _SESSIONS_BEFORE:
        opening = session_start(session_at(epoch_seconds(clock)) - _SESSIONS_BEFORE[name])
        return scenario_at(name, _instant(opening))
    return scenario_at(name, clock + _OFFSETS.get(name, timedelta()))


_SESSIONS_BEFORE = {
    "calm": 10,
    "pin": 1,
    "trend": 5,
    "opex": 6,
    "squeeze": 2,
    "cascade": 1,
    "split": 3,
    "thin": 21,
}
"""Whole sessions since the start: positions follow from the next opening on."""

_OFFSETS = {"event": timedelta(days=2), "stuck": timedelta(seconds=-90)}


def _named(kind: EpisodeKind, instant: float) -> Episode:
    starts = instant - ANNOUNCED_S if kind == "event" else instant
    acts_from, acts_until = _act(kind, instant)
    return Episode(kind, starts, inf, acts_from, acts_until)


def _act(kind: EpisodeKind, instant: float) -> tuple[float, float]:
    if kind in ("pin", "opex"):
        day = next_anchor(session_at(instant), quarterly=kind == "opex")
        settles = session_start(day)
        return (max(instant, settles - PIN_S) if kind == "pin" else instant), settles
    return instant, instant + _ACT_LENGTHS.get(kind, inf)


_ACT_LENGTHS: dict[EpisodeKind, float] = {
    "trend": TREND_S,
    "event": EVENT_S,
    "squeeze": SQUEEZE_S,
    "cascade": CASCADE_S,
}


def _previous_quarterly(day: int) -> int:
    day = previous_anchor(day)
    while kind_of(day) != "quarterly":
        day = previous_anchor(day)
    return day


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
