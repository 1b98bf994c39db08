"""Stored gamma levels: the newest with their distance from spot, and how often spot was above."""

from dataclasses import replace

from ..arithmetic import share_higher
from ..digest import digest_of, lens_of
from ..digest.lens import Lens
from ..digest.sheet import Figure, Part, Pick, Place, Sheet
from ..read.columns import words_of
from ..read.units import Unit
from ..read.values import derive
from ..scene import Scene

# So many leads of the hint name the flip.
_FLIPS = 2
_SPOT = frozenset(["spot", "underlying"])


def page(scene: Scene) -> Sheet | None:
    """Return the digest with the share of rows whose spot is above the flip, of those with both."""
    lens = lens_of(scene)
    series = (lens.measures(table) for table in lens.forms.tables if table.form == "series")
    prices = [one for found in series for one in found if one.unit.kind == "price"]
    flips = [one for one in prices if one.lead < _FLIPS]
    spots = [one for one in prices if not _SPOT.isdisjoint(words_of(one.name))]
    if not flips or not spots:
        return None
    share = derive(share_higher, spots[0].values, flips[0].values)
    told, sheet = Figure("", share, Unit("pct")), digest_of(scene)
    latest = [replace(part, figures=[_placed(one, lens) for one in part.figures])
              for part in sheet.picks[0].parts]  # fmt: skip
    picks = [
        replace(sheet.picks[0], parts=latest),
        Pick(1, [Part("rows with spot above flip", [told])]),
    ]
    return replace(sheet, picks=[*picks, *sheet.picks[1:]])


def _placed(held: Figure, lens: Lens) -> Figure:
    """Return a price with its distance in percent of spot."""
    away = Place("", None, lens.price(held.value).away)
    return replace(held, places=[away]) if held.unit.kind == "price" else held
