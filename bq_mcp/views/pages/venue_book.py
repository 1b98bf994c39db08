"""Best quotes over venues: of the contracts that are not crossed the tightest, then the digest."""

from collections.abc import Iterator
from dataclasses import replace

from ..digest import digest_of, lens_of
from ..digest.lens import Lens
from ..digest.prints import telling
from ..digest.sheet import Figure, Part, Pick, Place, Sheet
from ..read.columns import word_set, words_of
from ..read.forms import Table
from ..scene import Scene

_SIDED = word_set("bid ask venue venues exchange exchanges")
_NO_PRICES = word_set("iv size amount qty quantity volume")


def page(scene: Scene) -> Sheet | None:
    """Return the digest with the tightest contract, its best bid and ask and their venues."""
    lens = lens_of(scene)
    told = [pick for table in lens.forms.tables for pick in _tightest(table, lens)]
    found = digest_of(scene)
    picks = [*found.picks[:2], *told, *found.picks[2:]]
    return replace(found, picks=picks) if told else None


def _tightest(table: Table, lens: Lens) -> Iterator[Pick]:
    columns = (*table.key, *table.columns)
    words = {one.name: {*words_of(one.name.replace(".", "_"))} for one in columns}
    rates = [one for one in lens.measures(table) if one.unit.kind == "pct"]
    spread = next((one for one in rates if "spread" in words[one.name]), None)
    values = spread.values if spread else ()
    open_ = {at: x for at, x in enumerate(values) if x is not None and x >= 0}
    if not spread or not open_:
        return
    at = min(open_, key=open_.__getitem__)
    figures = [spread.figure(open_[at])]
    for side in ("bid", "ask"):
        named = [one for one in columns if side in words[one.name]]
        venues = [Place("name", one.values[at]) for one in named if one.role == "name"]
        quotes = [one for one in named if one.numeric and not _NO_PRICES & words[one.name]]
        figures += [Figure(one.name, one.values[at], places=venues[:1]) for one in quotes[:1]]
    axes = [axis for axis in telling(table) if not _SIDED & words[axis.name]]
    yield Pick(3, [Part("tightest", figures, lens.places(axes or table.key, at))])
