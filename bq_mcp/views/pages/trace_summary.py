"""TRACE in short: the zone where the field is largest, and the pocket nearest spot."""

from collections.abc import Iterator
from dataclasses import replace

from ..digest import led_by, lens_of
from ..digest.lens import Lens
from ..digest.sheet import Part, Pick, Sheet
from ..read.columns import word_set, words_of
from ..read.forms import Table
from ..read.units import Unit, unit_of
from ..read.values import number
from ..scene import Scene

_PINS, _POCKETS = word_set("pin pins mean avg"), word_set("pocket pockets accel acceleration field")
_DOLLARS, _PER_PCT = "dollars_per_pct", "USD per 1% move"
_SIZES = ("as_served", "usd", "exposure")


def page(scene: Scene) -> Sheet | None:
    """Return the largest pin zone and the pocket nearest spot, then single figures and rows."""
    lens = lens_of(scene)
    said = [str(x) for one in scene.forms.records for x in one.fields.values()]
    stated = unit_of("field", {"field": _PER_PCT}) if _DOLLARS in " ".join(said) else None
    picks = [pick for table in lens.forms.tables for pick in _picks(table, lens, stated)]
    return led_by(scene, picks) if picks else None


def _picks(table: Table, lens: Lens, stated: Unit | None) -> Iterator[Pick]:
    """Yield the row a table is told by: its names say pin or pocket."""
    columns = (*table.key, *table.columns)
    level = next((one for one in columns if one.role == "price"), None)
    names = " ".join([table.path, *(one.name for one in columns)]).replace(".", "_")
    words = {word for name in names.split() for word in words_of(name)}
    sizes = [one for one in lens.measures(table) if one.unit.kind in _SIZES]
    if level is None or not sizes:
        return
    off = {
        at: abs(price - (lens.spot or 0))
        for at, x in enumerate(level.values)
        if (price := number(x))
    }
    size = replace(sizes[0], unit=stated or sizes[0].unit)
    if _PINS & words:
        told, chosen = "top pin zone", size.largest(1)
    elif _POCKETS & words:
        told, chosen = "nearest acceleration pocket", sorted(off, key=off.__getitem__)[:1]
    else:
        return
    times = [one for one in columns if one.role == "time"]
    for at in chosen:
        placed = [lens.price(level.values[at]), *lens.places(times, at)]
        yield Pick(1, [Part(told, [size.figure(size.values[at])], placed)])
