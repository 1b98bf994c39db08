"""Which snapshot an answer is made from: the newest one, or one of the store (`as_of`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bq_mcp.sandbox.instants import floor_to, iso, parse_instant
from bq_mcp.sandbox.plans import Plan
from bq_mcp.sandbox.request_context import RequestContext
from bq_mcp.sandbox.service_errors import ServiceError, invalid_query

STORE_STEP_S = 300
_WINDOW_UNITS = (("days", 1), ("hours", 24))
"""Parameters that set a window, and how many of each a day has."""

CHAIN_FLOOR = datetime(2026, 4, 16, tzinfo=UTC)
TAPE_FLOOR = datetime(2026, 5, 17, 8, tzinfo=UTC)
QUOTES_FLOOR = datetime(2026, 9, 1, tzinfo=UTC)
"""Chains stored before this hold no bid and ask."""


@dataclass(frozen=True)
class Moment:
    """A snapshot instant, whether it is a stored one, and what `meta.extra` must say of it."""

    instant: datetime
    is_stored: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_tape(self) -> bool:
        """Return whether the aggressor tape reaches back to this instant."""
        return self.instant >= TAPE_FLOOR

    @property
    def has_quotes(self) -> bool:
        """Return whether bid and ask are known; those of a live chain always are."""
        return not self.is_stored or self.instant >= QUOTES_FLOOR

    def with_extra(self, more: Mapping[str, Any]) -> "Moment":
        """Return the moment with more to say in `meta.extra`."""
        return replace(self, extra={**self.extra, **more})


def tape_note(moment: Moment, served: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to say where std was used because the tape starts later than the snapshot.

    `served` is the part of `meta.extra` that names the model.
    """
    if moment.has_tape or served.get("positioning_fallback_reason") != "flow_tape_empty":
        return {}
    return {
        "flow_unavailable_before": iso(TAPE_FLOOR),
        "flow_coverage_note": "The trade tape starts later than this snapshot; std was used.",
    }


def worked_until(context: RequestContext) -> datetime:
    """Return up to when there is data: the present, unless data is frozen or the worker stands."""
    return context.world().worker_instant(context.now)


def stored_chain_note(moment: Moment, *, has_quotes: bool) -> dict[str, Any]:
    """Return what to say of a stored chain: activity was not rebuilt, quotes may be missing."""
    if not moment.is_stored:
        return {}
    # Nothing counts the tape by contract here, so there is nothing to rebuild from.
    note: dict[str, Any] = {"activity_rebuilt": False}
    if has_quotes and not moment.has_quotes:
        note["quotes_note"] = f"bid and ask are 0: not recorded before {iso(QUOTES_FLOOR)}"
    return note


def moment_of(context: RequestContext, as_of: str | None, step_seconds: int) -> Moment:
    """Return the snapshot for an `as_of` argument; without one the newest on the grid.

    Raises: ServiceError 422 for text that is no instant, 400 for the future, 404 before the first
    stored chain.
    """
    if as_of is None:
        return Moment(floor_to(worked_until(context), step_seconds))
    requested = _read(as_of)
    if requested > context.now:
        raise invalid_query("as_of", "as_of lies in the future", status=400)
    served, clamp = _within_window(requested, context.now, context.plan)
    instant = floor_to(context.world().worker_instant(served), STORE_STEP_S)
    if instant < CHAIN_FLOOR:
        raise ServiceError(404, "NOT_FOUND", f"No stored chain before {iso(CHAIN_FLOOR)}")
    extra: dict[str, Any] = {"as_of": _block(requested, instant)}
    if clamp:
        extra["history_clamp"] = clamp
    return Moment(instant, is_stored=True, extra=extra)


def plan_window(plan: Plan, query: Mapping[str, Any]) -> tuple[dict[str, int], dict[str, Any]]:
    """Return the window to serve where the plan cuts the one asked for, and what to say of it.

    Windows are `days` or `hours` that end now; the first part is empty unless the plan is enforced.
    """
    for unit, allowed in _WINDOW_UNITS:
        asked = query.get(unit)
        if plan.history_days is None or asked is None or asked <= plan.history_days * allowed:
            continue
        clamp = _clamp(plan, asked, plan.history_days * allowed, unit)
        window = {unit: plan.history_days * allowed} if plan.history_enforced else {}
        return window, {"history_clamp": clamp}
    return {}, {}


def _read(as_of: str) -> datetime:
    try:
        return parse_instant(as_of)
    except ValueError as exc:
        raise invalid_query("as_of", "as_of is not an ISO 8601 instant") from exc


def _within_window(
    requested: datetime, now: datetime, plan: Plan
) -> tuple[datetime, dict[str, Any] | None]:
    if plan.history_days is None:
        return requested, None
    allowed = now - timedelta(days=plan.history_days)
    if requested >= allowed:
        return requested, None
    clamp = _clamp(plan, iso(requested), iso(allowed), "as_of")
    return (allowed if plan.history_enforced else requested), clamp


def _clamp(plan: Plan, requested: Any, allowed: Any, unit: str) -> dict[str, Any]:
    return {
        "requested": requested,
        "allowed": allowed,
        "unit": unit,
        "max_history_days": plan.history_days,
        "enforced": plan.history_enforced,
    }


def _block(requested: datetime, instant: datetime) -> dict[str, Any]:
    return {
        "requested": iso(requested),
        "snapshot_ts": iso(instant),
        # Negative where the plan's window moved the answer forward of what was asked for.
        "lag_seconds": round((requested - instant).total_seconds(), 3),
        "resolution": f"{STORE_STEP_S}s",
    }
