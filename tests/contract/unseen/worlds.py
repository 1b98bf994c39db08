"""Invented markets and the figures of their payloads, the same on every run."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from tests.contract.unseen.facts import Fact, Told, facts_of
from tests.contract.unseen.shapes import NOW, Row, renamed, words

SHAPES = 3
_MARKETS = (
    (("BTCUSDT", 91_437.5),),
    (("SOLUSDT", 142.63), ("SOLUSDT", 89.37)),
    (("HYPEUSDT", 37.418), ("HYPEUSDT", 0.6712)),
)
EXPIRIES = tuple(
    date.fromisoformat(day)
    for day in words(
        "2026-11-29 2026-11-30 2026-12-01 2026-12-04 2026-12-11 2026-12-18 2026-12-25"
        " 2027-01-29 2027-02-26 2027-03-26 2027-06-25 2027-09-24"
    )
)
ANCHOR = date(2026, 12, 25)
WEEK, MONTH, QUARTER = date(2026, 12, 4), ANCHOR, date(2027, 2, 26)


@dataclass
class World:
    """One market an endpoint is asked about; `index` says which of its shapes is served."""

    index: int
    symbol: str
    spot: float
    random: Random

    def pick(self, *shapes: Callable[[], Any]) -> Any:
        """Return the layout of this world."""
        return shapes[self.index]()

    def scaled(self, *sizes: float) -> float:
        """Return one of several sizes, by world."""
        return sizes[self.index % len(sizes)]


@dataclass(frozen=True)
class Canon:
    """The rows a payload was made from; `axes` are the columns that place a row."""

    rows: Sequence[Row]
    axes: Sequence[str]


@dataclass
class Made:
    """What an endpoint's generator gives: the payload, its facts, and what it was made from."""

    data: Any
    told: Mapping[str, Any]
    canon: Sequence[Canon] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    filled: Mapping[str, str] = field(default_factory=dict)
    computed_at: datetime = NOW - timedelta(seconds=14)


@dataclass(frozen=True)
class Case:
    """One question with its whole reply and the facts its answer must hold."""

    path: str
    label: str
    spot: float
    query: Mapping[str, str]
    body: Mapping[str, Any]
    facts: Sequence[Fact]
    canon: Sequence[Canon]

    def __str__(self) -> str:
        return f"{self.path}#{self.label}"


Maker = Callable[[World], Made]
MAKERS: dict[str, Maker] = {}
_COINS: dict[str, Sequence[tuple[str, float]]] = {}


def endpoint(path: str, *coins: tuple[str, float]) -> Callable[[Maker], Maker]:
    """Register the generator of an endpoint; `coins` where it does not serve every symbol."""

    def _register(maker: Maker) -> Maker:
        MAKERS[path] = maker
        _COINS[path] = coins
        return maker

    return _register


@cache
def cases(path: str) -> Sequence[Case]:
    """Return the payloads of an endpoint, each also with its containers renamed."""
    return tuple(case for index in range(SHAPES) for case in _both(path, index))


def _both(path: str, index: int) -> Iterator[Case]:
    world = _world(path, index)
    made = MAKERS[path](world)
    query = {"symbol": world.symbol, **made.query}
    filled = {"COIN": world.symbol.removesuffix("USDT"), **made.filled}
    facts = tuple(facts_of(path, made.told, filled))
    for label, data in (("abc"[index], made.data), ("abc"[index] + "-renamed", renamed(made.data))):
        body = {"success": True, "data": data, "meta": _meta(world, made)}
        yield Case(path, label, world.spot, query, body, facts, made.canon)


def _world(path: str, index: int) -> World:
    coins = _COINS[path]
    options = (coins[index % len(coins)],) if coins else _MARKETS[index]
    symbol, spot = options[len(path) % len(options)]
    return World(index, symbol, spot, Random(f"{path}{index}"))


def _meta(world: World, made: Made) -> Mapping[str, Any]:
    return {
        "version": "2.10",
        "timestamp": "2026-11-28T12:00:18Z",
        "computed_at": made.computed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "freshness_seconds": (NOW - made.computed_at).total_seconds(),
        "symbol": world.symbol,
        "spot_price": world.spot,
        "source": ["deribit", "bybit", "okx", "binance"],
        "extra": dict(made.extra) or None,
    }


MINUTE = NOW.replace(second=0)


def times(size: int, minutes: float, end: datetime = MINUTE) -> list[datetime]:
    """Return so many instants in equal steps up to `end`."""
    return [end - timedelta(minutes=minutes) * back for back in reversed(range(size))]


