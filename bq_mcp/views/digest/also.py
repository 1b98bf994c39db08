"""What a page or a digest leaves out and the hint names, for a full answer."""

from dataclasses import replace
from functools import partial

from ..read.units import matches
from ..scene import Scene
from . import lens_of
from .grid import layers_of
from .measures import LARGEST, bare
from .record import single_picks, told_path
from .rows import rows_of
from .sheet import Pick, Rows, Sheet

# Single lines before the rows of a table, further columns after all.
_LINE_RANK, _ROWS_RANK = 4, 8


def also_of(scene: Scene, *, singles: bool) -> Sheet:
    """Return the columns, largest cells and, as `singles`, fields that the hint `also` names.

    A digest has told single figures and lists, a page may not.
    """
    lens = lens_of(scene)
    named, forms = partial(matches, patterns=lens.hint.also), lens.forms
    tables: list[Rows] = []
    fields = [{name: x for name, x in one.fields.items() if named(name)} for one in forms.records]
    records = [replace(one, fields=x) for one, x in zip(forms.records, fields, strict=True)]
    found = single_picks(records, [one for one in forms.listings if named(one.path)], lens)
    picks = [replace(pick, rank=_LINE_RANK) for pick in found if singles]
    for table in forms.tables:
        measures = lens.measures(table)
        held = [one for one in measures if named(one.name)]
        words = [x for x in table.columns if not x.numeric and named(x.name)]
        if held or (words and measures):
            name = f"further columns of {told_path(table.path)}" if tables else "further columns"
            tables.append(rows_of(table, held or measures[:1], lens, _ROWS_RANK, name, words))
    for grid in forms.grids:
        for layer in layers_of(grid, lens):
            if named(layer.measure.name):
                rows = bare(layer.measure.largest(LARGEST))
                part = layer.measure.along(rows, layer.placed, "largest")
                picks.append(Pick(_LINE_RANK, [part], about=told_path(grid.path)))
    return Sheet(picks, tables)
