"""What a page or a digest leaves out and the hint names, for a full answer."""

from dataclasses import replace

from ..read.units import matches
from ..scene import Scene
from . import lens_of
from .grid import layers_of
from .measures import LARGEST, bare
from .record import listing_pick, record_picks, told_path
from .rows import rows_of
from .sheet import Pick, Rows, Sheet

# Single lines before the rows of a table, further columns after all.
_LINE_RANK, _ROWS_RANK = 4, 8


def also_of(scene: Scene, *, singles: bool) -> Sheet:
    """Return the columns, largest cells and, as `singles`, fields that the hint `also` names.

    A digest has told single figures and lists, a page may not.
    """
    lens = lens_of(scene)
    picks: list[Pick] = []
    tables: list[Rows] = []
    for record in lens.forms.records if singles else ():
        named = {name: x for name, x in record.fields.items() if matches(name, lens.hint.also)}
        found = record_picks(replace(record, fields=named), lens)
        picks += [replace(pick, rank=_LINE_RANK) for pick in found]
    for listing in lens.forms.listings if singles else ():
        if matches(listing.path, lens.hint.also):
            picks.append(replace(listing_pick(listing, lens), rank=_LINE_RANK))
    for table in lens.forms.tables:
        measures = lens.measures(table)
        held = [one for one in measures if matches(one.name, lens.hint.also)]
        words = [x for x in table.columns if not x.numeric and matches(x.name, lens.hint.also)]
        if held or (words and measures):
            name = f"further columns of {told_path(table.path)}" if tables else "further columns"
            columns = held or measures
            most = len(held)
            tables.append(rows_of(table, columns, lens, _ROWS_RANK, name, most=most, further=words))
    for grid in lens.forms.grids:
        for layer in layers_of(grid, lens):
            if matches(layer.measure.name, lens.hint.also):
                rows = bare(layer.measure.largest(LARGEST))
                part = layer.measure.along(rows, layer.placed, "largest")
                picks.append(Pick(_LINE_RANK, [part], about=told_path(grid.path)))
    return Sheet(picks, tables)
