"""Taker flow by strike: calls and puts bought and sold, and what that leaves dealers with."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..arithmetic import net_of
from ..digest import led_by, lens_of
from ..digest.ladder import largest_picks
from ..digest.lens import Lens
from ..digest.measures import LARGEST, Measure, bare, sums
from ..digest.sheet import Pick, Sheet
from ..read.columns import words_of
from ..read.forms import Table
from ..read.values import derive
from ..scene import Scene

_BOUGHT, _SOLD = frozenset(["buy", "bought"]), frozenset(["sell", "sold"])
_QUADRANTS = 4
_NET = "largest dealer net size in coin, sold less bought"


def page(scene: Scene) -> Sheet | None:
    """Return the premium of calls and puts bought and sold, and the net size left to dealers."""
    lens = lens_of(scene)
    picks = [pick for table in lens.forms.tables for pick in _picks(table, lens)]
    return led_by(scene, picks) if picks else None


def _picks(table: Table, lens: Lens) -> Iterator[Pick]:
    placed, measures = partial(lens.places, table.key), lens.measures(table)
    paid, sizes = (_quadrants(measures, word) for word in ("premium", "size"))
    if table.form != "ladder" or len(paid) != _QUADRANTS:
        return
    yield Pick(1, [sums(f"total of {table.size:,} strikes", paid)])
    if len(sizes) == _QUADRANTS:
        net = _dealers(sizes)
        yield Pick(2, [net.along(bare(net.largest(LARGEST)), placed, _NET, 1)])
    yield from (replace(pick, rank=pick.rank + 3) for pick in largest_picks(paid, placed))


def _quadrants(measures: Sequence[Measure], word: str) -> list[Measure]:
    """Return what was bought and sold over all venues, not that of one inside a row."""
    named = [one for one in measures if word in _words(one) and (_BOUGHT | _SOLD) & _words(one)]
    depth = min((one.name.count(".") for one in named), default=0)
    return [one for one in named if one.name.count(".") == depth]


def _dealers(sizes: Sequence[Measure]) -> Measure:
    """Return the size sold to dealers less the size bought from them, by strike."""
    sold, bought = (
        zip(*(one.values for one in sizes if side & _words(one)), strict=True)
        for side in (_SOLD, _BOUGHT)
    )
    net = [derive(net_of, plus, less) for plus, less in zip(sold, bought, strict=True)]
    return replace(sizes[0], name="", values=net)


def _words(held: Measure) -> set[str]:
    return {*words_of(held.name.replace(".", "_"))}
