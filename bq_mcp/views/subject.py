"""Tell what an answer is about: what its first line says that no passing time changes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from ..envelope import Envelope, parse_instant
from .caveats import venues_of
from .columns import leaf_of, unit_of, words_of
from .model import Question
from .shape import Shape
from .values import number, text

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,15}")
# Words that open a line of ours; a payload that calls its symbol so must not write one.
_OUR_OPENINGS = frozenset({"SIMULATED", "STALE", "ERROR"})
_SPOT_NAMES = ("spot_price", "spot", "underlying_price")
_SYMBOL_NAMES = ("symbol", "coin")
_NEAR_SPOT = 0.001
_POSITIONING = "positioning"
_SAMPLED = 8


@dataclass(frozen=True, slots=True)
class Positioning:
    """Which dealer model signed the figures; `stated` is False where the reply does not say."""

    effective: str = ""
    requested: str = ""
    reason: str = ""
    stated: bool = True
    by_row: bool = False

    @property
    def fell_back(self) -> bool:
        """Whether another model ran than the one asked for."""
        asked_other = bool(self.requested) and self.requested != self.effective
        return bool(self.effective) and (asked_other or bool(self.reason))


@dataclass(frozen=True, slots=True)
class Subject:
    """What an answer is about; it follows from the question and the reply alone.

    `levels` are the prices so near spot that its rounding must respect them; `instant` is what
    the data stand for, `answered` when the reply was built; `positioning` is None where no
    signed exposure is shown.
    """

    title: str
    unnamed: bool
    simulated: bool
    symbol: str
    spot: float | None
    levels: Sequence[float]
    instant: datetime | None
    answered: datetime | None
    snapshot: bool
    positioning: Positioning | None
    venues: Sequence[str]
    filtered: bool


def subject_of(question: Question, envelope: Envelope, shape: Shape) -> Subject:
    """Return what the answer to a question is about."""
    snapshot = _snapshot(envelope)
    spot = spot_of(envelope)
    filtered = envelope.meta.exchanges_filtered
    return Subject(
        title=question.hint.title or question.endpoint.summary,
        unnamed=not question.hint.title,
        simulated=envelope.simulated,
        symbol=_symbol(question, envelope),
        spot=spot,
        levels=_near(shape, spot),
        instant=snapshot or envelope.meta.computed_at,
        answered=envelope.meta.timestamp,
        snapshot=snapshot is not None,
        positioning=positioning_of(question, envelope, shape),
        venues=venues_of(envelope) if filtered is None else filtered,
        filtered=filtered is not None,
    )


def spot_of(envelope: Envelope) -> float | None:
    """Return the spot of the computation: of the envelope, else of the root of the data."""
    if envelope.meta.spot_price is not None:
        return envelope.meta.spot_price
    data = envelope.data if isinstance(envelope.data, Mapping) else {}
    return next((found for name in _SPOT_NAMES if (found := number(data.get(name)))), None)


def positioning_of(question: Question, envelope: Envelope, shape: Shape) -> Positioning | None:
    """Return which model signed the exposures; None where the answer shows none."""
    data = envelope.data if isinstance(envelope.data, Mapping) else {}
    extra = envelope.meta.extra
    effective = text(data.get("positioning")) or text(extra.get("positioning")) or ""
    requested = text(extra.get("positioning_requested")) or ""
    if not requested and effective:
        requested = asked_positioning(question)
    reason = (
        text(extra.get("positioning_fallback_reason")) or text(data.get("fallback_reason")) or ""
    )
    if _states_positioning_inside(shape) and not text(data.get("positioning")):
        # What the reply says of all its rows is what was asked; each row names what ran.
        return Positioning(by_row=True)
    if effective or reason:
        return Positioning(effective, requested, reason)
    if question.hint.clock == "static":
        return None
    if question.endpoint.param("positioning") is not None or _shows_gex(shape):
        return Positioning(stated=False)
    return None


def asked_positioning(question: Question) -> str:
    """Return the dealer model a question asks for, by its default where it names none."""
    param = question.endpoint.param(_POSITIONING)
    default = None if param is None else text(param.default)
    return text(question.query.get(_POSITIONING)) or default or ""


def _snapshot(envelope: Envelope) -> datetime | None:
    block = envelope.meta.extra.get("as_of")
    return parse_instant(block.get("snapshot_ts")) if isinstance(block, Mapping) else None


def _symbol(question: Question, envelope: Envelope) -> str:
    data = envelope.data if isinstance(envelope.data, Mapping) else {}
    candidates = [
        envelope.meta.symbol,
        *(data.get(name) for name in _SYMBOL_NAMES),
        *(question.query.get(name) for name in _SYMBOL_NAMES),
    ]
    found = next((name for name in map(text, candidates) if name), "").strip()
    return found if _SYMBOL.fullmatch(found) and found not in _OUR_OPENINGS else ""


def _near(shape: Shape, spot: float | None) -> list[float]:
    """Return the figures so close to spot that rounding it could move it across them."""
    if spot is None:
        return []
    ladders = (
        table.column(name)
        for table in shape.tables
        if table.roles.get(table.axis) != "time"
        for name, role in table.roles.items()
        if role in ("strike", "price")
    )
    figures = map(number, chain(shape.scalars.values(), *ladders))
    return [
        figure
        for figure in figures
        if figure is not None and figure != spot and abs(figure - spot) <= _NEAR_SPOT * abs(spot)
    ]


def _states_positioning_inside(shape: Shape) -> bool:
    parts = (name for name, value in shape.scalars.items() if "." in name and text(value))
    columns = (name for table in shape.tables for name in table.columns)
    return any(leaf_of(name) == _POSITIONING for name in chain(parts, columns))


def _shows_gex(shape: Shape) -> bool:
    """Tell whether a figure is a gamma exposure; a flag or a word of that name is none."""
    found = (
        name
        for name, value in shape.scalars.items()
        if "gex" in words_of(name) and not isinstance(value, bool | str)
    )
    columns = (
        name
        for table in shape.tables
        for name in table.columns
        if "gex" in words_of(name)
        and not any(isinstance(value, bool | str) for value in table.column(name)[:_SAMPLED])
    )
    return any(unit_of(name, "", {}) == "exposure" for name in chain(found, columns))
