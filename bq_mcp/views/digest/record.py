"""Single figures that stood together: those that lead, market figures, then the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..arithmetic import share_of_gross
from ..facts.notes import is_note
from ..read.columns import leaf_of, names_time, word_set, words_of
from ..read.forms import Listing, Record
from ..read.units import Kind, Unit
from ..read.values import derive, figure, moment
from .lens import Lens
from .measures import NOT_LEADING
from .sheet import Figure, Part, Pick, Place

# What the first line says already.
_HEADER_WORDS = (
    "symbol coin underlying asset spot spotprice underlyingprice positioning computedat timestamp"
    " generatedat unit nextcursor hasmore positioningrequested s success"
)
_SAID = frozenset(_HEADER_WORDS.split())
_A_LINE, _LISTED, _PROSE = 6, 3, 40
_MARKET: Sequence[Kind] = ("price", "usd", "exposure", "iv", "iv_points", "pct", "ratio")
_NO_SHARE: Sequence[Kind] = ("price", "iv", "pct", "ratio", "iv_points", "days", "duration")
# Names that say nothing without the name of what they are in.
_PLAIN = word_set("above below call put calls puts long short upper lower up down latest current")
_SIDES = (("buy", "sell"), ("bought", "sold"), ("calls", "puts"), ("call", "put"))


def record_picks(record: Record, lens: Lens) -> Iterator[Pick]:
    """Yield the figures of a record, those that lead first."""
    fields, asked = record.fields.items(), lens.choices
    # At the root a caveat says what upstream tells of its own figures.
    fresh = [pair for pair in fields if record.path or not is_note(pair[0])]
    told = {name: x for name, x in fresh if _is_told(name, x) and asked.get(name) != x}
    figures = {name: _figure(name, value, lens) for name, value in told.items()}
    led = sorted((name for name in told if lens.lead(name) < NOT_LEADING), key=lens.lead)
    market = [name for name in told if name not in led and figures[name].unit.kind in _MARKET]
    rest = [name for name in told if name not in led and name not in market]
    path = told_path(record.path)
    for rank, names in ((1, led), (4, market), (5, rest)):
        for start in range(0, len(names), _A_LINE):
            line = [figures[name] for name in names[start : start + _A_LINE]]
            yield Pick(rank + (start > 0), [Part("", line, (), path)])
    rank = 1 if led and lens.asked("share") else 5
    yield Pick(rank, [Part("", list(_shares(figures)), (), path)])


def listing_pick(listing: Listing, lens: Lens) -> Pick:
    """Return the first values of a list that runs along nothing."""
    name, values = leaf_of(listing.path), listing.values
    figures = [replace(_figure(name, value, lens), name="") for value in values[:_LISTED]]
    words = f"first of {len(values):,}" if len(values) > _LISTED else ""
    rank = 1 if lens.lead(name) < NOT_LEADING and not words else 6
    return Pick(rank, [Part(words, figures, (), name)])


def record_lead(records: Sequence[Record], lens: Lens) -> int:
    """Return the place of the first lead among single figures."""
    fields = [field for record in records for field in record.fields.items()]
    leads = (lens.lead(name) for name, value in fields if figure(value) is not None)
    return min(leads, default=NOT_LEADING)


def told_path(path: str) -> str:
    """Return the last name of a path, with the one before it where it says nothing alone."""
    around, _, leaf = path.rpartition(".")
    alone = not around or not (leaf.casefold() in _PLAIN or leaf.isdigit())
    return leaf if alone else f"{leaf_of(around)}.{leaf}"


def _shares(figures: Mapping[str, Figure]) -> Iterator[Figure]:
    """Yield which part of two sides of one amount the first is: bought, calls."""
    words = {tuple(words_of(name)): one for name, one in figures.items()}
    for one, other in _SIDES:
        for found in (found for found in words if one in found):
            part, rest = words[found], words.get(tuple(other if x == one else x for x in found))
            sides = (part.value, rest.value if rest else None)
            share = derive(share_of_gross, part.value, sides) if None not in sides else None
            whole = " ".join(x for x in found if x != one) or f"{one} + {other}"
            known = {"count": " by count", "as_served": " as served"}.get(part.unit.kind, "")
            if share is not None and part.unit.kind not in _NO_SHARE:
                yield Figure("", share, Unit("pct"), f"{one} share of {whole}{known}")


def _figure(name: str, value: object, lens: Lens) -> Figure:
    if names_time(name) and (instant := moment(value)) is not None:
        return Figure(name, value if isinstance(value, str) else instant)
    found = figure(value)
    value = value if found is None else found
    unit = lens.unit(name, "", [value])
    scale = lens.scale if unit.kind in ("iv", "iv_points") else None
    away = lens.price(value).away if unit.kind == "price" and value != lens.spot else None
    return Figure(name, value, unit, "", () if away is None else [Place("", None, away)], scale)


def _is_told(name: str, value: object) -> bool:
    """Tell whether a field says something: it is there, short, and not on the first line."""
    if value is None or name.replace("_", "").casefold() in _SAID:
        return False
    return not isinstance(value, str) or (len(value) <= _PROSE and "id" not in words_of(name))
