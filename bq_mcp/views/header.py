"""Gather the facts of an answer's first line that change while the answer is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ..envelope import Envelope
from .freshness import Freshness, Series, assess, assess_trading_day, ended_before, stated_cadence
from .model import Question, Standing
from .values import expiry_day, number, text, utc_day

# An unknown age of the whole is no reason to hide that a part is late.
_LIVE_VERDICTS = ("unknown", "fresh", "late", "stale")
# Query parameters that move the end of a series into the past on purpose.
_ENDS_EARLIER = ("as_of", "before", "to", "end", "until")


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says of time: how old the data are, and why no newer ones are given.

    `failure` is the kind of error that made an older answer the best there is; `oldest` is set
    where a part of the answer is older than the whole says, by enough to be judged worse.
    """

    now: datetime
    freshness: Freshness
    latest_day: date | None
    failure: str
    retry_after: float | None
    oldest: Freshness | None = None


def header_of(
    question: Question,
    envelope: Envelope,
    standing: Standing,
    *,
    series: Sequence[Series],
    oldest_part: datetime | None,
) -> Header:
    """Return what the first line of an answer says of time.

    `series` are those in the reply, `oldest_part` the earliest instant at which a part of it was
    computed.
    """
    fresh = freshness_of(question, envelope, standing, series)
    return Header(
        now=standing.server_now,
        freshness=fresh,
        latest_day=_latest_day(envelope, standing),
        failure=standing.failure or "",
        retry_after=standing.retry_after,
        oldest=_judged_worse(oldest_part, fresh, standing.server_now),
    )


def freshness_of(
    question: Question, envelope: Envelope, standing: Standing, series: Sequence[Series]
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
    return found if moved or clock == "static" else _with_end(found, series, now)


def _judged_worse(part: datetime | None, whole: Freshness, now: datetime) -> Freshness | None:
    if part is None or whole.verdict not in _LIVE_VERDICTS or whole.limits is None:
        return None
    found = assess(computed_at=part, server_now=now, clock="live", limits=whole.limits)
    worse = _LIVE_VERDICTS.index(found.verdict) > _LIVE_VERDICTS.index(whole.verdict)
    return found if worse else None


def _with_end(found: Freshness, series: Sequence[Series], now: datetime) -> Freshness:
    past = [known for known in series if known.newest <= now]
    if not past:
        return found
    latest = max(past, key=lambda known: known.newest)
    return replace(found, newest=latest.newest, ends_seconds=ended_before(latest, now))


def _latest_day(envelope: Envelope, standing: Standing) -> date | None:
    data = envelope.data if isinstance(envelope.data, Mapping) else {}
    for block in (envelope.meta.extra, data):
        if day := expiry_day(block.get("latest_date")):
            return day
        since = number(block.get("days_since_latest"))
        if since is not None and 0 <= since <= 3660:
            return utc_day(standing.server_now) - timedelta(days=int(since))
    return None
