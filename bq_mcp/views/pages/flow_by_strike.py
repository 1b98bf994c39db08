"""Taker flow by strike: totals of premium, and the net size dealers are left with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import net_of
from ..digest import digest_of, lens_of
from ..digest.lens import Lens
from ..digest.measures import LARGEST, Measure, bare, sums
from ..digest.sheet import Pick, Sheet
from ..read.columns import words_of
from ..read.forms import Table
from ..read.values import derive
from ..scene import Scene

_BOUGHT, _SOLD = frozenset(["buy", "bought"]), frozenset(["sell", "sold"])
_NET = "largest net left to dealers in coin (+ long), takers' sold less bought"


def page(scene: Scene) -> Sheet | None:
    """Return the premium of calls and puts bought and sold, and the net size left to dealers."""
    lens = lens_of(scene)
    picks = [pick for table in lens.forms.tables for pick in _picks(table, lens)]
    return digest_of(scene, picks) if picks else None


def _picks(table: Table, lens: Lens) -> Iterator[Pick]:
    placed, measures = partial(lens.places, table.key), lens.measures(table)
    paid, sizes = (_sides(measures, word, _BOUGHT | _SOLD) for word in ("premium", "size"))
    if table.form != "ladder" or (len(paid), len(sizes)) != (4, 4):
        return
    yield Pick(1, [sums(f"total of {table.size:,} strikes", paid)])
    sold, bought = (
        zip(*(one.values for one in _sides(sizes, "size", of)), strict=True)
        for of in (_SOLD, _BOUGHT)
    )
    left = [derive(net_of, plus, less) for plus, less in zip(sold, bought, strict=True)]
    net = replace(sizes[0], values=left)
    yield Pick(2, [replace(net.along(bare(net.largest(LARGEST)), placed, _NET, 1), name="")])


def _sides(measures: Sequence[Measure], word: str, sides: frozenset[str]) -> list[Measure]:
    """Return what was bought or sold over all venues, not that of one inside a row."""
    words = {one.name: {*words_of(one.name.replace(".", "_"))} for one in measures}
    named = [one for one in measures if word in words[one.name] and sides & words[one.name]]
    depth = min((one.name.count(".") for one in named), default=0)
    return [one for one in named if one.name.count(".") == depth]
