"""What stands out in each form, picked before any rows are printed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..read.columns import leaf_of, words_of
from ..read.forms import Form, Forms, Record, Table
from ..read.units import AS_SERVED, Kind, Unit
from ..read.values import number, text
from .curve import curve_picks
from .grid import grid_picks, layers_of
from .groups import cross_section_picks, panel_picks
from .ladder import ladder_picks
from .lens import Lens
from .measures import NOT_LEADING, Measure
from .prints import as_prints, prints_picks
from .record import listing_pick, record_lead, record_picks, told_path
from .rows import rows_of
from .series import series_picks
from .sheet import Figure, Part, Pick, Rows, Sheet

if TYPE_CHECKING:
    from ..scene import Scene

_Digest = Callable[[Table, Sequence[Measure], Lens], Iterator[Pick]]
_DIGESTS: Mapping[Form, _Digest] = {
    "series": series_picks,
    "ladder": ladder_picks,
    "curve": curve_picks,
    "cross_section": cross_section_picks,
    "panel": panel_picks,
}
_UNIT_WORDS: Mapping[str, Kind] = {
    "unit not stated": "as_served", "scale not stated": "as_served", "in coin": "coin"
}  # fmt: skip
_CHOICES = ("greek", "market", "weight", "horizon")
_LAST_RANK, _ROWS_RANK, _LATE_RANK = 9, 5, 6
_PARTS = 6
# Of so many rows the rows say all there is in fewer words than picks.
_FEW = 4
# A smaller total may equal another figure by accident.
_TELLING = 1_000


@dataclass(frozen=True)
class _Part:
    """One form of a payload: how much it leads, by how many axes, its size, and its picks."""

    lead: int
    axes: int
    size: int
    name: str
    picks: Iterator[Pick]
    rows: Callable[[int, str], Rows | None] = lambda rank, name: None
    few: bool = False


def digest_of(scene: "Scene") -> Sheet:
    """Return what stands out in a payload, by its forms and the hint of its endpoint."""
    lens = lens_of(scene)
    hint, forms = lens.hint, lens.forms
    parts = sorted(_parts(forms, lens), key=lambda part: (part.lead, part.axes, -part.size))
    lead = parts[0].lead if parts else NOT_LEADING
    picks: list[Pick] = []
    tables: dict[str, Rows] = {}
    for place, part in enumerate(parts[:_PARTS]):
        shift = 0 if not place else 1 if part.lead < NOT_LEADING else 3
        wanted = hint.picks if part.lead == lead and not part.few else ()
        least = _ROWS_RANK if part.few else 0
        about = part.name if place else ""
        picks += _ranked(_hinted(part.picks, wanted), shift, about, least)
        name = (part.name or "others") if place else "rows"
        rows = part.rows((1 if part.few else _ROWS_RANK) + shift, name)
        if rows and name not in tables:
            tables[name] = rows
    told = _singles(lens)
    first = record_lead(forms.records, lens) <= lead < NOT_LEADING
    picks = [*told, *picks] if first else [*picks, *told]
    say = _said(hint.say, picks)
    picks = [*_with_units(_once(picks, forms.records), say), *_unread(forms, len(parts))]
    notes = [f"{name} {value}" for name, value in lens.choices.items()]
    return Sheet(picks, list(tables.values()), [*notes, *filter(None, [say])])


def led_by(scene: "Scene", picks: Iterable[Pick]) -> Sheet:
    """Return the sheet of a page: its own picks with single figures, then the rows of a digest."""
    found, lens = digest_of(scene), lens_of(scene)
    rows = [replace(one, rank=max(one.rank, _ROWS_RANK)) for one in found.tables]
    said = [*_ranked(picks), *_singles(lens)]
    if not record_lead(scene.forms.records, lens):
        said = [*_singles(lens), *_ranked(picks)]
    told = _once(sorted(said, key=lambda pick: pick.rank), scene.forms.records)
    picks = [*_with_units(told, lens.hint.say), *_unread(scene.forms, 0)]
    return replace(found, picks=picks, tables=rows)


def lens_of(scene: "Scene") -> Lens:
    """Return what the payload of a reply is read with."""
    hint, asked = scene.question.hint.answer, dict(_asked(scene))
    forms = _headed(scene.forms)
    lens = Lens(hint, forms, scene.spot, scene.instant, scene.most_rows, asked)
    tables = [as_prints(table) for table in forms.tables]
    return replace(lens, forms=replace(forms, tables=tables))


def _singles(lens: Lens) -> list[Pick]:
    """Return the picks of single figures and of lists that run along nothing."""
    found = [pick for record in lens.forms.records for pick in record_picks(record, lens)]
    found += [listing_pick(one, lens) for one in lens.forms.listings]
    return list(_ranked([*found, *_absent(lens.forms, lens)]))


def _parts(forms: Forms, lens: Lens) -> Iterator[_Part]:
    for table in forms.tables:
        measures = lens.measures(table)
        if table.form not in _DIGESTS:
            places = {one.name for one in (*table.key, *table.columns) if one.role == "price"}
            measures = [one for one in measures if one.name not in places]
        if measures:
            picks = _DIGESTS.get(table.form, prints_picks)(table, measures, lens)
            rows = partial(rows_of, table, measures, lens)
            few = 1 < table.size <= _FEW and table.form != "series"
            lead, name, axes = measures[0].lead, told_path(table.path), len(table.key)
            yield _Part(lead, axes, table.size, name, picks, rows, few)
    for grid in forms.grids:
        if layers := layers_of(grid, lens):
            first, name = layers[0].measure, told_path(grid.path)
            yield _Part(first.lead, 2, len(first.values), name, grid_picks(layers))


def _hinted(picks: Iterable[Pick], wanted: Sequence[str]) -> Iterator[Pick]:
    """Yield the picks a hint asks for in its order, then the others behind them."""
    places = {kind: place for place, kind in enumerate(wanted)}
    found = [(min((places.get(kind, 99) for kind in one.kinds), default=99), one) for one in picks]
    for count, (place, pick) in enumerate(sorted(found, key=lambda pair: pair[0])):
        rank = min(1 + count // 2, 3) if place < len(wanted) else max(pick.rank, 4)
        yield replace(pick, rank=rank) if wanted else pick


def _ranked(
    picks: Iterable[Pick], shift: int = 0, about: str = "", least: int = 0
) -> Iterator[Pick]:
    """Yield the picks that have something to say, the decisive first."""
    for pick in sorted(picks, key=lambda one: one.rank):
        parts = [part for part in pick.parts if part.figures or part.places]
        rank = min(max(pick.rank, least) + shift, _LAST_RANK)
        if parts:
            yield replace(pick, rank=rank, parts=parts, about=about)


def _asked(scene: "Scene") -> Iterator[tuple[str, str]]:
    """Yield what says which quantity an answer holds: as asked, served, or by default."""
    for name in _CHOICES:
        param = scene.question.endpoint.param(name)
        said = (scene.query.get(name), scene.root.get(name), param.default if param else None)
        value = next(filter(None, map(text, said if param else said[:1])), None)
        if value:
            yield name, value


def _with_units(picks: Iterable[Pick], said: str) -> Iterator[Pick]:
    """Yield the picks, the first figure of a unit that needs words with these words."""
    told = {said}
    for pick in picks:
        notes = []
        for part in pick.parts:
            for one in part.figures:
                spelled = one.unit.note.casefold() in words_of(one.name or part.name)
                new = one.unit.note and not any(one.unit.note in words for words in told)
                if new and not spelled:
                    told.add(one.unit.note)
                    named = "" if one.unit.kind == "exposure" else one.name or part.name
                    notes.append(Part(one.unit.note, [], (), named))
        yield replace(pick, parts=[*pick.parts, *notes])


def _headed(forms: Forms) -> Forms:
    """Return forms whose columns without names bear those that a list elsewhere gives them."""
    heads = {len(one.values): one for one in forms.listings if all(map(text, one.values))}
    used, tables = [], []
    for table in forms.tables:
        columns = [*table.key, *table.columns]
        head = heads.get(len(columns))
        if head and all(re.fullmatch(r"column \d+", one.name) for one in columns):
            named = [replace(one, name=str(head.values[int(one.name[7:]) - 1])) for one in columns]
            split = len(table.key)
            table = replace(table, key=named[:split], columns=named[split:])
            used.append(head)
        tables.append(table)
    return replace(forms, tables=tables, listings=[x for x in forms.listings if x not in used])


def _absent(forms: Forms, lens: Lens) -> Iterator[Pick]:
    """Yield which lists are empty, and which quantities have no figure in any row."""
    told = bool(forms.tables or forms.grids)
    for path in forms.empty:
        none = Figure("", 0, Unit("count"), "rows received")
        yield Pick(6 if told else 1, [Part("", [none], (), leaf_of(path))])
    for table in forms.tables:
        names = [one.name for one in table.columns if set(one.values) == {None}]
        words = f"in all {table.size:,} rows"
        leads = any(lens.lead(name) < NOT_LEADING for name in names)
        yield Pick(2 if leads else 6, [Part(words, [Figure(name, None) for name in names])])


def _said(say: str, picks: Sequence[Pick]) -> str:
    """Return the words of a hint without those on units that the payload says otherwise."""
    first = (one.unit for pick in picks for part in pick.parts for one in part.figures)
    unit = next(first, AS_SERVED)
    kept = [one for one in say.split("; ") if _UNIT_WORDS.get(one, unit.kind) == unit.kind]
    return "; ".join(one for one in kept if not (one in _UNIT_WORDS and unit.note))


def _once(picks: Iterable[Pick], records: Sequence[Record]) -> Iterator[Pick]:
    """Yield picks without the totals that the payload serves itself."""
    found = (number(value) for record in records for value in record.fields.values())
    served = {value for value in found if value is not None and abs(value) >= _TELLING}
    for pick in picks:
        parts = [replace(part, figures=[x for x in part.figures if x.value not in served])
                 for part in pick.parts]  # fmt: skip
        summed = {"total", "sum"}.intersection(pick.kinds) and pick.about == ""
        yield replace(pick, parts=[x for x in parts if x.figures or x.places]) if summed else pick


def _unread(forms: Forms, parts: int) -> Iterator[Pick]:
    """Yield what could not be told: an order that means nothing, and parts not looked at."""
    if any(table.as_served for table in forms.tables):
        yield Pick(_ROWS_RANK, [Part("some rows in the order served, their axis unknown", [])])
    if left := forms.unread + max(parts - _PARTS, 0):
        yield Pick(_LATE_RANK, [Part(f"{left:,} parts not told; detail=raw has them", [])])
