"""What polling may still ask for: the rules of `polling` over one key and one clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from ..client import Clock, Limits
from .polling import calls_at_once, pause_per_call, share_of_today, until_tomorrow


class Allowance:
    """Counts the calls that polling makes, and says when it may make the next ones.

    `limits` tells what the last reply stated.
    """

    def __init__(self, limits: Callable[[], Limits], clock: Clock) -> None:
        self._stated = limits
        self._clock = clock
        self._open_at = 0.0
        self._used = 0.0
        self._day: date | None = None
        self._quota_left: int | None = None
        self._month = 0

    @property
    def used(self) -> float:
        """Calls made today."""
        today = self._clock.now().date()
        if today != self._day:
            self._day, self._used = today, 0.0
        return self._used

    @property
    def share(self) -> float | None:
        """Calls that may be made today in all, None without a limit of the month."""
        return share_of_today(self._limits(), self._clock.now(), used=self.used)

    @property
    def pause(self) -> float | None:
        """Seconds to pause for each call, None where today's share is used up."""
        return pause_per_call(self._limits(), self._clock.now(), used=self.used)

    @property
    def at_once(self) -> int:
        """How many calls may be made together."""
        return calls_at_once(self._limits())

    @property
    def wait(self) -> float:
        """Seconds until the next call may be made, 0 for now."""
        if self.pause is None:
            return until_tomorrow(self._clock.now())
        return max(self._open_at - self._clock.monotonic(), 0.0)

    def charge(self, calls: float) -> None:
        """Count calls that were made."""
        self._used = self.used + calls
        begun = max(self._open_at, self._clock.monotonic())
        self._open_at = begun + calls * (self.pause or 0.0)

    def _limits(self) -> Limits:
        """Return what is left; all of a new month until a reply says otherwise."""
        limits, month = self._stated(), self._clock.now().month
        if limits.quota_left != self._quota_left or limits.quota_left is None:
            self._quota_left, self._month = limits.quota_left, month
        if month == self._month:
            return limits
        return replace(limits, quota_left=limits.quota_limit)
