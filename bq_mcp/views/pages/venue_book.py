"""Best quotes over venues: the tightest contract, the widest gap of volatility, what is crossed."""

from collections.abc import Iterator

from ..arithmetic import occurrences
from ..digest import led_by, lens_of
from ..digest.lens import Lens
from ..digest.prints import telling
from ..digest.sheet import Figure, Part, Pick, Place, Sheet
from ..read.columns import word_set, words_of
from ..read.forms import Table
from ..read.units import Unit
from ..read.values import derive
from ..scene import Scene

_GAPS, _SIDED = word_set("dispersion disp gap"), word_set("bid ask venue venues exchange exchanges")
_NO_PRICES = word_set("iv size amount qty quantity volume")


def page(scene: Scene) -> Sheet | None:
    """Return the tightest contract that is not crossed, the largest gap and the crossed rows."""
    lens = lens_of(scene)
    picks = [pick for table in lens.forms.tables for pick in _picks(table, lens)]
    return led_by(scene, picks) if picks else None


def _picks(table: Table, lens: Lens) -> Iterator[Pick]:
    columns, measures = (*table.key, *table.columns), lens.measures(table)
    spreads = [one for one in measures if "spread" in _words(one.name) and one.unit.kind == "pct"]
    open_ = [at for one in spreads for at in one.present if (one.values[at] or 0) >= 0]
    axes = [one for one in telling(table) if not _SIDED & _words(one.name)] or table.key
    if not open_:
        return
    tight = min(open_, key=lambda at: spreads[0].values[at] or 0)
    figures = [spreads[0].figure(spreads[0].values[tight])]
    for side in ("bid", "ask"):
        named = [one for one in columns if side in _words(one.name)]
        venues = [Place("name", one.values[tight]) for one in named if one.role == "name"][:1]
        quotes = [one for one in named if one.numeric and not _NO_PRICES & _words(one.name)][:1]
        figures += [Figure(one.name, one.values[tight], places=venues) for one in quotes]
    yield Pick(3, [Part("tightest", figures, lens.places(axes, tight))])
    gaps = [(one, at) for one in measures if _GAPS & _words(one.name) for at in one.largest(1)]
    for gap, at in gaps[:1]:
        yield Pick(1, [Part("largest gap", [gap.figure(gap.values[at])], lens.places(axes, at))])
    flags = [one for one in columns if "crossed" in _words(one.name) and not one.numeric]
    counts = [(one.name, derive(occurrences, one.values, True)) for one in flags]
    crossed = [Figure(name, count, Unit("count")) for name, count in counts]
    yield Pick(2, [Part(f"of {table.size:,} rows", crossed)])


def _words(name: str) -> set[str]:
    return {*words_of(name.replace(".", "_"))}
