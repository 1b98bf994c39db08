"""Gather everything a reply says about its own limits.

A caveat is a kind and its facts; the words are in `_caveats.md.jinja`. Nothing here decides what
is worth saying: whatever the envelope states is kept at every detail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..envelope import SANDBOX_SOURCE, Envelope
from .model import Question, Standing
from .shape import Shape
from .values import mapping, number, text

QUOTA_NEARLY_GONE = 0.1
_QUOTA_FLOOR = 100
_VENUE_FILTERS = ("exchanges", "venues")
_NOTE_ENDINGS = ("note", "notes", "reason", "warning", "warnings")
_TOTALS = (
    "total_matching_count",
    "total_matching",
    "total_available",
    "total_count",
    "points_available",
    "total",
)
_SAID_ELSEWHERE = frozenset(
    {"positioning_fallback_reason", "fallback_reason", "flow_coverage_note", "quotes_note"}
)
_FIGURES_OF_A_BLOCK = 4


@dataclass(frozen=True, slots=True)
class Caveat:
    """One limit of an answer: its kind and the facts a template words it with."""

    kind: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def caveats_of(
    question: Question, envelope: Envelope, standing: Standing, shape: Shape
) -> list[Caveat]:
    """Return every caveat of a reply, those that change the reading of the figures first."""
    seen = _Seen(question, envelope, standing, shape)
    return [caveat for gather in _GATHERERS for caveat in gather(seen)]


def asked_names(query: Mapping[str, object], param: str) -> tuple[str, ...]:
    """Return the members of a comma list in a query."""
    value = query.get(param)
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple):
        return ()
    return tuple(name for part in parts if (name := str(part).strip()))


def unserved(asked: object, block: object, said: object = None, **spelled: str) -> list[str]:
    """Return the optional sections asked for that a block lacks and nothing has said so.

    `asked` is a comma list, `said` what upstream names as unavailable (a list, or a record with
    one under `sections`), `spelled` the keys of sections that have another name in the block.
    """
    held = mapping(block)
    named = mapping(said).get("sections") if isinstance(said, Mapping) else said
    known = named if isinstance(named, list | tuple) else [named]
    names = asked_names({"include": asked}, "include")
    return [
        name
        for name in dict.fromkeys(names)
        if held.get(spelled.get(name, name)) is None and name not in known
    ]


@dataclass(frozen=True, slots=True)
class _Seen:
    question: Question
    envelope: Envelope
    standing: Standing
    shape: Shape

    @property
    def extra(self) -> Mapping[str, object]:
        return self.envelope.meta.extra

    @property
    def data(self) -> Mapping[str, object]:
        data = self.envelope.data
        return data if isinstance(data, Mapping) else {}

    def stated(self, name: str) -> object:
        """Return what `meta.extra` or else the root of the data says under `name`."""
        value = self.extra.get(name)
        return self.data.get(name) if value is None else value


def _other_symbol(seen: _Seen) -> Iterator[Caveat]:
    asked, served = text(seen.question.query.get("symbol")), seen.envelope.meta.symbol
    if not asked or not served:
        return
    one, other = asked.casefold(), served.casefold()
    if not (one.startswith(other) or other.startswith(one)):
        yield Caveat("other symbol", {"asked": asked, "served": served})


def _symbols(seen: _Seen) -> Iterator[Caveat]:
    for kind, name in (("missing symbols", "missing"), ("invalid symbols", "invalid")):
        listed = seen.stated(name)
        if isinstance(listed, str):
            listed = [listed]
        if isinstance(listed, list) and listed:
            yield Caveat(kind, {"names": listed})


def _clamp(seen: _Seen) -> Iterator[Caveat]:
    clamp = seen.stated("history_clamp")
    if isinstance(clamp, Mapping):
        yield Caveat("history clamped", {**clamp})
    elif clamp:
        yield Caveat("history clamped")


def _as_of(seen: _Seen) -> Iterator[Caveat]:
    block = seen.stated("as_of")
    if isinstance(block, Mapping):
        yield Caveat("as_of snapshot", {**block})
    elif text(seen.question.query.get("as_of")) and not block:
        yield Caveat("as_of not confirmed", {"asked": seen.question.query["as_of"]})


def _flow_start(seen: _Seen) -> Iterator[Caveat]:
    start, note = seen.stated("flow_unavailable_before"), seen.stated("flow_coverage_note")
    if start or note:
        yield Caveat("flow unavailable", {"before": start, "note": note})


def _sections(seen: _Seen) -> Iterator[Caveat]:
    block = seen.stated("unavailable_sections")
    if isinstance(block, Mapping):
        yield Caveat(
            "sections unavailable", {"names": block.get("sections"), "reason": block.get("reason")}
        )
    elif block:
        yield Caveat("sections unavailable", {"names": block, "reason": None})


def _failed_series(seen: _Seen) -> Iterator[Caveat]:
    errors = seen.extra.get("errors")
    if isinstance(errors, Mapping) and errors:
        yield Caveat("series failed", {"names": list(errors), "reasons": dict(errors)})
    elif isinstance(errors, list) and errors:
        yield Caveat("series failed", {"names": errors, "reasons": {}})


def _truncated(seen: _Seen) -> Iterator[Caveat]:
    total = next((found for name in _TOTALS if (found := number(seen.stated(name)))), None)
    returned = number(seen.stated("points_returned"))
    longest = max((len(table.rows) for table in seen.shape.tables), default=0)
    shown = longest if returned is None else returned
    fewer = seen.extra.get("points_available") is not None and total is not None and shown < total
    if seen.stated("truncated") is True or fewer:
        yield Caveat("truncated", {"total": total, "returned": shown or None})
    if seen.stated("has_more") is True:
        yield Caveat("more pages", {"cursor": seen.stated("next_cursor")})


def _venues(seen: _Seen) -> Iterator[Caveat]:
    asked = next(
        (names for param in _VENUE_FILTERS if (names := asked_names(seen.question.query, param))),
        (),
    )
    served = seen.envelope.meta.exchanges_filtered
    # A filter that was applied as asked is on the first line already.
    if asked and (served is None or set(asked) != set(served)):
        yield Caveat("venues filtered", {"asked": asked, "served": served})


def _window(seen: _Seen) -> Iterator[Caveat]:
    hours = seen.stated("available_hours")
    if hours is not None:
        yield Caveat("short history", {"hours": hours, "asked": seen.question.query.get("hours")})


def _granularity(seen: _Seen) -> Iterator[Caveat]:
    served, asked = text(seen.extra.get("granularity")), seen.question.query.get("granularity")
    if served and (asked and served != asked or "fallback" in served):
        yield Caveat("granularity changed", {"served": served, "asked": asked})


def _disagreement(seen: _Seen) -> Iterator[Caveat]:
    block = seen.stated("venue_disagreement")
    if isinstance(block, Mapping):
        figures = {
            str(key): value
            for key, value in block.items()
            if not isinstance(value, Mapping | list) and value is not None
        }
        shown = dict(list(figures.items())[:_FIGURES_OF_A_BLOCK])
        yield Caveat("venue disagreement", {"figures": shown})
    elif block is not None:
        yield Caveat("venue disagreement", {"figures": {"share": block}})


def _rebuilt(seen: _Seen) -> Iterator[Caveat]:
    if note := text(seen.stated("quotes_note")):
        yield Caveat("quotes not recorded", {"note": note})
    if seen.stated("activity_rebuilt"):
        yield Caveat("activity rebuilt")


def _non_finite(seen: _Seen) -> Iterator[Caveat]:
    if seen.envelope.non_finite:
        yield Caveat("bad figures", {"count": seen.envelope.non_finite})


def _uneven(seen: _Seen) -> Iterator[Caveat]:
    if seen.shape.uneven:
        yield Caveat("uneven lists", {"names": list(seen.shape.uneven)})


def _units(seen: _Seen) -> Iterator[Caveat]:
    charged = number(seen.extra.get("quota_units_charged"))
    if charged is not None and charged > 1:
        yield Caveat("quota units", {"count": charged})


def _quota(seen: _Seen) -> Iterator[Caveat]:
    left, limit = seen.standing.quota_left, seen.standing.quota_limit
    if left is None:
        return
    floor = _QUOTA_FLOOR if limit is None else limit * QUOTA_NEARLY_GONE
    if left <= floor:
        yield Caveat("quota low", {"left": left, "limit": limit})


def _notes(seen: _Seen) -> Iterator[Caveat]:
    found = [*_notes_in(seen.extra), *_notes_in(seen.data)]
    if found:
        yield Caveat("notes", {"notes": dict(found)})


def _notes_in(block: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in block.items():
        name = str(key)
        if name in _SAID_ELSEWHERE or not name.lower().endswith(_NOTE_ENDINGS):
            continue
        if text(value) or (isinstance(value, Sequence | Mapping) and value):
            yield name, value


def is_note(name: str) -> bool:
    """Tell whether a field at the root of the data is shown among the caveats."""
    return name.lower().endswith(_NOTE_ENDINGS) or name in _SAID_ELSEWHERE


def venues_of(envelope: Envelope) -> tuple[str, ...]:
    """Return the venues a reply was made from, without the mark of the sandbox."""
    return tuple(name for name in envelope.meta.source if name != SANDBOX_SOURCE)


_GATHERERS: tuple[Callable[[_Seen], Iterator[Caveat]], ...] = (
    _other_symbol,
    _symbols,
    _as_of,
    _clamp,
    _flow_start,
    _sections,
    _failed_series,
    _truncated,
    _venues,
    _window,
    _granularity,
    _disagreement,
    _rebuilt,
    _non_finite,
    _uneven,
    _quota,
    _notes,
    _units,
)
