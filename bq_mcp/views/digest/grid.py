"""Figures over two axes: the newest column, a smile by tenor, or the largest cells of a map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..arithmetic import gross, occurrences, total
from ..read.forms import Column, Grid
from ..read.units import Unit
from ..read.values import derive, number
from .curve import tenors_of
from .ladder import largest_picks
from .lens import Lens
from .measures import LARGEST, Measure, bare, row
from .prints import window_of
from .sheet import Figure, Part, Pick, Place

_WINGS = (-10, -5, 5, 10)
# A listed price so many percent from spot is still told as the nearest one.
_SLACK = 2.5
_SHOWN = 9
_HEAVIEST = {"expiry": "heaviest expiry", "days": "heaviest expiry", "price": "heaviest strike"}
_STANDING = ("time", "price", "name", "key")
# What is at the money along an axis of deltas or of strikes over spot.
_ATM = {"log": (0.0,), "moneyness": (1.0, 100.0), "delta": (0.5, 50.0, "50D", "50d")}


@dataclass(frozen=True)
class Layer:
    """One quantity of a grid; `cells` has a line a place on `down`, both axes may be unknown."""

    measure: Measure
    down: Column | None
    across: Column | None
    cells: Sequence[Sequence[float | None]]
    lens: Lens

    @property
    def flat(self) -> Measure:
        """The quantity over all cells, line by line."""
        return self.measure.over([value for line in self.cells for value in line])

    def turned(self) -> "Layer":
        """Return the layer with its axes exchanged."""
        cells = [list(line) for line in zip(*self.cells, strict=True)]
        return replace(self, down=self.across, across=self.down, cells=cells)

    def line(self, at: int) -> Measure:
        """Return one line as a quantity along the other axis."""
        return self.measure.over(self.cells[at])

    def placed(self, cell: int) -> list[Place]:
        """Return where a cell of `flat` stands, as far as the axes are known."""
        places = zip((self.down, self.across), divmod(cell, len(self.cells[0])), strict=True)
        return [self.lens.place(axis, at) for axis, at in places if axis is not None]

    def along(self, at: int) -> list[Place]:
        """Return a place on the axis across."""
        return [] if self.across is None else [self.lens.place(self.across, at)]

    def at_spot(self, line: Measure) -> int | None:
        """Return which figure of a line stands at the price nearest spot, or at the money."""
        if (axis := self.across) is None:
            return None
        if axis.role == "price":
            return self.lens.near(axis.values, 0, line.present, _SLACK)
        words = next((found for word, found in _ATM.items() if word in axis.name.casefold()), ())
        return next((at for at in line.present if axis.values[at] in ("ATM", "atm", *words)), None)


def layers_of(grid: Grid, lens: Lens) -> list[Layer]:
    """Return the quantities of a grid, those that lead first; time, else price, runs down."""
    found, meant = [], lens.meant(list(grid.layers))
    axes = (lens.axis(grid.down), lens.axis(grid.across)) if grid.oriented else (None, None)
    order = [_STANDING.index(axis.role) if axis and axis.role in _STANDING else 9 for axis in axes]
    for name, cells in grid.layers.items():
        measure = lens.measure(name, [value for line in cells for value in line], meant=meant)
        values = iter(measure.values)
        layer = Layer(measure, *axes, [[next(values) for _ in line] for line in cells], lens)
        if measure.present:
            found.append(layer.turned() if order[1] < order[0] else layer)
    return sorted(found, key=lambda layer: layer.measure.lead)


def grid_picks(layers: Sequence[Layer]) -> Iterator[Pick]:
    """Yield what stands out in the first quantity of a grid, and the extremes of the others."""
    layer = layers[0]
    roles = [axis.role if axis else "" for axis in (layer.down, layer.across)]
    extremes = [one.flat.along(one.flat.ends(), one.placed) for one in layers[:4]]
    if roles[0] == "time":
        yield from _over_time(layer)
    elif layer.measure.adds or layer.measure.unit.kind in ("usd", "exposure"):
        yield from _exposures(layer)
    else:
        if roles[0] in _STANDING and roles[1] in ("expiry", "days"):
            yield from _smiles(layer)
        yield Pick(3, extremes[:1], ["range"])
    missing = derive(occurrences, layer.flat.values, None)
    yield Pick(6, extremes[1:])
    yield Pick(7, [Part("cells without a figure", [Figure("", missing)] if missing else [])])


def _over_time(layer: Layer) -> Iterator[Pick]:
    """Yield the newest line of a grid over time, and what changed since the first."""
    filled = [at for at, line in enumerate(layer.cells) if any(x is not None for x in line)]
    now, before = layer.line(filled[-1]), layer.line(filled[0])
    window = [layer.lens.place(layer.down, at) for at in (filled[0], filled[-1]) if layer.down]
    newest = _newest(layer, now)
    tops = [(words, found[0]) for words, found in newest.items() if found]
    latest = replace(now.along(tops, layer.along, "latest"), places=window[1:])
    yield Pick(1, [latest], ["latest"])
    yield Pick(2, window_of(window), ["window"])
    moves = [now.changed("change", a, b) for a, b in zip(before.values, now.values, strict=True)]
    sizes = [abs(number(made[0].value) or 0) if made else -1.0 for made in moves]
    largest = next(iter(now.largest(1)), None)
    named = {"nearest spot": layer.at_spot(now), "at the largest": largest}
    named["largest change"] = sizes.index(max(sizes))
    for words, at in named.items() if layer.across and len(filled) > 1 else ():
        told = [kind for kind, other in named.items() if other == at]
        if at is not None and words == told[0]:
            part = row(", ".join(told), [now], at, layer.along)
            kinds = ["spot" if kind == "nearest spot" else kind for kind in told]
            yield Pick(2, [replace(part, figures=[*part.figures, *moves[at]])], kinds)
    for words, found in newest.items():
        part = now.along(bare(found[1:]), layer.along, f"latest, next {words}")
        yield Pick(5, [replace(part, places=window[1:])])


def _newest(layer: Layer, now: Measure) -> dict[str, list[int]]:
    """Return the largest distinct figures of each sign; without signs those above, below spot."""
    axis, spot = layer.across, layer.lens.spot
    if now.signed:
        signs = {"positive": 1, "negative": -1}
        return {f"largest {word}": now.largest(LARGEST, sign) for word, sign in signs.items()}
    if axis is None or axis.role != "price" or spot is None:
        return {"largest": now.largest(LARGEST)}
    above = {at for at, price in enumerate(axis.values) if (number(price) or 0) > spot}
    others = {"above": {*range(len(axis.values))} - above, "below": above}
    return {
        f"largest {side} spot": now.without([*rows]).largest(LARGEST)
        for side, rows in others.items()
    }


def _exposures(layer: Layer) -> Iterator[Pick]:
    """Yield the largest distinct cells, the heaviest line and column, and the line at spot."""
    yield from largest_picks([layer.flat], layer.placed)
    turned = layer.turned()
    for one in (turned, layer):
        if one.down is not None and layer.measure.adds:
            sizes = [sum(abs(x) for x in line if x is not None) for line in one.cells]
            at, kind = sizes.index(max(sizes)), _HEAVIEST.get(one.down.role, "heaviest")
            words = kind
            line, signed = one.line(at), layer.flat.signed
            held = [*(line.made("gross", gross) if signed else ()), *line.made("total", total)]
            words = f"{words} by gross" if signed else words
            yield Pick(2, [Part(words, held, [one.lens.place(one.down, at)])], ["heaviest", kind])
    price = turned.at_spot(layer.measure.over([0.0] * len(layer.cells)))
    if price is not None:
        rows = bare(price * len(layer.cells[0]) + at for at in layer.line(price).largest(LARGEST))
        yield Pick(3, [layer.flat.along(rows, layer.placed, "nearest spot, largest")], ["spot"])


def _smiles(layer: Layer) -> Iterator[Pick]:
    """Yield the cells nearest spot by tenor, the modes, and the cells beside spot at 30 days."""
    assert layer.across is not None and layer.down is not None
    tenors, turned = tenors_of(layer.across, (), layer.lens), layer.turned()
    rows: dict[int, list[tuple[str, int]]] = {}
    modes = []
    for words, at in tenors.named("next"):
        line = turned.line(at)
        if (price := turned.at_spot(line)) is not None:
            rows.setdefault(price, []).append((words, at))
        for _, top in line.ends()[:1]:
            mode = Figure("", layer.down.values[top], Unit("price"), words, tenors.placed(at))
            modes.append(mode)
    modes = modes if layer.down.role == "price" else []
    parts = {price: layer.line(price).along(found, tenors.placed) for price, found in rows.items()}
    priced = layer.down.role == "price"
    told = [replace(part, words="nearest spot" if priced else "at the money",
                    places=turned.along(price)) for price, part in parts.items()]  # fmt: skip
    yield Pick(1, told, ["spot"])
    yield Pick(1, [Part("mode", modes)] if layer.lens.asked("mode") else [], ["mode"])
    if (month := tenors.near(30)) is not None:
        line, prices = turned.line(month), layer.down.values
        found: list[tuple[str, int | None]] = [
            (f"{step:+d}%", layer.lens.near(prices, step, line.present))
            for step in (_WINGS if priced else ())
        ]
        found = found or [("", at) for at in range(min(len(prices), _SHOWN))]
        wings = line.along([(words, at) for words, at in found if at is not None], turned.along)
        yield Pick(2, [replace(wings, words="~30d", places=tenors.placed(month))], ["wings"])
