"""Stored gamma levels: the newest with their distance from spot, and how often spot was above."""

from collections.abc import Iterator
from dataclasses import replace

from ..arithmetic import share_higher
from ..digest import digest_of, lens_of
from ..digest.lens import Lens
from ..digest.sheet import Figure, Part, Pick, Place, Sheet
from ..read.columns import words_of
from ..read.units import Unit
from ..read.values import derive
from ..scene import Scene

_FLIP, _SPOT = frozenset(["hvl", "flip"]), frozenset(["spot", "underlying"])


def page(scene: Scene) -> Sheet | None:
    """Return the digest with the share of rows whose spot is above the flip, of those with both."""
    lens = lens_of(scene)
    if not (shares := list(_above_flip(lens))):
        return None
    sheet = digest_of(scene)
    picks = [_with_distance(pick, lens) for pick in sheet.picks]
    told = Part("rows with spot above flip", [Figure("", shares[0], Unit("pct"))])
    return replace(sheet, picks=[*picks[:1], Pick(1, [told]), *picks[1:]])


def _above_flip(lens: Lens) -> Iterator[object]:
    for table in lens.forms.tables:
        prices = [one for one in lens.measures(table) if one.unit.kind == "price"]
        flips, spots = (
            [one.values for one in prices if words & set(words_of(one.name))]
            for words in (_FLIP, _SPOT)
        )
        if table.form == "series" and flips and spots:
            yield derive(share_higher, spots[0], flips[0])


def _with_distance(pick: Pick, lens: Lens) -> Pick:
    if pick.rank > 1 or "latest" not in pick.kinds:
        return pick
    (part,) = pick.parts[:1]
    figures = [
        replace(one, places=[Place("", None, lens.price(one.value).away)])
        if one.unit.kind == "price" else one
        for one in part.figures
    ]  # fmt: skip
    return replace(pick, parts=[replace(part, figures=figures), *pick.parts[1:]])
