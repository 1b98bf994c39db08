"""What the layers of the client saved and spent."""

from dataclasses import asdict, dataclass


@dataclass
class Counters:
    """Counts since the start, of one key.

    `requests` went out, retries included. `hits` were answered from the store, `joined` by a
    question already under way, `bundled` are single questions that travelled in a shared request.
    `stale` were answered with an older answer because upstream failed.
    """

    requests: int = 0
    hits: int = 0
    joined: int = 0
    bundled: int = 0
    waits: int = 0
    waited_seconds: float = 0.0
    retries: int = 0
    stale: int = 0

    def as_dict(self) -> dict[str, float]:
        """Return the counts by name."""
        return {name: round(value, 3) for name, value in asdict(self).items()}
