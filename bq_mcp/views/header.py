"""Gather the facts of an answer's first line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from ..envelope import Envelope, parse_instant
from .caveats import venues_of
from .columns import leaf_of, unit_of, words_of
from .freshness import Freshness, assess, assess_trading_day, series_end, stated_cadence
from .model import Question, Standing
from .select import instants
from .shape import Shape
from .values import expiry_day, number, text, utc_day

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9._-]{1,15}")
# Words that open a line of ours; a payload that calls its symbol so must not write one.
_OUR_OPENINGS = frozenset({"SIMULATED", "STALE", "ERROR"})
_SPOT_NAMES = ("spot_price", "spot", "underlying_price")
_SYMBOL_NAMES = ("symbol", "coin")
# Query parameters that move the end of a series into the past on purpose.
_ENDS_EARLIER = ("as_of", "before", "to", "end", "until")
_NEAR_SPOT = 0.001
_POSITIONING = "positioning"
_COMPUTED_AT = "computed_at"
_SAMPLED = 8
# An unknown age of the whole is no reason to hide that a part is late.
_LIVE_VERDICTS = ("unknown", "fresh", "late", "stale")


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
class Header:
    """The facts of the first line.

    `levels` are the prices so near spot that its rounding must respect them; `instant` is what
    the data stand for, `answered` when the reply was built; `failure` is the kind of error that
    made an older answer the best there is; `positioning` is None where no
    signed exposure is shown; `oldest` is set where a part of the answer is older than the whole
    says, by enough to be judged worse.
    """

    title: str
    unnamed: bool
    simulated: bool
    failure: str
    retry_after: float | None
    symbol: str
    spot: float | None
    levels: Sequence[float]
    now: datetime
    instant: datetime | None
    answered: datetime | None
    snapshot: bool
    latest_day: date | None
    freshness: Freshness
    positioning: Positioning | None
    venues: Sequence[str]
    filtered: bool
    oldest: Freshness | None = None


def header_of(question: Question, envelope: Envelope, standing: Standing, shape: Shape) -> Header:
    """Return the facts of the first line of an answer."""
    snapshot = _snapshot(envelope)
    fresh = freshness_of(question, envelope, standing, shape)
    spot = spot_of(envelope)
    filtered = envelope.meta.exchanges_filtered
    return Header(
        title=question.hint.title or question.endpoint.summary,
        unnamed=not question.hint.title,
        simulated=envelope.simulated,
        failure=standing.failure or "",
        retry_after=standing.retry_after,
        symbol=_symbol(question, envelope),
        spot=spot,
        levels=_near(shape, spot),
        now=standing.server_now,
        instant=snapshot or fresh.computed_at,
        answered=envelope.meta.timestamp,
        snapshot=snapshot is not None,
        latest_day=_latest_day(envelope, standing),
        freshness=fresh,
        positioning=positioning_of(question, envelope, shape),
        venues=venues_of(envelope) if filtered is None else filtered,
        filtered=filtered is not None,
        oldest=_oldest_part(fresh, shape, standing.server_now),
    )


def freshness_of(
    question: Question, envelope: Envelope, standing: Standing, shape: Shape
) -> Freshness:
    """Return the verdict on a reply, with the end of its series where it has one."""
    now, clock = standing.server_now, question.hint.clock
    if clock == "business_days":
        return assess_trading_day(_latest_day(envelope, standing), now, envelope.meta.computed_at)
    as_of = bool(text(question.query.get("as_of")) or envelope.meta.extra.get("as_of"))
    cadence = question.hint.cadence_seconds or stated_cadence(question.endpoint.description)
    found = assess(
        computed_at=envelope.meta.computed_at,
        server_now=now,
        clock="history" if as_of else clock,
        cadence_seconds=cadence,
        limits=standing.limits,
        overdue=standing.overdue,
        told_at=envelope.meta.timestamp,
    )
    moved = any(text(question.query.get(name)) for name in _ENDS_EARLIER)
    return found if moved or clock == "static" else _with_end(found, shape, now)


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


def _oldest_part(whole: Freshness, shape: Shape, now: datetime) -> Freshness | None:
    """Return the verdict on the oldest part of a live reply where it is worse than the whole's."""
    if whole.verdict not in _LIVE_VERDICTS or whole.limits is None:
        return None
    stamps = [
        value
        for name, value in shape.scalars.items()
        if "." in name and leaf_of(name) == _COMPUTED_AT
    ]
    for table in shape.tables:
        names = (name for name in table.columns if leaf_of(name) == _COMPUTED_AT)
        stamps += chain.from_iterable(map(table.column, names))
    found = min(filter(None, map(parse_instant, stamps)), default=None)
    if found is None:
        return None
    part = assess(computed_at=found, server_now=now, clock="live", limits=whole.limits)
    worse = _LIVE_VERDICTS.index(part.verdict) > _LIVE_VERDICTS.index(whole.verdict)
    return part if worse else None


def _with_end(found: Freshness, shape: Shape, now: datetime) -> Freshness:
    series = [
        (table, table.axis) for table in shape.tables if table.roles.get(table.axis) == "time"
    ]
    ends = [series_end(instants(table, axis), now) for table, axis in series]
    dated = [(newest, gap) for newest, gap in ends if newest is not None and newest <= now]
    if not dated:
        return found
    newest, gap = max(dated, key=lambda end: end[0])
    return Freshness(
        verdict=found.verdict,
        computed_at=found.computed_at,
        age_seconds=found.age_seconds,
        cadence_seconds=found.cadence_seconds,
        limits=found.limits,
        reason=found.reason,
        newest=newest,
        ends_seconds=gap,
    )


def _snapshot(envelope: Envelope) -> datetime | None:
    block = envelope.meta.extra.get("as_of")
    return parse_instant(block.get("snapshot_ts")) if isinstance(block, Mapping) else None


def _latest_day(envelope: Envelope, standing: Standing) -> date | None:
    data = envelope.data if isinstance(envelope.data, Mapping) else {}
    for block in (envelope.meta.extra, data):
        if day := expiry_day(block.get("latest_date")):
            return day
        since = number(block.get("days_since_latest"))
        if since is not None and 0 <= since <= 3660:
            return utc_day(standing.server_now) - timedelta(days=int(since))
    return None


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
