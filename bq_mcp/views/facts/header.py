"""Gather what the first line of an answer says; the words are in `_header.md.jinja`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ...catalog.cadence import cadence_of
from ...envelope import SANDBOX_SOURCE
from ...errors import QuotaExhaustedError
from ...scalars import parse_instant
from ..model import simulated_mark
from ..pages import PAGES
from ..read.values import Row, expiry_day, figure, moment, text
from ..records import records_in
from ..scene import Scene
from .freshness import Freshness, assess, assess_trading_day, ended_before

# An unknown age of the whole is no reason to hide that a part is late.
_LIVE_VERDICTS = ("unknown", "fresh", "late", "stale")
# Query parameters that move the end of a series into the past on purpose.
_ENDS_EARLIER = ("as_of", "before", "to", "end", "until")
_RETRY_AFTER_S = 10.0
# Two clocks may be set apart by as much without making an age doubtful.
_CLOCKS_APART_S = 600.0
# How much of a payload is looked at for its first line: parts, rows and columns of each.
_PARTS, _WIDTH = 160, 64


def header_of(scene: Scene, fresh: Freshness) -> Mapping[str, Any]:
    """Return what the first line says; `at` is the one instant it prints."""
    failure, meta = scene.reply.failure, scene.envelope.meta
    # What is static has no part that is older, and no figure that dealers sign.
    walked = () if fresh.when == "static" else records_in(scene.data, _PARTS, _WIDTH)
    seen = [part for _, part in walked]
    filtered, title = meta.exchanges_filtered, scene.question.hint.title
    said = (block.get(name) for block in (scene.root, scene.query) for name in ("symbol", "coin"))
    symbol = next(filter(None, map(text, (meta.symbol, *said))), "")
    venues = meta.source if filtered is None else filtered
    waits = failure is not None and not isinstance(failure, QuotaExhaustedError)
    # Behind a symbol a title starts small, unless with an acronym.
    small = symbol and title[1:2].islower()
    return {
        "marks": simulated_mark(scene.envelope.simulated) + "STALE " * (failure is not None),
        "symbol": symbol,
        "title": title[:1].lower() + title[1:] if small else title,
        "tool_name": scene.question.tool,
        "summary": scene.question.endpoint.summary,
        "fresh": fresh,
        "at": _told(scene, fresh),
        "oldest": _judged_worse(scene, seen, fresh),
        "failure": failure.kind if failure else "",
        "retry_after": waits and (getattr(failure, "retry_after", None) or _RETRY_AFTER_S),
        "model": _positioning(scene, seen),
        "filtered": filtered is not None,
        "venues": [name for name in venues if name != SANDBOX_SOURCE],
    }


def freshness_of(scene: Scene) -> Freshness:
    """Return the verdict on a reply; unknown where it would be another if this is a replay."""
    found, gap = _judged(scene), scene.reply.clock_gap_seconds
    ours = scene.now + timedelta(seconds=gap if gap > _CLOCKS_APART_S else 0.0)
    is_sure = ours == scene.now or _judged(replace(scene, now=ours)).verdict == found.verdict
    return found if is_sure else replace(found, verdict="unknown")


def _judged(scene: Scene) -> Freshness:
    """Return the verdict by upstream's clock, with the end of a series where it has one."""
    hint, meta, now = scene.question.hint, scene.envelope.meta, scene.now
    if hint.age_rule == "business_days":
        latest = (expiry_day(block.get("latest_date")) for block in (scene.extra, scene.root))
        return assess_trading_day(next(filter(None, latest), None), now, meta.computed_at)
    as_of = bool(text(scene.query.get("as_of")) or scene.extra.get("as_of"))
    found = assess(
        computed_at=meta.computed_at,
        server_now=now,
        age_rule="history" if as_of else hint.age_rule,
        cadence_seconds=cadence_of(scene.question.endpoint, hint),
        # An older answer is given because its successor could not be had.
        overdue=scene.reply.overdue or scene.reply.failure is not None,
        told_at=meta.timestamp,
    )
    if scene.snapshot:
        return replace(found, verdict="historical", when="snapshot")
    moved = any(text(scene.query.get(name)) for name in _ENDS_EARLIER)
    series = [] if moved else [known for known in _series(scene) if known and max(known) <= now]
    if not series:
        return found
    latest_one = max(series, key=max)
    when = "series" if found.when == "row" else found.when
    ends = ended_before(latest_one, now)
    return replace(found, when=when, newest=max(latest_one), ends_seconds=ends)


