"""Best quotes over venues: of the contracts that are not crossed the tightest, then the digest."""

from collections.abc import Iterator

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
    picks = [pick for table in lens.forms.tables for pick in _tightest(table, lens)]
    found = digest_of(scene)
    return (
        Sheet([*found.picks[:2], *picks, *found.picks[2:]], found.tables, found.notes)
        if picks
        else None
    )


def _tightest(table: Table, lens: Lens) -> Iterator[Pick]:
    columns = [
        (one, {*words_of(one.name.replace(".", "_"))}) for one in (*table.key, *table.columns)
    ]
    spreads = [
        one
        for one in lens.measures(table)
        if "spread" in words_of(one.name) and one.unit.kind == "pct"
    ]
    for spread in spreads[:1]:
        open_ = {at: x for at, x in enumerate(spread.values) if x is not None and x >= 0}
        for at in sorted(open_, key=open_.__getitem__)[:1]:
            figures = [spread.figure(open_[at])]
            for side in ("bid", "ask"):
                named = [(one, words) for one, words in columns if side in words]
                venues = [Place("name", one.values[at]) for one, _ in named if one.role == "name"][
                    :1
                ]
                quotes = [one for one, words in named if one.numeric and not _NO_PRICES & words][:1]
                figures += [Figure(one.name, one.values[at], places=venues) for one in quotes]
            axes = [axis for axis in telling(table) if _SIDED.isdisjoint(words_of(axis.name))]
            yield Pick(3, [Part("tightest", figures, lens.places(axes or table.key, at))])
