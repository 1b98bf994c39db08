"""One reply under way to its answer: what pages, digests and the first line read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from weakref import WeakKeyDictionary

from ..envelope import Envelope, Reply
from ..scalars import parse_instant
from .model import Question
from .read.forms import Forms
from .read.normalise import read_forms
from .read.values import mapping, number

BUDGETS: Mapping[str, int] = {"brief": 150, "standard": 500, "full": 2_000, "raw": 2_000}
_SPOT_NAMES = ("spot_price", "spot", "underlying_price")
# The forms of a reply are kept for as long as the reply itself.
_READ: WeakKeyDictionary[Envelope, Forms] = WeakKeyDictionary()


@dataclass(frozen=True)
class Scene:
    """A question, its reply and the moment (upstream's clock) the answer is given."""

    question: Question
    reply: Reply
    now: datetime

    @property
    def envelope(self) -> Envelope:
        return self.reply.envelope

    @property
    def data(self) -> object:
        return self.envelope.data

    @cached_property
    def root(self) -> Mapping[str, object]:
        """The payload where it is a record, else an empty one."""
        return mapping(self.envelope.data)

    @property
    def extra(self) -> Mapping[str, object]:
        return self.envelope.meta.extra

    @property
    def query(self) -> Mapping[str, object]:
        return self.question.query

    @property
    def detail(self) -> str:
        return self.question.detail

    @property
    def most_rows(self) -> int:
        """How many rows of a table, of six tokens at least, could ever fit this answer."""
        return BUDGETS[self.question.detail] // 6

    @cached_property
    def spot(self) -> float | None:
        """The spot of the computation in USD: of the envelope, else of the root of the data."""
        stated = (self.envelope.meta.spot_price, *(self.root.get(name) for name in _SPOT_NAMES))
        return next((found for value in stated if (found := number(value)) and found > 0), None)

    @cached_property
    def snapshot(self) -> datetime | None:
        """The instant of the stored snapshot an `as_of` question was answered from."""
        return parse_instant(mapping(self.extra.get("as_of")).get("snapshot_ts"))

    @cached_property
    def instant(self) -> datetime:
        """What the figures stand for: the snapshot, when they were computed, or when they came."""
        return self.snapshot or self.envelope.meta.computed_at or self.reply.server_time

    @cached_property
    def forms(self) -> Forms:
        """The payload taken apart; read once a reply."""
        if self.envelope not in _READ:
            at = self.envelope.meta.timestamp or self.instant
            _READ[self.envelope] = read_forms(self.data, self.spot, at)
        return _READ[self.envelope]
