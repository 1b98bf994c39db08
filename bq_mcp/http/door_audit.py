"""Write a line for who is refused at the door; so few of them that nobody can fill the log."""

from collections.abc import Callable

from cachetools import TTLCache

from ..access import network_of
from ..logs import Log
from ..text import clean

_MINUTE_S = 60.0
MOST = 60
MOST_OF_ONE = 5
# Others, as 404, are slips of a client; the metric counts them.
_NO_ENTRY = (401, 403, 421, 429)
_WORDS_LIMIT = 160
# Wanted at any level, like the line of a call.
_log = Log("bq_mcp.audit", always=True)


class DoorAudit:
    """Writes refusals of entry, at most `MOST` a minute and `MOST_OF_ONE` of one network.

    The next line says how many were left out since the last. `monotonic` gives seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._lines: TTLCache[str, int] = TTLCache(2 * MOST, _MINUTE_S, monotonic)
        self._all: TTLCache[None, int] = TTLCache(1, _MINUTE_S, monotonic)
        self._left_out = 0

    def refused(self, status: int, address: str, words: str) -> None:
        """Write that a request from `address` was refused; `words` say why, in our own words."""
        if status not in _NO_ENTRY:
            return
        network = network_of(address)
        of_one, of_all = self._lines.get(network, 0), self._all.get(None, 0)
        if of_one >= MOST_OF_ONE or of_all >= MOST:
            self._left_out += 1
            return
        self._lines[network], self._all[None] = of_one + 1, of_all + 1
        left_out = {"left_out": self._left_out} if self._left_out else {}
        self._left_out = 0
        reason = clean(words, _WORDS_LIMIT)
        _log.info("refused", status=status, address=address[:64], reason=reason, **left_out)
