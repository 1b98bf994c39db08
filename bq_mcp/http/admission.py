"""How many calls are carried out at once, and how many a minute for each credential."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any, Protocol

from cachetools import TTLCache
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ..access import Caller
from ..errors import BusyError
from ..server import call_result
from ..server.results import meta_of
from ..views.error import render_error

_MINUTE_S = 60.0
_MOST_NAMES = 4096
_ROUNDING_S = 1e-6
_LISTEN = "subscriptions/listen"
_COUNTED = ("tools/call", "resources/read", "completion/complete", _LISTEN)

CallerOf = Callable[[ServerRequestContext[Any, Any]], Caller]


class CallsOfMinute(Protocol):
    """Counts calls by name, perhaps together with other machines; never fails."""

    async def take(self, name: str, most: int) -> float:
        """Count one call; return 0, or in how many seconds there is one of `most` a minute."""
        ...


class LocalCalls:
    """Counts the calls of this process: what was not used is saved up, a minute's at most."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        # When the last of the calls made so far would be made at an even pace.
        self._paid_until: TTLCache[str, float] = TTLCache(_MOST_NAMES, _MINUTE_S, monotonic)

    async def take(self, name: str, most: int) -> float:
        """Count one call; return 0, or in how many seconds there is one of `most` a minute."""
        now, each = self._monotonic(), _MINUTE_S / most
        paid_until = max(self._paid_until.get(name, now), now) + each
        wait = paid_until - now - _MINUTE_S
        if wait > _ROUNDING_S:
            return wait
        self._paid_until[name] = paid_until
        return 0.0


class Admission(ServerMiddleware[Any]):
    """Refuses a call where too many are under way, `most` in all and `most_each` of a credential.

    Clients that listen for updates are counted apart.
    """

    def __init__(
        self, caller_of: CallerOf, calls: CallsOfMinute, *, most: int, most_each: int
    ) -> None:
        self._caller_of = caller_of
        self._calls = calls
        self._most = most
        self._most_each = most_each
        self._under_way: Counter[tuple[str, bool]] = Counter()

    async def __call__(
        self, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        """Pass a request on, or refuse it."""
        if ctx.method not in _COUNTED:
            return await call_next(ctx)
        try:
            with self._under(self._caller_of(ctx).name, is_listening=ctx.method == _LISTEN):
                await self._count(ctx)
                return await call_next(ctx)
        except BusyError as error:
            return _refusal(ctx, error)

    @contextmanager
    def _under(self, name: str, *, is_listening: bool) -> Iterator[None]:
        """Hold one place among the calls under way.

        Raises:
            BusyError: there is none left.
        """
        at_once = sum(count for (_, kind), count in self._under_way.items() if kind == is_listening)
        key = (name, is_listening)
        what = "clients that listen" if is_listening else "calls under way"
        if at_once >= self._most:
            raise BusyError(f"{what} on this server: {self._most} of {self._most}")
        if self._under_way[key] >= self._most_each:
            raise BusyError(f"{what} with this credential: {self._most_each} of {self._most_each}")
        self._under_way[key] += 1
        try:
            yield
        finally:
            self._under_way[key] -= 1
            if not self._under_way[key]:
                del self._under_way[key]

    async def _count(self, ctx: ServerRequestContext[Any, Any]) -> None:
        """Count a call against those a credential may make a minute.

        Raises:
            BusyError: they are used up.
        """
        caller = self._caller_of(ctx)
        most = caller.calls_per_minute
        if most is None or ctx.method == _LISTEN:
            return
        if wait := await self._calls.take(caller.name, most):
            words = f"calls a minute with this credential: {most} of {most} used up"
            raise BusyError(words, retry_after=ceil(wait))


def _refusal(ctx: ServerRequestContext[Any, Any], error: BusyError) -> HandlerResult:
    """Return the refusal of a call as an answer the model can read.

    Raises:
        MCPError: the request is none whose answer a model reads.
    """
    name = str((ctx.params or {}).get("name"))
    answer = render_error(error, tool=name, simulated=False)
    if ctx.method != "tools/call":
        wait = f"; ask again in {error.retry_after} s"
        raise MCPError(INTERNAL_ERROR, f"busy: {error.message}{wait}", meta_of(answer)) from None
    result = call_result(answer)
    said = result.model_dump(by_alias=True, mode="json", exclude_none=True)
    if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
        said.pop("resultType", None)
    return said
