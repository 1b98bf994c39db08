"""Figures over two axes: the newest column, a smile by tenor, or the largest cells of a map."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..arithmetic import gross, missing, total
from ..read.forms import Column, Grid
from ..read.units import Unit
from ..read.values import derive, number
from ..records import tenor
from .curve import living, tenors
from .lens import Lens
from .measures import LARGEST, Measure, bare, row
from .sheet import Figure, Part, Pick, Place

_WINGS = (-10, -5, 5, 10)
_SHOWN = 9
_HEAVIEST = {"expiry": "heaviest expiry", "days": "heaviest expiry", "price": "heaviest strike"}
_STANDING = ("time", "price", "name", "key")


@dataclass(frozen=True)
class Layer:
    """One quantity of a grid, its cells line by line; both axes may be unknown.

    A line runs across, at one place on the axis `down`; `width` is how many cells it has.
    """

    measure: Measure
    down: Column | None
    across: Column | None
    width: int
    lens: Lens

    @property
    def lines(self) -> list[Measure]:
        """The lines, each as a quantity along the axis across."""
        cells, width = self.measure.values, self.width
        starts = range(0, len(cells), width)
        return [self.measure.over(cells[start : start + width]) for start in starts]

    def turned(self) -> "Layer":
        """Return the layer with its axes exchanged."""
        cells, width = self.measure.values, self.width
        turned = self.measure.over([x for at in range(width) for x in cells[at::width]])
        return Layer(turned, self.across, self.down, len(cells) // width, self.lens)

    def placed(self, cell: int) -> list[Place]:
        """Return where a cell stands, as far as the axes are known."""
        places = zip((self.down, self.across), divmod(cell, self.width), strict=True)
        return [self.lens.place(axis, at) for axis, at in places if axis is not None]

    def at_spot(self, line: Measure) -> int | None:
        """Return which figure of a line stands at the price nearest spot, or at the money."""
        if (axis := self.across) is None:
            return None
        if axis.role == "price":
            return self.lens.near(axis.values, 0, line.present)
        return next((at for at in line.present if axis.values[at] in ("ATM", "atm")), None)


def layers_of(grid: Grid, lens: Lens) -> list[Layer]:
    """Return the quantities of a grid, those that lead first; time, else price, runs down."""
    found, alone = [], len(grid.layers) == 1
    axes = (lens.axis(grid.down), lens.axis(grid.across)) if grid.oriented else (None, None)
    order = [_STANDING.index(axis.role) if axis and axis.role in _STANDING else 9 for axis in axes]
    for name, cells in grid.layers.items():
        flat = [value for line in cells for value in line]
        measure = lens.measure(lens.meant(name, alone), flat)
        layer = Layer(measure, *axes, len(cells[0]), lens)
        if measure.present:
            found.append(layer.turned() if order[1] < order[0] else layer)
    return sorted(found, key=lambda layer: layer.measure.lead)


def grid_picks(layers: Sequence[Layer]) -> Iterator[Pick]:
    """Yield what stands out in the first quantity of a grid, and the extremes of the others."""
    layer = layers[0]
    roles = [axis.role if axis else "" for axis in (layer.down, layer.across)]
    is_smile = roles[0] in _STANDING and roles[1] in ("expiry", "days")
    extremes = [one.measure.along(one.measure.ends(), one.placed) for one in layers[:4]]
    if roles[0] == "time":
        yield from _over_time(layer)
    elif layer.measure.adds or layer.measure.unit.kind in ("usd", "exposure"):
        yield from _exposures(layer)
    else:
        if layer.down and layer.across and is_smile:
            yield from _smiles(layer, layer.down, layer.across)
        yield Pick(3, extremes[:1], ["range"])
    yield Pick(6, extremes[1:])
    if missed := derive(missing, layer.measure.values):
        yield Pick(6, [Part("cells without a figure", [Figure("", missed, Unit("count"))])])


def _over_time(layer: Layer) -> Iterator[Pick]:
    """Yield the newest line of a grid over time, and what changed since the first."""
    lines, axes = layer.lines, [layer.across] if layer.across else []
    along = partial(layer.lens.places, axes)
    filled = [at for at, line in enumerate(lines) if line.present]
    now, before = lines[filled[-1]], lines[filled[0]]
    window = [layer.lens.place(layer.down, at) for at in (filled[0], filled[-1]) if layer.down]
    order = now.largest(LARGEST)
    yield Pick(1, [now.along(bare(order), along, "latest, largest", at=window[1:])], ["latest"])
    yield Pick(2, [Part("window from", [], window[:1]), Part("to", [], window[1:])], ["window"])
    moves = [now.changed("change", a, b) for a, b in zip(before.values, now.values, strict=True)]
    moved = now.over([number(made[0].value) if made else None for made in moves])
    named = {"nearest spot": layer.at_spot(now), "at the largest": next(iter(order), None)}
    named["largest change"] = next(iter(moved.largest(1)), None)
    for words, at in named.items() if layer.across and len(filled) > 1 else ():
        if at is not None:
            part = row(words, [now], at, along)
            yield Pick(2, [replace(part, figures=[*part.figures, *moves[at]])], [words])


def _exposures(layer: Layer) -> Iterator[Pick]:
    """Yield the largest cells, and the heaviest line and column."""
    rows = layer.measure.largest(LARGEST)
    yield Pick(1, [layer.measure.along(bare(rows), layer.placed, "largest")], ["largest"])
    for one in (layer.turned(), layer):
        if one.down is not None and layer.measure.adds:
            lines = one.lines
            at = max(range(len(lines)), key=lambda at: gross(lines[at].values) or 0)
            kind, held = _HEAVIEST.get(one.down.role, "heaviest"), lines[at].made("total", total)
            words = kind
            if layer.measure.signed:
                words, held = f"{kind} by gross", [*lines[at].made("gross", gross), *held]
            part = Part(words, held, [one.lens.place(one.down, at)])
            yield Pick(2, [part], ["heaviest", kind])
            if one.down.role == "price":
                yield Pick(2, [_beside_spot(one, one.down)], ["spot"])


def _beside_spot(layer: Layer, prices: Column) -> Part:
    """Return the largest cells of the line at the price nearest spot."""
    listed = [at for at, line in enumerate(layer.lines) if line.present]
    if layer.across is None or (at := layer.lens.near(prices.values, 0, listed)) is None:
        return Part("", [])
    line, along = layer.lines[at], partial(layer.lens.places, [layer.across])
    here = [layer.lens.place(prices, at)]
    return line.along(bare(line.largest(LARGEST)), along, "nearest spot", 2, here)


def _smiles(layer: Layer, down: Column, across: Column) -> Iterator[Pick]:
    """Yield the cells nearest spot by tenor, their modes, and those beside spot at 30 days."""
    lens, turned, prices = layer.lens, layer.turned(), down.values
    along, beside = partial(lens.places, [across]), partial(lens.places, [down])
    lines, columns, priced = layer.lines, turned.lines, down.role == "price"
    expiries = living(across, (), lens)
    named, rows = tenors(expiries), dict[int, list[tuple[str, int]]]()
    for words, at in named:
        if (price := turned.at_spot(columns[at])) is not None:
            rows.setdefault(price, []).append((words, at))
    near = "nearest spot" if priced else "at the money"
    for at, found in rows.items():
        yield Pick(1, [lines[at].along(found, along, near, 4, beside(at))], ["spot"])
    tops = [(words, at, top) for words, at in named for _, top in columns[at].ends()[:1]]
    modes = [Figure("", prices[top], Unit("price"), words, along(at)) for words, at, top in tops]
    yield Pick(1, [Part("mode", modes if "mode" in lens.hint.picks else [])], ["mode"])
    if month := tenor(expiries, "dte", 30):
        line = columns[month["at"]]
        steps = {f"{step:+d}%": lens.near(prices, step, line.present) for step in _WINGS}
        found = [(words, at) for words, at in steps.items() if at is not None]
        shown = found if priced else bare(range(min(len(prices), _SHOWN)))
        yield Pick(2, [line.along(shown, beside, "~30d", at=along(month["at"]))], ["wings"])
