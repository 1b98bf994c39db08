"""Carry single-symbol level questions asked together in one request, and know what calls cost.

Besides the pages of answers and the sandbox the only place that names endpoints. Upstream charges
the levels of up to eight symbols as one call, so four markets need not cost four calls.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TypeGuard

from ..envelope import Envelope
from ..errors import ForbiddenError, InvalidRequestError, NoDataError, UnknownRouteError
from ..scalars import parse_instant
from .clock import Clock
from .flight import Flights
from .model import Effort, QueryPairs, Reply, Request

_SINGLE = "/gex/levels"
_MULTI = "/multi/gex/levels"
_SERIES = "/market/bundle"
_ALL_SERIES = 6
_DEFAULT_SYMBOL = "BTCUSDT"
_INCLUDES = frozenset({"ranked", "max_pain", "expected_move", "zones"})
_SHARED_ARGUMENTS = frozenset({"exchanges", "include", "positioning"})
_MOST_SYMBOLS = 8
_WINDOW_S = 0.004
# How long each symbol is asked by itself after the shared route was of no use.
_PAUSE_S = 900.0
_ENTRY_META = ("spot_price", "computed_at")

Ask = Callable[[Request, Effort], Awaitable[Reply]]
# These failures concern the shared route; any other would meet the single ones too.
_SINGLES_HELP = (NoDataError, UnknownRouteError, InvalidRequestError, ForbiddenError)


@dataclass(eq=False)
class _Bundle:
    """The symbols that wait for one shared request, and the least effort among them.

    The deadline and the tally are those of the question that came first.
    """

    effort: Effort
    symbols: list[str] = field(default_factory=list)


class Bundler:
    """Gathers level questions for a few milliseconds; a lone one goes out as it is.

    A symbol whose entry in the shared reply lacks what the single route would say is asked
    singly, and so is each where the shared route refuses. After a shared request that helped
    nobody, none is tried for a quarter of an hour.
    """

    def __init__(self, ask: Ask, flights: Flights[Reply | None], clock: Clock) -> None:
        self._ask = ask
        self._flights = flights
        self._clock = clock
        self._useless_until = float("-inf")
        self._open: dict[QueryPairs, _Bundle] = {}

    async def ask(self, request: Request, effort: Effort) -> Reply:
        """Return the reply to `request`, from a shared one where it can be.

        Raises:
            BackQuantError: as the single request would.
        """
        symbol = bundled_symbol(request)
        if symbol is None or self._clock.monotonic() < self._useless_until:
            return await self._ask(request, effort)
        shared = tuple(pair for pair in request.query if pair[0] in _SHARED_ARGUMENTS)
        bundle = self._open.setdefault(shared, _Bundle(effort))
        bundle.effort = _lesser(bundle.effort, effort)
        if symbol not in bundle.symbols:
            bundle.symbols.append(symbol)
        if len(bundle.symbols) == _MOST_SYMBOLS:
            del self._open[shared]
        reply, _ = await self._flights.share(bundle, partial(self._carry, shared, bundle))
        single = reply and _single_reply(reply, symbol, request)
        if not single:
            return await self._ask(request, effort)
        effort.tally.add("bundled")
        return single

    async def _carry(self, shared: QueryPairs, bundle: _Bundle) -> Reply | None:
        """Return the shared reply, None where each symbol is to be asked singly."""
        try:
            await self._clock.sleep(_WINDOW_S)
        finally:
            if self._open.get(shared) is bundle:
                del self._open[shared]
        if len(bundle.symbols) < 2:
            return None
        symbols = ("symbols", ",".join(bundle.symbols))
        try:
            reply = await self._ask(Request(_MULTI, (symbols, *shared)), bundle.effort)
        except _SINGLES_HELP:
            self._leave_alone()
            return None
        bundle.effort.tally.add("bundles")
        if not any(entry is None or _is_whole(entry) for entry in _results(reply).values()):
            self._leave_alone()
        return reply

    def _leave_alone(self) -> None:
        self._useless_until = self._clock.monotonic() + _PAUSE_S


def _lesser(first: Effort, other: Effort) -> Effort:
    return replace(
        first,
        longest_wait=min(first.longest_wait, other.longest_wait),
        longest_pause=min(first.longest_pause, other.longest_pause),
    )


def charged_units(request: Request) -> int:
    """Return how many calls of the month a request costs; of the minute each costs one."""
    if request.path != _SERIES:
        return 1
    asked = dict(request.query).get("series", "")
    return len({name for name in map(str.strip, asked.split(",")) if name}) or _ALL_SERIES


def bundled_symbol(request: Request) -> str | None:
    """Return the symbol of a level question the shared route answers as well, else None."""
    query = dict(request.query)
    if request.path != _SINGLE or not query.keys() <= {"symbol", *_SHARED_ARGUMENTS}:
        return None
    wanted = {name for name in query.get("include", "").split(",") if name}
    return query.get("symbol", _DEFAULT_SYMBOL) if wanted <= _INCLUDES else None


def _single_reply(reply: Reply, symbol: str, request: Request) -> Reply | None:
    """Return what the single route would have said of `symbol`.

    None where the entry lacks spot, time or positioning, or where there is no entry.

    Raises:
        NoDataError: there is no data for the symbol, as the single route's 404.
    """
    results = _results(reply)
    if symbol not in results:
        return None
    entry = results[symbol]
    if entry is None:
        raise NoDataError(
            f"No data for {symbol}",
            code="NOT_FOUND",
            status=404,
            request_id=reply.envelope.meta.request_id,
        )
    if not _is_whole(entry):
        return None
    return replace(
        reply, outcome="bundled", envelope=_envelope(reply.envelope, entry, symbol, request)
    )


def _results(reply: Reply) -> Mapping[str, object]:
    data = reply.envelope.data
    results = data.get("results") if isinstance(data, Mapping) else None
    return results if isinstance(results, Mapping) else {}


def _is_whole(entry: object) -> TypeGuard[Mapping[str, object]]:
    return (
        isinstance(entry, Mapping)
        and isinstance(entry.get("positioning"), str)
        and isinstance(entry.get("spot_price"), int | float)
        and parse_instant(entry.get("computed_at")) is not None
    )


def _envelope(
    shared: Envelope, entry: Mapping[str, object], symbol: str, request: Request
) -> Envelope:
    asked = dict(request.query).get("positioning", "flow")
    spot = entry["spot_price"]
    computed_at = parse_instant(entry["computed_at"])
    extra: dict[str, object] = {
        **shared.meta.extra,
        "positioning": entry["positioning"],
        "positioning_requested": asked,
    }
    # A reason given for the whole bundle need not be this symbol's.
    extra.pop("positioning_fallback_reason", None)
    if reason := entry.get("positioning_fallback_reason", entry.get("fallback_reason")):
        extra["positioning_fallback_reason"] = reason
    meta = replace(
        shared.meta,
        symbol=symbol,
        spot_price=float(spot) if isinstance(spot, int | float) else None,
        computed_at=computed_at,
        freshness_seconds=_age(shared.meta.timestamp, computed_at),
        extra=extra,
    )
    data = {name: value for name, value in entry.items() if name not in _ENTRY_META}
    return Envelope(data, meta, shared.non_finite)


def _age(timestamp: datetime | None, computed_at: datetime | None) -> float | None:
    if timestamp is None or computed_at is None:
        return None
    return max((timestamp - computed_at).total_seconds(), 0.0)
