"""Keep what was read from a reply, so that asking again about a held one reads nothing anew.

All of it follows from the reply, the question and the day. Ages, limits and the way an answer was
come by change while it is held and are no part of it.
"""

from collections import deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain

from ..envelope import Envelope, parse_instant
from .columns import leaf_of
from .derived import SETTLEMENT
from .freshness import Series, series_of
from .model import Question
from .raw import Shortened, shorten_json
from .select import instants
from .shape import Shape, read_shape
from .subject import Subject, subject_of
from .values import utc_day

_COMPUTED_AT = "computed_at"
_Days = tuple[date, bool]
# One reply is asked about in four sizes; a new catalog makes a new question of the same.
_QUESTIONS_KEPT = 6


@dataclass(frozen=True, slots=True)
class Body:
    """The figures of an answer as text, its size in tokens, and how many rows it leaves out."""

    text: str
    tokens: int
    rows_cut: int


@dataclass(slots=True)
class Drawn:
    """What one question has drawn from a reply: its subject, and bodies by how they were made."""

    question: Question
    subject: Subject
    _days: _Days | None = None
    _bodies: dict[Hashable, Body] = field(default_factory=dict)
    _shortened: tuple[int, Shortened] | None = None

    def bodies(self, now: datetime) -> dict[Hashable, Body]:
        """Return the bodies that hold at `now`."""
        days = _days_at(now)
        if days != self._days:
            self._days, self._bodies = days, {}
        return self._bodies

    def shortened(self, data: object, limit: int) -> Shortened:
        """Return the payload as JSON of at most `limit` tokens."""
        if self._shortened is None or self._shortened[0] != limit:
            self._shortened = limit, shorten_json(data, limit)
        return self._shortened[1]


class Reading:
    """What has been read from one reply, each thing once."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._drawn: deque[Drawn] = deque(maxlen=_QUESTIONS_KEPT)

    @cached_property
    def shape(self) -> Shape:
        """The payload taken apart."""
        return read_shape(self._envelope.data)

    @cached_property
    def series(self) -> Sequence[Series]:
        """The tables that run along time."""
        dated = [table for table in self.shape.tables if table.roles.get(table.axis) == "time"]
        found = (series_of(instants(table, table.axis)) for table in dated)
        return [series for series in found if series is not None]

    @cached_property
    def oldest_part(self) -> datetime | None:
        """The earliest instant at which a part of the payload says it was computed."""
        shape = self.shape
        stamps = [
            value
            for name, value in shape.scalars.items()
            if "." in name and leaf_of(name) == _COMPUTED_AT
        ]
        for table in shape.tables:
            names = (name for name in table.columns if leaf_of(name) == _COMPUTED_AT)
            stamps += chain.from_iterable(map(table.column, names))
        return min(filter(None, map(parse_instant, stamps)), default=None)

    def drawn_by(self, question: Question) -> Drawn:
        """Return what a question has drawn so far."""
        for drawn in self._drawn:
            if drawn.question == question:
                return drawn
        drawn = Drawn(question, subject_of(question, self._envelope, self.shape))
        self._drawn.append(drawn)
        return drawn


def reading_of(envelope: Envelope) -> Reading:
    """Return what has been read from a reply; it is kept with the reply itself."""
    found = envelope.kept.get(Reading)
    if not isinstance(found, Reading):
        found = envelope.kept[Reading] = Reading(envelope)
    return found


def _days_at(now: datetime) -> _Days:
    """Return what a body takes from the moment: the UTC day, and whether its expiries settled.

    Dates are printed unless they are today's, and days to expiry run to the settlement.
    """
    day = utc_day(now)
    return day, now > datetime.combine(day, SETTLEMENT, UTC)
