"""What can go wrong on purpose: kinds of faults, and the schedule that says where and when."""

from dataclasses import KW_ONLY, dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import Scope

FAULT_KINDS = (
    "refused",
    "reset",
    "slow_first_byte",
    "slow_body",
    "cut_body",
    "html",
    "wrong_content_type",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
    "edge_408",
    "edge_520",
    "burst_429",
    "burst_429_without_retry_after",
    "quota_429",
    "http_401",
    "http_403",
    "page_401",
    "page_403",
    "http_404",
    "http_422",
    "computed_at_in_future",
    "computed_at_1970",
    "clock_ahead",
    "clock_behind",
    "frozen_data",
    "cached_copy",
    "huge_body",
)

DEFAULT_SECONDS = {
    "slow_first_byte": 30.0,
    "slow_body": 30.0,
    "computed_at_in_future": 3600.0,
    "clock_ahead": 90.0,
    "clock_behind": 90.0,
    "cached_copy": 40.0,
}
"""Kinds that have a length, in seconds, and what it is when the fault does not say."""

_LONGEST_S = 86_400
_STATE = "fault"


@dataclass(frozen=True)
class Fault:
    """A kind of fault, and which requests it befalls.

    `route` is a shell pattern over the path below /v2, as `/gex/*`; `*` crosses slashes. `since`
    (included) and `until` (excluded) are aware instants of the sandbox's clock. The requests that
    match both are numbered from 1: the fault acts on number `first`, then on every `every`th, up
    to number `last`, and `times` times at most. `seconds` is the length of the kinds in
    `DEFAULT_SECONDS`.

    Raises: ValueError for a combination that makes no sense.
    """

    kind: str
    route: str = "*"
    _: KW_ONLY
    since: datetime | None = None
    until: datetime | None = None
    first: int = 1
    last: int | None = None
    every: int = 1
    times: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        mistake = _mistake_in(self)
        if mistake is not None:
            raise ValueError(mistake)

    @property
    def length(self) -> timedelta:
        """Return how long a wait or how large a shift of time is; zero for the other kinds."""
        chosen = DEFAULT_SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds
        return timedelta(seconds=chosen)

    def covers(self, path: str, now: datetime) -> bool:
        """Return whether a request for `path` at `now` lies on the route and in the window."""
        return fnmatchcase(path, self.route) and self.is_open(now)

    def is_open(self, now: datetime) -> bool:
        """Return whether `now` lies in the window."""
        return (self.since is None or self.since <= now) and (
            self.until is None or now < self.until
        )

    def acts_on(self, number: int) -> bool:
        """Return whether the request of this number is one the fault acts on."""
        return (
            number >= self.first
            and (self.last is None or number <= self.last)
            and (number - self.first) % self.every == 0
        )


class Schedule:
    """Faults in order; of several that act on a request, the earlier one does."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults

    def refuses(self, now: datetime) -> bool:
        """Return whether nobody listens at `now`."""
        return any(fault.kind == "refused" and fault.is_open(now) for fault in self.faults)


NO_FAULTS = Schedule()


@dataclass(frozen=True)
class ActiveFault:
    """A fault that acts on the request at hand, and when it acted or could act first."""

    fault: Fault
    began_at: datetime


class FaultTracker:
    """Numbers the requests of one sandbox and tells which of them a fault acts on."""

    def __init__(self, schedule: Schedule) -> None:
        self._histories = [_FaultHistory(fault) for fault in schedule.faults]

    def next(self, path: str, now: datetime) -> ActiveFault | None:
        """Count a request for `path`, below /v2, and return the fault that acts on it, if any."""
        met = [history for history in self._histories if history.fault.covers(path, now)]
        for history in met:
            history.seen += 1
        due = next((history for history in met if history.is_due()), None)
        return None if due is None else due.act(now)


def attach_active_fault(active: ActiveFault, scope: "Scope") -> None:
    """Hang the fault on the request's scope, where `active_fault_on` finds it."""
    state: dict[str, Any] = scope.setdefault("state", {})
    state[_STATE] = active


def active_fault_on(scope: "Scope") -> ActiveFault | None:
    """Return the fault that acts on this request, if any."""
    active: ActiveFault | None = scope.get("state", {}).get(_STATE)
    return active


@dataclass
class _FaultHistory:
    fault: Fault
    seen: int = 0
    acted: int = 0
    began_at: datetime | None = None

    def is_due(self) -> bool:
        spent = self.fault.times is not None and self.acted >= self.fault.times
        return not spent and self.fault.acts_on(self.seen)

    def act(self, now: datetime) -> ActiveFault:
        self.acted += 1
        self.began_at = self.began_at or self.fault.since or now
        return ActiveFault(self.fault, self.began_at)


def _mistake_in(fault: Fault) -> str | None:
    """Return why no schedule can hold this fault, or None when one can."""
    if fault.kind not in FAULT_KINDS:
        return f"unknown kind {fault.kind!r}, choose one of {', '.join(FAULT_KINDS)}"
    return _mistake_in_counts(fault) or _mistake_in_window(fault) or _mistake_for_kind(fault)


def _mistake_in_counts(fault: Fault) -> str | None:
    counts = (fault.first, fault.last, fault.every, fault.times)
    if any(count is not None and count < 1 for count in counts):
        return "first, last, every and times count from 1"
    if fault.last is not None and fault.last < fault.first:
        return "last comes before first"
    return None


def _mistake_in_window(fault: Fault) -> str | None:
    if any(
        instant is not None and instant.tzinfo is None for instant in (fault.since, fault.until)
    ):
        return "since and until need a time zone"
    if fault.since is not None and fault.until is not None and fault.until <= fault.since:
        return "until is not after since"
    return None


def _mistake_for_kind(fault: Fault) -> str | None:
    if fault.seconds is not None and fault.kind not in DEFAULT_SECONDS:
        return f"{fault.kind} takes no seconds"
    if fault.seconds is not None and not 0 < fault.seconds <= _LONGEST_S:
        return f"seconds must be above 0 and at most {_LONGEST_S}"
    if fault.kind == "refused" and _picks_requests(fault):
        return "refused takes since and until only: where nobody listens no request is counted"
    return None


def _picks_requests(fault: Fault) -> bool:
    chosen = (fault.route, fault.first, fault.last, fault.every, fault.times)
    return chosen != ("*", 1, None, 1, None)
