"""What stands out in each form, picked before any rows are printed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter

from ..read.columns import leaf_of
from ..read.forms import Form, Forms, Table
from ..read.units import Unit
from ..read.values import text
from ..scene import Scene
from .curve import curve_picks
from .grid import grid_picks, layers_of
from .groups import cross_section_picks, panel_picks
from .ladder import ladder_picks
from .lens import LEADS, Lens
from .measures import NOT_LEADING, Measure
from .record import single_picks, told_path
from .rows import prints_picks, rows_of
from .series import series_picks
from .sheet import Figure, Part, Pick, Rows, Sheet

_Digest = Callable[[Table, Sequence[Measure], Lens], Iterator[Pick]]
_DIGESTS: Mapping[Form, _Digest] = {
    "series": series_picks,
    "ladder": ladder_picks,
    "curve": curve_picks,
    "cross_section": cross_section_picks,
    "panel": panel_picks,
}
_CHOICES = ("greek", "market", "weight", "horizon")
_ROWS_RANK, _LATE_RANK, _UNASKED = 5, 6, 99
_PARTS = 6


@dataclass(frozen=True)
class _Section:
    """One form of a payload: how much it leads, by how many axes, its size, and its picks."""

    lead: int
    axes: int
    size: int
    name: str
    picks: Iterator[Pick]
    rows: Callable[[int, str], Rows | None] = lambda rank, name: None


def digest_of(scene: Scene, led: Callable[[Lens], Iterable[Pick]] = lambda lens: ()) -> Sheet:
    """Return what stands out in a payload, by its forms and the hint of its endpoint.

    The picks that `led` finds stand before single figures, in place of those of the parts.
    """
    lens = lens_of(scene)
    hint, forms, first = lens.hint, lens.forms, list(led(lens))
    parts = sorted(_parts(forms, lens), key=lambda part: (part.lead, part.axes, -part.size))
    picks: list[Pick] = []
    tables: dict[str, Rows] = {}
    for place, part in enumerate(parts[:_PARTS]):
        shift = 0 if not place else 1 if part.lead < NOT_LEADING else 3
        wanted = hint.picks if part.lead == parts[0].lead else ()
        picks += () if first else _ranked(part.picks, wanted, shift, part.name if place else "")
        name = (part.name or "others") if place else "rows"
        if rows := part.rows(_ROWS_RANK + shift, name):
            tables.setdefault(name, rows)
    alone = _ranked([*single_picks(forms.records, forms.listings, lens), *_absent(forms, lens)])
    told = sorted([*first, *alone, *picks], key=lambda pick: pick.rank)
    picks = [*_with_units(told, hint.say), *_unread(forms, len(parts))]
    chosen = ((f"{name} {value}", hint.chosen.get(value)) for name, value in lens.choices.items())
    notes = [": ".join(filter(None, pair)) for pair in chosen]
    return Sheet(picks, list(tables.values()), [*notes, *filter(None, [hint.say])])


def lens_of(scene: Scene) -> Lens:
    """Return what the payload of a reply is read with."""
    hint, asked = scene.question.hint.answer, dict(_asked(scene))
    names = [one.values for one in scene.forms.listings if all(map(text, one.values))]
    heads = {len(found): [str(name) for name in found] for found in names}
    tables = [_headed(table, heads) for table in scene.forms.tables]
    forms = replace(scene.forms, tables=tables)
    return Lens(hint, forms, scene.spot, scene.instant, scene.most_rows, asked)


def _parts(forms: Forms, lens: Lens) -> Iterator[_Section]:
    for table in forms.tables:
        measures = lens.measures(table)
        if table.form not in _DIGESTS:
            places = {one.name for one in (*table.key, *table.columns) if one.role == "price"}
            measures = [one for one in measures if one.name not in places]
        if measures:
            picks = _DIGESTS.get(table.form, prints_picks)(table, measures, lens)
            rows = partial(rows_of, table, measures[:LEADS], lens)
            lead, name = measures[0].lead, told_path(table.path)
            yield _Section(lead, len(table.key), table.size, name, picks, rows)
    for grid in forms.grids:
        if layers := layers_of(grid, lens):
            first, name = layers[0].measure, told_path(grid.path)
            yield _Section(first.lead, 2, len(first.values), name, grid_picks(layers))


def _ranked(
    picks: Iterable[Pick], wanted: Sequence[str] = (), shift: int = 0, about: str = ""
) -> Iterator[Pick]:
    """Yield the picks that have something to say, those a hint asks for first and in its order."""
    places, found = {kind: place for place, kind in enumerate(wanted)}, []
    for pick in picks:
        parts = [part for part in pick.parts if part.figures or part.places]
        place = min((places.get(kind, _UNASKED) for kind in pick.kinds), default=_UNASKED)
        if parts:
            found.append((place, pick.rank, replace(pick, parts=parts, about=about)))
    for count, (place, rank, pick) in enumerate(sorted(found, key=itemgetter(0, 1))):
        asked = min(1 + count // 2, 3) if place < _UNASKED else max(rank, 4)
        yield replace(pick, rank=(asked if wanted else rank) + shift)


def _asked(scene: Scene) -> Iterator[tuple[str, str]]:
    """Yield what says which quantity an answer holds: as asked, served, or by default."""
    for name in _CHOICES:
        param, served = scene.question.endpoint.param(name), scene.root.get(name)
        # Upstream's word counts where it is one of the choices there are.
        known = (served in param.enum and served, param.default) if param else ()
        if value := next(filter(None, map(text, (scene.query.get(name), *known))), None):
            yield name, value


def _with_units(picks: Iterable[Pick], said: str) -> Iterator[Pick]:
    """Yield the picks, the first figure of a unit that needs words with these words."""
    told = {"", *said.split("; ")}
    for pick in picks:
        notes = []
        for part in pick.parts:
            units = {one.unit for one in part.figures}
            for one in part.figures:
                if one.unit.note not in told:
                    told.add(one.unit.note)
                    plain = len(units) == 1 or one.unit.kind == "exposure"
                    named = "" if plain else one.name or part.name
                    notes.append(Part(one.unit.note, [], (), named))
        yield replace(pick, parts=[*pick.parts, *notes])


def _headed(table: Table, heads: Mapping[int, Sequence[str]]) -> Table:
    """Return a table whose columns have no names with those of a list elsewhere as long."""
    columns = [*table.key, *table.columns]
    head, split = heads.get(len(columns)), len(table.key)
    if not head or not all(re.fullmatch(r"column \d+", one.name) for one in columns):
        return table
    named = [replace(one, name=head[int(one.name[7:]) - 1]) for one in columns]
    return replace(table, key=named[:split], columns=named[split:])


def _absent(forms: Forms, lens: Lens) -> Iterator[Pick]:
    """Yield which lists are empty, and which quantities have no figure in any row."""
    told = bool(forms.tables or forms.grids)
    for path in forms.empty:
        none = Figure("", 0, Unit("count"), "rows received")
        yield Pick(6 if told else 1, [Part("", [none], (), leaf_of(path))])
    for table in forms.tables:
        names = [one.name for one in table.columns if set(one.values) == {None}]
        leads = any(lens.lead(name) < NOT_LEADING for name in names)
        missing = [Figure(name, None) for name in names]
        yield Pick(2 if leads else 6, [Part(f"in all {table.size:,} rows", missing)])


def _unread(forms: Forms, parts: int) -> Iterator[Pick]:
    """Yield what could not be told: an order that means nothing, and parts not looked at."""
    if any(table.as_served for table in forms.tables):
        yield Pick(_ROWS_RANK, [Part("some rows in the order served, their axis unknown", [])])
    if left := forms.unread + max(parts - _PARTS, 0):
        yield Pick(_LATE_RANK, [Part(f"{left:,} parts not told; detail=raw has them", [])])
