"""The same figures in every layout an upstream may choose."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

AT = datetime(2026, 11, 28, 10, 47, 30, tzinfo=UTC)
_MONTH_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_MONTHS = _MONTH_NAMES.split()
NAMES = {
    "time": ("time", "timestamp", "t", "recorded_at", "bucket_start_time"),
    "price": ("strike", "price", "level", "bin_price"),
    "expiry": ("expiry", "expiration", "expiry_date"),
    "days": ("dte", "days_to_expiry", "tenor_days"),
    "name": ("venue", "fund", "symbol", "class"),
}
_QUANTITIES = ("net_gex", "call_oi", "mark_iv", "total_premium", "delta_flow")

Row = Mapping[str, object]


@dataclass(frozen=True)
class World:
    """A canonical table: the axes of its key with their places, and the figures of each row."""

    spot: float
    axes: Mapping[str, Sequence[object]]
    names: Mapping[str, str]
    rows: Sequence[tuple[tuple[object, ...], tuple[float, ...]]]
    figures: Sequence[str]
    form: str


def worlds(seed: int, form: str) -> World:
    """Return a table of a form with random places and figures."""
    chance = random.Random(seed)
    spot = chance.choice([70_000.0, 3_400.0, 89.0, 31.5, 0.62])
    kinds = {
        "series": ("time",),
        "ladder": ("price",),
        "curve": (chance.choice(["expiry", "days"]),),
        "cross_section": ("name",),
        "panel": ("time", "name"),
        "time_price": ("time", "price"),
        "expiry_price": ("expiry", "price"),
        "time_expiry": ("time", "expiry"),
        "contracts": ("expiry", "price", "type"),
    }[form]
    axes = {kind: _places(chance, kind, spot, len(kinds)) for kind in kinds}
    names = {kind: chance.choice(NAMES.get(kind, ("option_type",))) for kind in kinds}
    figures = chance.sample(_QUANTITIES, chance.randint(1, 3))
    rows = [
        (place, tuple(chance.gauss(0, 1e6) for _ in figures))
        for place in _product([*axes.values()])
    ]
    return World(spot, axes, names, rows, figures, form)


def _places(chance: random.Random, kind: str, spot: float, dimensions: int) -> Sequence[object]:
    many = chance.randint(6, 40 if dimensions == 1 else 9)
    if kind == "time":
        step = timedelta(seconds=chance.choice([60, 300, 3600, 86_400]))
        return [AT.replace(second=0) - step * back for back in range(many, 0, -1)]
    if kind == "price":
        gap = float(f"{spot * chance.choice([0.01, 0.02, 0.05]):.1g}")
        middle = round(spot * chance.choice([1, 0.8, 1.3]) / gap)
        low = max(1, middle - many // 2)
        return [round(gap * place, 6) for place in range(low, low + many)]
    if kind == "expiry":
        first = AT.date() + timedelta(days=chance.randint(0, 5))
        gaps = sorted(chance.sample(range(300), many))
        return [first + timedelta(days=gap) for gap in gaps]
    if kind == "days":
        return sorted(chance.sample([1, 2, 3, 5, 7, 14, 21, 30, 45, 60, 90, 120, 180, 270], 7))
    if kind == "type":
        return ["call", "put"]
    return ["deribit", "bybit", "okx", "binance", "derive", "thalex"][: chance.randint(3, 6)]


def _product(axes: Sequence[Sequence[object]]) -> Iterator[tuple[object, ...]]:
    if not axes:
        yield ()
        return
    for place in axes[0]:
        for rest in _product(axes[1:]):
            yield (place, *rest)


# Writing


@dataclass(frozen=True)
class Style:
    """How places, figures and names are spelled."""

    clock: str
    expiries: str
    text: bool
    camel: bool
    newest_first: bool

    def place(self, place: object) -> object:
        if isinstance(place, datetime):
            return _CLOCKS[self.clock](place)
        if isinstance(place, date):
            token = f"{place.day:02}{_MONTHS[place.month - 1]}{place.year % 100:02}"
            return token if self.expiries == "token" else place.isoformat()
        return self.figure(place) if isinstance(place, float) else place

    def figure(self, value: object) -> object:
        return repr(value) if self.text and isinstance(value, float) else value

    def name(self, name: str) -> str:
        first, *rest = name.split("_")
        return first + "".join(map(str.capitalize, rest)) if self.camel else name


_CLOCKS: Mapping[str, Callable[[datetime], object]] = {
    "iso": lambda when: when.isoformat(),
    "zulu": lambda when: when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    "s": lambda when: int(when.timestamp()),
    "ms": lambda when: int(when.timestamp() * 1000),
    "us": lambda when: int(when.timestamp() * 1_000_000),
}


def styles(seed: int) -> Style:
    """Return a random style."""
    chance = random.Random(seed)
    return Style(
        chance.choice([*_CLOCKS]),
        chance.choice(["token", "iso"]),
        chance.random() < 0.3,
        chance.random() < 0.5,
        chance.random() < 0.3,
    )


def layouts(world: World, style: Style) -> Mapping[str, object]:
    """Return the table in every layout its form can be written in."""
    names = [style.name(name) for name in (*world.names.values(), *world.figures)]
    rows = [
        (*map(style.place, places), *map(style.figure, figures)) for places, figures in world.rows
    ]
    if style.newest_first:
        rows.reverse()
    made = {
        "objects": [dict(zip(names, row, strict=True)) for row in rows],
        "wrapped": {
            "symbol": "BTC",
            "points": [dict(zip(names, row, strict=True)) for row in rows],
        },
        "columns and rows": {"columns": names, "rows": [list(row) for row in rows]},
        "header and data": {"data": [list(row) for row in rows], "header": names},
        "parallel": dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)),
    }
    two = _by_two_axes(world, names, rows) if len(world.axes) == 2 else {}
    return {**made, **_by_one_axis(world, names, rows), **two}


def _by_one_axis(
    world: World, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> Mapping[str, object]:
    if len(world.axes) != 1:
        return {}
    made: dict[str, object] = {
        "map of records": {str(row[0]): dict(zip(names[1:], row[1:], strict=True)) for row in rows},
        "nested records": [
            {names[0]: row[0], "figures": dict(zip(names[1:], row[1:], strict=True))}
            for row in rows
        ],
        "lists": [list(row) for row in rows],
    }
    if len(world.figures) == 1:
        made["map of scalars"] = {"values": {str(row[0]): row[1] for row in rows}}
        made["pairs"] = {"series": [list(row) for row in rows]}
    return made


def _by_two_axes(
    world: World, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> Mapping[str, object]:
    outer = list(dict.fromkeys(row[0] for row in rows))
    inner = list(dict.fromkeys(row[1] for row in rows))
    cells = {(row[0], row[1]): row[2:] for row in rows}
    part = range(len(world.figures))
    down, across, *figures = names
    made: dict[str, object] = {
        "map of maps of records": {
            str(o): {str(i): dict(zip(figures, cells[o, i], strict=True)) for i in inner}
            for o in outer
        },
        "map of parallel": {
            str(o): {across: inner, **{figures[p]: [cells[o, i][p] for i in inner] for p in part}}
            for o in outer
        },
        "rows with rows": [
            {
                down: o,
                "inside": [
                    {across: i, **dict(zip(figures, cells[o, i], strict=True))} for i in inner
                ],
            }
            for o in outer
        ],
        "rows with lists": {
            "frames": [
                {
                    down: o,
                    across: inner,
                    **{figures[p]: [cells[o, i][p] for i in inner] for p in part},
                }
                for o in outer
            ]
        },
        "frames": {
            "axis_" + across: inner,
            "frames": [
                {down: o, **{figures[p]: [cells[o, i][p] for i in inner] for p in part}}
                for o in outer
            ],
        },
    }
    if len(part) == 1:
        made["map of maps"] = {str(o): {str(i): cells[o, i][0] for i in inner} for o in outer}
    if len(outer) != len(inner):
        made["matrix"] = {
            down + "_axis": outer,
            across + "_axis": inner,
            **{figures[p]: [[cells[o, i][p] for i in inner] for o in outer] for p in part},
        }
        made["turned matrix"] = {
            "x": outer,
            "y": inner,
            "z": {figures[p]: [[cells[o, i][p] for o in outer] for i in inner] for p in part},
        }
    return made
