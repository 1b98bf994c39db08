"""Figures that lead before what the forms give: flow by strike, and TRACE in short."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import net_of
from ..digest.lens import Lens
from ..digest.measures import LARGEST, Measure, bare, sums
from ..digest.sheet import Figure, Part, Pick
from ..read.columns import leaf_of, words_of
from ..read.forms import Table
from ..read.units import Unit, unit_of
from ..read.values import derive, number

_BOUGHT, _SOLD = frozenset(["buy", "bought"]), frozenset(["sell", "sold"])
_NET = "largest net left to dealers in coin (+ long), takers' sold less bought"
_DOLLARS, _PER_PCT = "dollars_per_pct", "USD per 1% move"
# The last lead of the hint that names a pocket, and the one that names the contour.
_POCKET, _ZERO = 2, 4
_CROSSINGS = 3
_SIZES = ("as_served", "usd", "exposure")


def flow_by_strike(lens: Lens) -> Iterator[Pick]:
    """Yield the premium of calls and puts bought and sold, and the net size left to dealers."""
    for table in lens.forms.tables:
        placed, measures = partial(lens.places, table.key), lens.measures(table)
        paid, sizes = (_sides(measures, word, _BOUGHT | _SOLD) for word in ("premium", "size"))
        if table.form != "ladder" or (len(paid), len(sizes)) != (4, 4):
            continue
        yield Pick(1, [sums(f"total of {table.size:,} strikes", paid)])
        sold, bought = (
            zip(*(one.values for one in _sides(sizes, "size", of)), strict=True)
            for of in (_SOLD, _BOUGHT)
        )
        left = [derive(net_of, plus, less) for plus, less in zip(sold, bought, strict=True)]
        net = replace(sizes[0], values=left)
        yield Pick(2, [replace(net.along(bare(net.largest(LARGEST)), placed, _NET, 1), name="")])


def _sides(measures: Sequence[Measure], word: str, sides: frozenset[str]) -> list[Measure]:
    """Return what was bought or sold over all venues, not that of one inside a row."""
    words = {one.name: {*words_of(one.name.replace(".", "_"))} for one in measures}
    named = [one for one in measures if word in words[one.name] and sides & words[one.name]]
    depth = min((one.name.count(".") for one in named), default=0)
    return [one for one in named if one.name.count(".") == depth]


def trace_summary(lens: Lens) -> Iterator[Pick]:
    """Yield the largest pin zone, the pocket nearest spot and the contours nearest to it."""
    said = [str(x) for one in lens.forms.records for x in one.fields.values()]
    stated = unit_of("field", {"field": _PER_PCT}) if _DOLLARS in " ".join(said) else None
    found = [pick for table in lens.forms.tables for pick in _zones(table, lens, stated)]
    yield from (*found, *_contours(lens)) if found else ()


def _zones(table: Table, lens: Lens, stated: Unit | None) -> Iterator[Pick]:
    """Yield the row a table is told by: the first lead of the hint is pin, the next are pocket."""
    columns = (*table.key, *table.columns)
    lead = min(map(lens.lead, (leaf_of(table.path), *(one.name for one in columns))))
    level = next((one for one in columns if one.role == "price"), None)
    sizes = [one for one in lens.measures(table) if one.unit.kind in _SIZES]
    if level is None or not sizes or lead > _POCKET:
        return
    size = replace(sizes[0], unit=stated or sizes[0].unit)
    prices = {at: price for at, x in enumerate(level.values) if (price := number(x))}
    near = sorted(prices, key=lambda at: abs(prices[at] - (lens.spot or 0)))
    words = "nearest acceleration pocket" if lead else "top pin zone"
    times = [one for one in columns if one.role == "time"]
    for at in near[:1] if lead else size.largest(1):
        placed = [lens.price(level.values[at]), *lens.places(times, at)]
        yield Pick(1, [Part(words, [size.figure(size.values[at])], placed)])


def _contours(lens: Lens) -> Iterator[Pick]:
    """Yield the prices nearest spot at which the field is zero, by the list they stand in."""
    listed = [(one.path, one.values) for one in lens.forms.listings]
    for table in lens.forms.tables:
        if all(one.role != "time" for one in (*table.key, *table.columns)):
            listed += [(f"{table.path}.{one.name}", one.values) for one in table.columns]
    for path, values in listed:
        prices = [price for value in values if (price := number(value))]
        if prices and any(lens.lead(part) == _ZERO for part in path.split(".")):
            near = sorted(prices, key=lambda price: abs(price - (lens.spot or 0)))[:_CROSSINGS]
            places = [[replace(lens.price(price), role="", value=None)] for price in near]
            told = zip(near, places, strict=True)
            figures = [Figure("", price, Unit("price"), "", place) for price, place in told]
            yield Pick(1, [Part("zero contour", figures, (), leaf_of(path))])
