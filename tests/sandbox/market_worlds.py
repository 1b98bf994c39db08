"""Worlds and instants the market's identities are tested on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest

from bq_mcp.sandbox.market import SYMBOLS, Snapshot, World

SEEDS = (3, 7, 20)
INSTANTS = (
    datetime(2026, 4, 16, 0, 0, tzinfo=UTC),
    datetime(2026, 6, 16, 7, 59, 30, tzinfo=UTC),
    datetime(2026, 6, 20, 13, 0, tzinfo=UTC),
    datetime(2026, 6, 26, 8, 0, tzinfo=UTC),
    datetime(2026, 11, 3, 18, 42, 30, tzinfo=UTC),
)


@cache
def world(seed: int) -> World:
    return World(seed=seed)


@dataclass(frozen=True)
class Case:
    """One coin of one world at one instant."""

    seed: int
    symbol: str
    instant: datetime

    @property
    def chain(self) -> Snapshot:
        return world(self.seed).snapshot(self.symbol, self.instant)


CASES = tuple(
    Case(seed, symbol, instant) for seed in SEEDS for symbol in SYMBOLS for instant in INSTANTS
)

# Settlements and their eves, weekends, month ends, and a step of the live grid off them.
WIDE_SEEDS = range(100, 112)
WIDE_INSTANTS = (
    datetime(2026, 5, 29, 7, 58, 30, tzinfo=UTC),
    datetime(2026, 8, 8, 8, 0, 30, tzinfo=UTC),
    datetime(2026, 9, 24, 20, 15, tzinfo=UTC),
    datetime(2027, 1, 1, 11, 59, 30, tzinfo=UTC),
)
WIDE_CASES = tuple(
    Case(seed, symbol, instant)
    for seed in WIDE_SEEDS
    for symbol in SYMBOLS
    for instant in WIDE_INSTANTS
)

every_case = pytest.mark.parametrize(
    "case",
    [*CASES, *(pytest.param(case, marks=pytest.mark.sweep) for case in WIDE_CASES)],
    ids=lambda c: f"{c.seed}-{c.symbol}-{c.instant:%m%dT%H%M}",
)
