"""What the replies so far prove of upstream's clock: that it goes on while ours does.

A reply stamped earlier than upstream's clock must have shown by then was made earlier: it was held
on the way, by a cache or by a replay.
"""

from datetime import datetime

# Whole seconds, and the moments a reply is under way.
_SAME_S = 3.0
# A clock that was set is believed when it stays so; a leap ahead this far as well.
_LASTS_S = 30.0
_LEAP_S = 3_600.0
# A clock so far ahead of this machine's is believed once it goes on, or while no other is shown.
_ABSURD_S = 366 * 86_400.0


class UpstreamClock:
    """The furthest offset of upstream's clock from the monotonic one that its replies showed.

    All moments are monotonic seconds, offsets Unix seconds less these. `is_going`: two replies
    showed that it goes on as ours does.
    """

    def __init__(self) -> None:
        self.is_going = False
        self._offset: float | None = None
        self._first = 0.0
        self._other: tuple[float, float] | None = None

    def lag(self, stated: datetime, *, asked: float, received: float, local: datetime) -> float:
        """Return how many seconds earlier a reply was made than it could have been by `received`.

        It says it was made at `stated`, which lies after it was `asked` for if nothing held it;
        `local` is this machine's clock then.
        """
        offset = stated.timestamp() - received
        absurd = local.timestamp() - received + _ABSURD_S
        if self._offset is None or (not self.is_going and offset < absurd < self._offset):
            self._offset, self._first = offset, stated.timestamp()
            return 0.0
        ahead = offset - self._offset
        if abs(ahead) <= _SAME_S:
            self.is_going = self.is_going or stated.timestamp() - self._first >= 1.0
            self._offset, self._other = max(offset, self._offset), None
        elif 0 < ahead <= _LEAP_S or self._lasts(stated.timestamp() - asked, received):
            self._offset, self._other = offset, None
        return max(self._offset - offset, 0.0)

    def _lasts(self, offset: float, received: float) -> bool:
        """Tell whether replies have shown this other offset for a while."""
        if self._offset is not None and abs(offset - self._offset) <= _SAME_S:
            # The clock is right; it is the reply that was long under way.
            return False
        if self._other is None or abs(offset - self._other[0]) > _SAME_S:
            self._other = offset, received
        return received - self._other[1] >= _LASTS_S
