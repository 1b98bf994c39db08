"""What the layers of the client saved and spent."""

from dataclasses import dataclass
from typing import Literal

Count = Literal[
    "requests",
    "units",
    "hits",
    "joined",
    "bundled",
    "bundles",
    "waits",
    "waited_seconds",
    "retries",
    "stale",
]


@dataclass
class Counters:
    """Counts of one question, or of all questions of one key since the start.

    `requests` went out, retries included, and cost `units` of the month. `hits` were answered from
    the store, `joined` by a question already under way, `bundled` are single questions answered by
    one of `bundles`, the shared requests. `waits` for the next minute took `waited_seconds`.
    `stale` were answered with an older answer because upstream failed.
    """

    requests: int = 0
    units: int = 0
    hits: int = 0
    joined: int = 0
    bundled: int = 0
    bundles: int = 0
    waits: int = 0
    waited_seconds: float = 0.0
    retries: int = 0
    stale: int = 0

    @property
    def saved(self) -> int:
        """Requests that did not have to be made."""
        return self.hits + self.joined + self.bundled - self.bundles

    def add(self, other: "Counters") -> None:
        """Count what `other` counted as well."""
        for name, amount in vars(other).items():
            setattr(self, name, getattr(self, name) + amount)

    def as_dict(self) -> dict[str, float]:
        """Return the counts by name, and what they `saved`."""
        counts = {name: round(value, 3) for name, value in vars(self).items()}
        return {**counts, "saved": self.saved}


class Tally:
    """Counts what one question takes, towards the counters of its key as well.

    A shared request is counted for the question that began it, so that the requests of all tallies
    are the requests of the key.
    """

    def __init__(self, total: Counters) -> None:
        self.own = Counters()
        self._total = total

    def add(self, name: Count, amount: float = 1) -> None:
        """Count `amount` more of `name`."""
        for counters in (self.own, self._total):
            setattr(counters, name, getattr(counters, name) + amount)

    def spent(self) -> dict[str, float]:
        """Return what the question took, as far as it is not zero."""
        own = self.own
        taken = {
            "requests": own.requests,
            "units": own.units,
            "retries": own.retries,
            "waits": own.waits,
            "waited_seconds": round(own.waited_seconds, 3),
        }
        return {name: count for name, count in taken.items() if count}
