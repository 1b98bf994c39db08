"""Make one record of each request: who asked, for what, how it ended, and what it took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import INVALID_PARAMS, METHOD_NOT_FOUND
from pydantic import ValidationError

from ..logs import Log
from ..server.addresses import addresses, split
from ..server.results import META_KEY
from ..text import clean
from ..tools import Inventory
from ..tools.search_mode import CALL, DESCRIBE, FIND, name_meant

_log = Log(__name__)
_NAME_LIMIT = 64
_OUTCOMES = {INVALID_PARAMS: "invalid_params", METHOD_NOT_FOUND: "unknown_method"}
_SEARCH_TOOLS = (FIND, DESCRIBE, CALL)

Context = ServerRequestContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Served:
    """One request and its end.

    `tool` is what was called, `bq://` and its kind where a resource was read, "" for other methods;
    `via` the tool of search mode that led to it; `is_offered`: there is such a tool or resource.
    `outcome` is `ok`, `partial` (a composite without some of its parts), the kind of an error,
    `fault` (ours), `cancelled`, or what was wrong with the message. `age_seconds` is that of the
    figures served, `cache` where they came from. `requests` and `units` are what was spent.
    """

    who: str
    method: str
    outcome: str
    seconds: float
    tool: str = ""
    via: str = ""
    is_offered: bool = False
    age_seconds: float | None = None
    cache: str = ""
    requests: int = 0
    units: int = 0
    simulated: bool = False
    arguments: Mapping[str, object] = field(default_factory=dict)


Tell = Callable[[Served], None]


class Watching(ServerMiddleware[Any]):
    """Tells `listeners` of each request; to stand inside the guard, which takes secrets out.

    `caller_name` says who asks, in a word that may be shown; `inventory` is all that any path of
    this server offers; `monotonic` gives seconds.
    """

    def __init__(
        self,
        caller_name: Callable[[Context], str],
        inventory: Callable[[], Inventory],
        listeners: Sequence[Tell],
        monotonic: Callable[[], float],
    ) -> None:
        self._caller_name = caller_name
        self._inventory = inventory
        self._listeners = listeners
        self._monotonic = monotonic

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Pass a request on; notifications are not told of."""
        if ctx.request_id is None:
            return await call_next(ctx)
        began = self._monotonic()
        # What stands if nothing below is reached: the client has left.
        outcome, meta = "cancelled", dict[str, Any]()
        try:
            result = await call_next(ctx)
            meta = _meta_in(result)
            outcome = _outcome(result, meta)
            return result
        except MCPError as exc:
            meta = _meta_in({"_meta": exc.error.data})
            outcome = meta.get("error") or _refused(ctx.method, exc.error.code)
            raise
        except ValidationError:
            outcome = "invalid_params"
            raise
        except Exception:
            outcome = "fault"
            raise
        finally:
            with _log.survive("request not recorded", method=ctx.method):
                self._tell(ctx, outcome, meta, self._monotonic() - began)

    def _tell(self, ctx: Context, outcome: str, meta: Mapping[str, Any], seconds: float) -> None:
        tool, via, is_offered, arguments = self._asked(ctx.method, ctx.params or {})
        spent = meta.get("spent", {})
        served = Served(
            who=self._caller_name(ctx),
            method=ctx.method,
            outcome=outcome,
            seconds=seconds,
            tool=tool,
            via=via,
            is_offered=is_offered,
            age_seconds=meta.get("age_seconds"),
            cache=meta.get("cache") or ("miss" if "verdict" in meta else ""),
            requests=spent.get("requests", 0),
            units=spent.get("units", 0),
            simulated=meta.get("simulated", False),
            arguments=arguments,
        )
        for tell in self._listeners:
            tell(served)

    def _asked(
        self, method: str, params: Mapping[str, Any]
    ) -> tuple[str, str, bool, Mapping[str, object]]:
        """Return the tool or resource, what led to it, whether it is offered, the arguments."""
        if method == "resources/read":
            uri = params.get("uri")
            kind, _ = (split(uri) if isinstance(uri, str) else None) or ("", "")
            is_known = kind in addresses()
            return f"bq://{kind if is_known else ''}", "", is_known, {"uri": uri}
        if method != "tools/call":
            return "", "", False, {}
        given = params.get("arguments")
        arguments = given if isinstance(given, Mapping) else {}
        inventory = self._inventory()
        tool, inner = clean(params.get("name"), _NAME_LIMIT), arguments.get("tool")
        if tool == CALL and isinstance(inner, str):
            found = clean(name_meant(inner, inventory), _NAME_LIMIT)
            return found, CALL, found in inventory.tools, arguments
        is_known = tool in inventory.tools or tool in _SEARCH_TOOLS
        return tool, "", is_known, arguments


def _meta_in(result: object) -> dict[str, Any]:
    """Return the facts of an answer, {} where it states none."""
    meta = result.get("_meta") if isinstance(result, Mapping) else None
    found = meta.get(META_KEY) if isinstance(meta, Mapping) else None
    return dict(found) if isinstance(found, Mapping) else {}


def _outcome(result: object, meta: Mapping[str, Any]) -> str:
    if kind := meta.get("error"):
        return str(kind)
    if isinstance(result, Mapping) and result.get("isError"):
        # The answer to a fault of ours has no kind.
        return "fault"
    return "partial" if meta.get("failed") else "ok"


def _refused(method: str, code: int) -> str:
    if method == "tools/call" and code == INVALID_PARAMS:
        # What is wrong with the parameters themselves is found before, and raised as such.
        return "unknown_tool"
    return _OUTCOMES.get(code, "fault")
