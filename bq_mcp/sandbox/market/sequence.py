"""The seeded sequence of `mixed`: which stretch follows which.

Blocks of thirteen days are cut in two stretches of three to ten days. Stretches meet at 08:00 UTC,
where sessions do.
"""

from collections.abc import Mapping
from datetime import date
from math import inf

import numpy as np

from bq_mcp.sandbox.market.calendar import HOUR_S, kind_of, previous_anchor, session_start
from bq_mcp.sandbox.market.rng import Stream
from bq_mcp.sandbox.market.scenario import (
    CASCADE_S,
    EVENT_S,
    PIN_S,
    SQUEEZE_S,
    Episode,
    EpisodeKind,
)

_EPOCH = date(1970, 1, 1)
_FIRST_DAY = (date(2023, 1, 1) - _EPOCH).days
_LAST_DAY = (date(2034, 1, 1) - _EPOCH).days
_BLOCK_DAYS = 13
_SHORTEST_DAYS = 3
_LENGTHS = 8
_CUT, _KIND = range(2)

_WEIGHTS: Mapping[EpisodeKind, float] = {
    "calm": 4.0,
    "weekend": 3.0,
    "split": 2.0,
    "event": 2.0,
    "thin": 2.0,
    "trend": 1.0,
    "squeeze": 0.8,
    "cascade": 0.8,
    "stuck": 0.5,
}
_WITH_MONTHLY: Mapping[EpisodeKind, float] = {"pin": 8.0}
_WITH_QUARTERLY: Mapping[EpisodeKind, float] = {"pin": 4.0, "opex": 12.0}
"""What else a stretch can be that holds the settlement of a month or of a quarter."""

_SHOCK_AFTER_S = 30 * HOUR_S
_EVENT_BEFORE_END_S = 42 * HOUR_S
_WORKER_STOPS_S = 40 * 60


def mixed_sequence(seed: int) -> tuple[Episode, ...]:
    """Return the stretches from 2023 to 2033, ascending; ordinary days lie before and after."""
    stream = Stream(seed, "sequence")
    blocks = np.arange(_FIRST_DAY // _BLOCK_DAYS, _LAST_DAY // _BLOCK_DAYS)
    cuts = _SHORTEST_DAYS + (stream.uniforms(_CUT, blocks) * _LENGTHS).astype(np.int64)
    first = blocks * _BLOCK_DAYS
    edges = np.stack([first, first + cuts], axis=1).ravel().tolist()
    edges.append(int(first[-1]) + _BLOCK_DAYS)
    draws = stream.uniforms(_KIND, np.repeat(blocks, 2), np.tile([0, 1], len(blocks))).tolist()
    return (
        _ordinary(-inf, session_start(edges[0])),
        *map(_stretch, edges[:-1], edges[1:], draws),
        _ordinary(session_start(edges[-1]), inf),
    )


def _ordinary(starts: float, ends: float) -> Episode:
    return Episode("weekend", starts, ends, starts, ends)


def _stretch(day: int, next_day: int, draw: float) -> Episode:
    settlement = _settlement(day, next_day)
    kind = _pick({**_WEIGHTS, **_with(settlement)}, draw)
    starts, ends = session_start(day), session_start(next_day)
    if kind in ("pin", "opex"):
        settles = session_start(settlement or day)
        return Episode(kind, starts, ends, settles - PIN_S if kind == "pin" else starts, settles)
    acts_from, acts_until = _act(kind, starts, ends)
    return Episode(kind, starts, ends, acts_from, acts_until)


def _act(kind: EpisodeKind, starts: float, ends: float) -> tuple[float, float]:
    if kind == "event":
        happens = ends - _EVENT_BEFORE_END_S
        return happens, happens + EVENT_S
    lengths: dict[EpisodeKind, float] = {
        "squeeze": SQUEEZE_S,
        "cascade": CASCADE_S,
        "stuck": _WORKER_STOPS_S,
    }
    if kind in lengths:
        return starts + _SHOCK_AFTER_S, starts + _SHOCK_AFTER_S + lengths[kind]
    return starts, ends


def _settlement(day: int, next_day: int) -> int | None:
    """Return the settlement of a month with two days before it and one after it in a stretch."""
    last = previous_anchor(next_day)
    return last if day + 2 <= last <= next_day - 1 else None


def _with(settlement: int | None) -> Mapping[EpisodeKind, float]:
    if settlement is None:
        return {}
    return _WITH_QUARTERLY if kind_of(settlement) == "quarterly" else _WITH_MONTHLY


def _pick(weights: Mapping[EpisodeKind, float], draw: float) -> EpisodeKind:
    kinds = list(weights)
    place = np.searchsorted(np.cumsum(list(weights.values())), draw * sum(weights.values()))
    return kinds[int(place)]
