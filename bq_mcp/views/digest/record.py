"""Single figures that stood together: those that lead, then the rest."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from ..arithmetic import share_of_gross
from ..facts.notes import is_note
from ..read.columns import leaf_of, names_time, word_set, words_of
from ..read.forms import Listing, Record
from ..read.units import Unit, matches
from ..read.values import derive, figure, moment
from .lens import Lens
from .measures import NOT_LEADING
from .sheet import Figure, Part, Pick, Place

# What the first line says already.
_SAID = word_set(
    "symbol coin underlying asset spot spotprice underlyingprice positioning computedat timestamp"
    " generatedat unit nextcursor hasmore positioningrequested s success"
)
_OTHER_SIDE = {"buy": "sell", "bought": "sold", "calls": "puts"}
_A_LINE, _LISTED, _PROSE = 6, 3, 40
# Names that say nothing without the name of what they are in.
_PLAIN = word_set("above below call put calls puts long short upper lower up down latest current")


def record_picks(record: Record, lens: Lens) -> Iterator[Pick]:
    """Yield the figures of a record, those that lead first."""
    # At the root a caveat says what upstream tells of its own figures.
    told = [pair for pair in record.fields.items() if record.path or not is_note(pair[0])]
    told = [(name, x) for name, x in told if _is_told(name, x) and lens.choices.get(name) != x]
    figures = sorted((_figure(*pair, lens) for pair in told), key=lambda one: lens.lead(one.name))
    led = [one for one in figures if lens.lead(one.name) < NOT_LEADING]
    shares = _side_shares(figures, lens)
    for rank, part in ((1, led), (4, figures[len(led) :])):
        held = [found for one in part for found in (one, *shares.get(one.name, ()))]
        for start in range(0, len(held), _A_LINE):
            line = Part("", held[start : start + _A_LINE], (), told_path(record.path))
            yield Pick(rank + (start > 0), [line])


def _side_shares(figures: Sequence[Figure], lens: Lens) -> dict[str, list[Figure]]:
    """Return by name the part of both sides that was bought, or is of calls, where they add."""
    added = {words_of(x.name): x for x in figures if matches(x.name, lens.hint.adds)}
    found: dict[str, list[Figure]] = {}
    for words, one in added.items():
        other = added.get(tuple(_OTHER_SIDE.get(word, word) for word in words), one)
        part = None if other is one else derive(share_of_gross, one.value, [one.value, other.value])
        found |= {} if part is None else {one.name: [Figure("", part, Unit("pct"), "share")]}
    return found


def single_picks(records: Iterable[Record], listings: Iterable[Listing], lens: Lens) -> list[Pick]:
    """Return the picks of single figures and of short lists."""
    found = [pick for record in records for pick in record_picks(record, lens)]
    return [*found, *(_listing_pick(one, lens) for one in listings)]


def _listing_pick(listing: Listing, lens: Lens) -> Pick:
    """Return the first values of a list that runs along nothing."""
    name, values = leaf_of(listing.path), listing.values
    figures = [replace(_figure(name, value, lens), name="") for value in values[:_LISTED]]
    rank = 1 if lens.lead(name) < NOT_LEADING else 6
    return Pick(rank, [Part(f"first of {len(values):,}", figures, (), name)])


def told_path(path: str) -> str:
    """Return the last name of a path, with the one before it where it says nothing alone."""
    around, _, leaf = path.rpartition(".")
    alone = not around or not (leaf.casefold() in _PLAIN or leaf.isdigit())
    return leaf if alone else f"{leaf_of(around)}.{leaf}"


def _figure(name: str, value: object, lens: Lens) -> Figure:
    if names_time(name) and (instant := moment(value)) is not None:
        return Figure(name, value if isinstance(value, str) else instant)
    found = figure(value)
    value = value if found is None else found
    held = lens.measure(name, [value])
    away = lens.price(value).away if held.unit.kind == "price" and value != lens.spot else None
    return held.figure(value, "", () if away is None else [Place("", None, away)])


def _is_told(name: str, value: object) -> bool:
    """Tell whether a field says something: it is there, short, and not on the first line."""
    if value is None or name.replace("_", "").casefold() in _SAID:
        return False
    return not isinstance(value, str) or (len(value) <= _PROSE and "id" not in words_of(name))
