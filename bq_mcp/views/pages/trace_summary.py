"""TRACE in short: zones where the field is large, pockets near spot, its zero at the horizon."""

from collections.abc import Iterator
from dataclasses import replace

from ..digest import led_by, lens_of
from ..digest.lens import Lens
from ..digest.sheet import Figure, Part, Pick, Sheet
from ..read.columns import word_set, words_of
from ..read.forms import Column, Table
from ..read.values import number
from ..scene import Scene

_TOLD = ("top pin zone", "nearest acceleration pocket", "zero contour at the horizon")
_PIN, _POCKET, _ZERO = range(len(_TOLD))
_PINS, _POCKETS = word_set("pin pins mean avg"), word_set("pocket pockets accel acceleration field")
_DOLLARS, _FIELDS = "dollars_per_pct", ("*field*", "*mean*")
_SIZES = ("as_served", "usd", "exposure")
# The widest price axis reaches so far from spot, as a part of it.
_WIDEST = 0.5


def page(scene: Scene) -> Sheet | None:
    """Return the largest pin zone, the pocket nearest spot, the zero contour and the lean."""
    lens, records = lens_of(scene), scene.forms.records
    texts = [(one.path, x) for one in records for x in one.fields.values() if isinstance(x, str)]
    if any(_DOLLARS in text for _, text in texts):
        units = {**lens.hint.units, **dict.fromkeys(_FIELDS, "USD per 1% move")}
        lens = replace(lens, hint=replace(lens.hint, units=units))
    rows = [found for table in lens.forms.tables for found in _rows(table, lens)]
    rows.sort(key=lambda found: found[0])
    picks = [Pick(2 if place == _ZERO else 1, [part]) for place, part in rows]
    lean = [Figure("", text) for path, text in texts if "lean" in words_of(path)]
    picks.append(Pick(2, [Part("lean", lean)]))
    return led_by(scene, picks) if picks[0].rank == 1 else None


def _rows(table: Table, lens: Lens) -> Iterator[tuple[int, Part]]:
    """Yield the row a table is told by: its names say pin or pocket, prices over time the zero."""
    columns, spot = (*table.key, *table.columns), lens.spot or 0
    level = next((one for one in columns if _is_level(one, spot)), None)
    if level is None:
        return
    names = (name.replace(".", "_") for name in (table.path, *(one.name for one in columns)))
    words = {word for name in names for word in words_of(name)}
    measures = (one for one in lens.measures(table) if one.name != level.name)
    sizes = [one for one in measures if one.unit.kind in _SIZES][:1]
    off = {at: abs(price - spot) for at, x in enumerate(level.values) if (price := number(x))}
    times = [one for one in columns if one.role == "time"]
    chosen: list[int] = []
    if sizes and _PINS & words:
        place, chosen = _PIN, sizes[0].largest(1)
    elif sizes and _POCKETS & words:
        place, chosen = _POCKET, sorted(off, key=lambda at: off[at])[:1]
    elif times and not sizes:
        place, chosen = _ZERO, list(off)[-1:]
    for at in chosen:
        figures = [one.figure(one.values[at]) for one in sizes]
        placed = [lens.price(level.values[at]), *lens.places(times, at)]
        yield place, Part(_TOLD[place], figures, placed)


def _is_level(column: Column, spot: float) -> bool:
    near = (abs((number(value) or 0) - spot) <= _WIDEST * spot for value in column.values)
    return column.role == "price" or (column.numeric and all(near))