def trading_days(size: int) -> list[date]:
    """Return weekdays up to the Friday before NOW."""
    days = (date(2026, 11, 27) - timedelta(days=back) for back in range(2 * size))
    return sorted([day for day in days if day.weekday() < 5][:size])


def daily(size: int) -> list[datetime]:
    """Return midnights up to that of NOW."""
    return times(size, 1440, datetime(2026, 11, 28, tzinfo=UTC))


def strikes(spot: float, size: int, share: float = 0.005) -> list[float]:
    """Return strikes around spot, about `share` of it apart."""
    power = 10.0 ** math.floor(math.log10(spot * share))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= spot * share * 0.999)
    middle = round(spot / step)
    return [round((middle + at - size // 2) * step, 8) for at in range(size)]


def walk(random: Random, size: int, start: float, vol: float, digits: int = 6) -> list[float]:
    """Return a positive path that begins near `start`."""
    path = [start]
    while len(path) < size:
        path.append(path[-1] * math.exp(random.gauss(0, vol)))
    return [rounded(value, digits) for value in path]


def noise(random: Random, size: int, scale: float, memory: float = 0.5) -> list[float]:
    """Return figures around zero that remember those before them."""
    made, last = [], 0.0
    for _ in range(size):
        last = memory * last + random.gauss(0, 1)
        made.append(rounded(last * scale, 8))
    return made


def running(figures: Iterable[float]) -> list[float]:
    """Return the running total."""
    made, total = [], 0.0
    for figure in figures:
        total += figure
        made.append(round(total, 6))
    return made


def rounded(value: float, digits: int) -> float:
    """Return a figure of so many significant digits."""
    return float(f"{value:.{digits}g}")


def rows_of(**columns: Sequence[Any]) -> list[dict[str, Any]]:
    """Return rows from columns of one length."""
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def grid(
    random: Random,
    down: Sequence[Any],
    across: Sequence[Any],
    names: tuple[str, str, str],
    cell: Callable[[int, int], float],
    peaks: Mapping[tuple[int, int], float],
) -> list[dict[str, Any]]:
    """Return a row a cell, with hills of a known height at the places of `peaks`."""
    one, other, figure = names
    made = []
    for i, place in enumerate(down):
        for j, beside in enumerate(across):
            hills = (high * 0.4 ** (abs(i - a) + abs(j - b)) for (a, b), high in peaks.items())
            value = cell(i, j) * random.uniform(0.6, 1.4) + sum(hills)
            made.append({one: place, other: beside, figure: rounded(value, 8)})
    return made


def at(row: Row, figure: str, *places: str) -> Told:
    """Return a figure of a row with the places that say which row it is."""
    return Told((row[figure],), tuple(row[place] for place in places))


def one_of(*values: float, places: Sequence[Any] = ()) -> Told:
    """Return a fact that any of several readings settles."""
    return Told(values, tuple(places))


def biggest(rows: Iterable[Row], figure: str, rank: int = 1) -> Row:
    """Return the row whose figure is the `rank`-th by size, whatever its sign."""
    return sorted(rows, key=lambda row: -abs(row[figure]))[rank - 1]


def highest(rows: Iterable[Row], figure: str, rank: int = 1) -> Row:
    """Return the row with the `rank`-th highest figure; below zero, the lowest."""
    ordered = sorted(rows, key=lambda row: row[figure])
    return ordered[-rank] if rank > 0 else ordered[-rank - 1]


def nearest(rows: Iterable[Row], axis: str, level: float) -> dict[str, Any]:
    """Return the row nearest to a level of an axis."""
    return dict(min(rows, key=lambda row: abs(row[axis] - level)))


def total(rows: Iterable[Row], figure: str) -> float:
    """Return the sum of a column over what is there."""
    return math.fsum(row[figure] for row in rows if row[figure] is not None)


def middle(values: Iterable[float]) -> float:
    """Return the median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def between(rows: Sequence[Row], axis: str, level: float, figure: str) -> float:
    """Return a figure read on the straight line between the two rows around a level."""
    below = max((row for row in rows if row[axis] <= level), key=lambda row: row[axis])
    above = min((row for row in rows if row[axis] >= level), key=lambda row: row[axis])
    if above[axis] == below[axis]:
        return float(below[figure])
    share = (level - below[axis]) / (above[axis] - below[axis])
    return float(below[figure] + share * (above[figure] - below[figure]))