def reads_forms(scene: Scene) -> bool:
    """Tell whether the forms of a reply are read anyway, so that its first line may ask for them.

    Pages of live data whose pace is known read the payload itself; it may be large.
    """
    hint, has_page = scene.question.hint, scene.question.endpoint.path in PAGES
    paced = hint.age_rule == "live" and hint.cadence_seconds is not None
    return hint.age_rule != "static" and not (has_page and paced)


def _series(scene: Scene) -> Iterator[list[datetime]]:
    """Yield the instants that each part of the payload runs along."""
    if not reads_forms(scene):
        return
    axes = [axis for grid in scene.forms.grids for axis in (grid.down, grid.across)]
    by_size = scene.question.hint.answer.order == "size"
    for table in scene.forms.tables:
        # Single prints share no key but have a time; the largest ones are no series.
        prints = table.form == "prints" and not by_size
        axes += [*table.key, *(table.columns if prints else ())]
    for axis in axes:
        if axis and axis.role == "time":
            yield [instant for value in axis.values if (instant := moment(value))]


def _told(scene: Scene, fresh: Freshness) -> datetime:
    """Return the instant that is printed: of the data, or of the reply where that is unknown."""
    if fresh.when in ("static", "not_stated"):
        return scene.envelope.meta.timestamp or scene.instant
    return fresh.newest or scene.instant if fresh.when == "series" else scene.instant


def _judged_worse(scene: Scene, seen: Sequence[Row], whole: Freshness) -> Freshness | None:
    """Return the verdict on the oldest part, where it is worse than that on the whole."""
    stamps = (parse_instant(part["computed_at"]) for part in seen if "computed_at" in part)
    part, cadence = min(filter(None, stamps), default=None), whole.cadence_seconds
    if part is None or whole.verdict not in _LIVE_VERDICTS or cadence is None:
        return None
    found = assess(computed_at=part, server_now=scene.now, age_rule="live", cadence_seconds=cadence)
    worse = _LIVE_VERDICTS.index(found.verdict) > _LIVE_VERDICTS.index(whole.verdict)
    return found if worse else None


def _positioning(scene: Scene, seen: Sequence[Row]) -> Mapping[str, object] | None:
    """Return which dealer model signed the figures, None where no signed exposure is shown.

    `by_row`: each row names its own. `requested` is set where another one was asked for.
    """
    name, extra = "positioning", scene.extra
    said = text(scene.root.get(name))
    inside = [] if said else [found for part in seen if (found := text(part.get(name)))]
    if len(inside) > 1:
        # What the reply says of all its rows is what was asked; each row names what ran.
        return {"by_row": True}
    served = said or "".join(inside) or text(extra.get(name))
    effective = served or scene.question.hint.positioning
    reason = text(extra.get(f"{name}_fallback_reason")) or text(scene.root.get("fallback_reason"))
    param, static = scene.question.endpoint.param(name), scene.question.hint.age_rule == "static"
    if not (
        effective or reason or not static and (param or any(map(_shows_gex, (scene.root, *seen))))
    ):
        return None
    named = (extra.get(f"{name}_requested"), scene.query.get(name), param and param.default)
    asked = next(filter(None, map(text, named)), None)
    other = effective and asked != effective
    return {"effective": effective, "requested": asked if other else None, "reason": reason}


def _shows_gex(part: Row) -> bool:
    """Tell whether a part has a figure of gamma exposure; a flag or a word of that name is none."""
    fields = (
        name for name, x in part.items() if not isinstance(x, bool | str) or figure(x) is not None
    )
    lists = [value for value in part.values() if isinstance(value, list) and value]
    # Beside lists of lists stand the names of their columns.
    headed = lists if any(isinstance(value[0], list) for value in lists) else []
    columns = (name for value in headed for name in value[:_WIDTH] if isinstance(name, str))
    return any("gex" in name.casefold() for name in (*fields, *columns))
