"""When asking again can help, and after how long: pure rules over errors."""

from ..errors import (
    BackQuantError,
    BurstLimitError,
    MalformedReplyError,
    TransportError,
    UnreachableError,
    UpstreamFaultError,
    UpstreamUnavailableError,
)

_MOST_TRIES = 3
_BROKEN_S = 0.2
_FAULT_S = 1.0
_UNAVAILABLE_S = 2.0
_BURST_S = 2.0


def pause_before_retry(error: BackQuantError, tries: int, *, chance: float) -> float | None:
    """Return the seconds to wait before asking again, None where it cannot help.

    `tries` counts the requests made so far; `chance` in [0, 1) spreads the pauses of many
    callers over half to the whole of the nominal one. A wait that upstream states is never cut.

    A service that is briefly away (408, 425, any 5xx but 500) gets two and then four seconds; an
    unexpected fault (500), a broken connection and a damaged body get one more try. After a burst
    refusal there is one more try: the budget knows how long to wait, unless upstream did not state
    it. There is none after a used-up quota, or for a host that is known not to answer.
    """
    if tries >= _MOST_TRIES or (tries > 1 and not isinstance(error, UpstreamUnavailableError)):
        return None
    if isinstance(error, BurstLimitError):
        return _after_burst(error, chance)
    if isinstance(error, TransportError) and error.retry_after is not None:
        return None
    nominal = _nominal(error, tries)
    if nominal is None:
        return None
    return max(nominal * (0.5 + chance / 2), error.retry_after or 0.0)


def _after_burst(error: BurstLimitError, chance: float) -> float | None:
    if not error.was_sent:
        return None
    return 0.0 if error.retry_after is not None else _BURST_S * (0.5 + chance / 2)


def _nominal(error: BackQuantError, tries: int) -> float | None:
    if isinstance(error, UpstreamUnavailableError):
        return float(_UNAVAILABLE_S * 2 ** (tries - 1))
    if isinstance(error, UpstreamFaultError):
        return _FAULT_S
    if isinstance(error, UnreachableError | MalformedReplyError):
        return _BROKEN_S
    return None
