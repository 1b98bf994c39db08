"""TRACE in short: the zone where the field is largest, and the pocket nearest spot."""

from collections.abc import Iterator
from dataclasses import replace

from ..digest import digest_of, lens_of
from ..digest.lens import Lens
from ..digest.sheet import Figure, Part, Pick, Sheet
from ..read.columns import leaf_of
from ..read.forms import Table
from ..read.units import Unit, unit_of
from ..read.values import number
from ..scene import Scene

_DOLLARS, _PER_PCT = "dollars_per_pct", "USD per 1% move"
# The last lead of the hint that names a pocket, and the one that names the contour.
_POCKET, _ZERO = 2, 4
_CROSSINGS = 3
_SIZES = ("as_served", "usd", "exposure")


def page(scene: Scene) -> Sheet | None:
    """Return the largest pin zone and the pocket nearest spot, then single figures and rows."""
    lens = lens_of(scene)
    said = [str(x) for one in scene.forms.records for x in one.fields.values()]
    stated = unit_of("field", {"field": _PER_PCT}) if _DOLLARS in " ".join(said) else None
    picks = [pick for table in lens.forms.tables for pick in _picks(table, lens, stated)]
    return digest_of(scene, [*picks, *_contours(lens)]) if picks else None


def _picks(table: Table, lens: Lens, stated: Unit | None) -> Iterator[Pick]:
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
