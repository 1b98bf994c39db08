"""The HTTP server as one ASGI application: who asks for what, and what is refused at the door."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from typing import Any

import anyio
from mcp.server.context import ServerRequestContext
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ..access import METADATA_PATH, AccessError, Caller, Entrance
from ..errors import ConfigError
from ..logs import Log
from ..text import masked, redact
from .accounts import Accounts
from .bodies import check_form, check_message, closing, read_body, replayed, without_secrets
from .hosts import is_host_allowed, is_origin_allowed
from .paths import View, read_path
from .pool import FullError
from .refusal import RefusalError, json_response

_log = Log(__name__)
# A second one could say something else to whoever stands in front of us.
_ONCE = ("host", "origin", "authorization", "x-api-key", "content-length", "content-type")
_NOWHERE = "nothing is here; MCP is at /mcp, /mcp/search, /mcp/x/TOOLSETS, /mcp/search/x/TOOLSETS"
_CORS_HEADERS = "authorization, content-type, x-api-key, mcp-protocol-version, mcp-method, mcp-name"

# The status, the address it came from, and why.
NoteRefusal = Callable[[int, str, str], None]


def caller_of(ctx: ServerRequestContext[Any, Any]) -> Caller:
    """Return who made a request."""
    caller: Caller = ctx.request.scope["state"]["caller"] if ctx.request else Caller("local")
    return caller


class HttpApp:
    """Answers HTTP requests; to be entered, and told when the server is about to end.

    `hosts` are the names it is reached by, `origins` the web pages that may call it. `note_refusal`
    is told of what is refused at the door.
    """

    def __init__(
        self,
        accounts: Accounts,
        entrance: Entrance,
        *,
        hosts: Collection[str],
        origins: Collection[str],
        note_refusal: NoteRefusal,
    ) -> None:
        self._accounts = accounts
        self._entrance = entrance
        self._hosts = hosts
        self._origins = origins
        self._note_refusal = note_refusal
        self._is_ending = False
        self._open = AsyncExitStack()

    async def __aenter__(self) -> "HttpApp":
        await self._open.enter_async_context(self._accounts)
        tasks = await self._open.enter_async_context(anyio.create_task_group())
        self._open.callback(tasks.cancel_scope.cancel)
        tasks.start_soon(self._keep_catalog)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._open.aclose()

    def end(self) -> None:
        """Be not ready, end the streams of clients that listen, and keep no connection open."""
        self._is_ending = True
        self._accounts.hang_up()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        send = closing(send, lambda: self._is_ending)
        if path in ("/healthz", "/readyz"):
            await self._health(path)(scope, receive, send)
            return
        send = without_secrets(send)
        headers: dict[str, str] = {}
        try:
            headers = _headers(scope)
            self._check_where_from(headers)
            if origin := headers.get("origin", "").lower():
                send = self._with_cors(send, origin)
            if scope["method"] == "OPTIONS" and origin in self._origins:
                await Response(status_code=204)(scope, receive, send)
            elif self._entrance.metadata is not None and _is_metadata(path):
                await json_response(self._entrance.metadata)(scope, receive, send)
            else:
                await self._enter(headers, scope, receive, send)
        except RefusalError as refusal:
            self._note_refusal(refusal.status, _address(scope), refusal.words)
            await refusal.response()(scope, receive, send)

    async def _keep_catalog(self) -> None:
        # The first call meets the same fault and says it to the agent.
        with _log.survive("connection not prepared"):
            await self._accounts.warm()
        await self._accounts.keeper.keep()

    def _health(self, path: str) -> Response:
        """Return whether the process is up, or whether it can answer calls; no more than that."""
        if path == "/healthz":
            return Response("ok\n", media_type="text/plain")
        keeper = self._accounts.keeper
        if self._is_ending:
            words = "ending"
        elif not (keeper.is_stored or keeper.is_final):
            words = "no catalog yet"
        elif self._accounts.reach.is_lost:
            words = "upstream not reached"
        else:
            return Response("ready\n", media_type="text/plain")
        return Response(f"{words}\n", status_code=503, media_type="text/plain")

    def _check_where_from(self, headers: Mapping[str, str]) -> None:
        """Let through what is meant for this server, from a client or a page that may call it.

        Raises:
            RefusalError: it is not.
        """
        if not is_host_allowed(headers.get("host", ""), self._hosts):
            raise RefusalError(421, "this server is not known under the name of the Host header")
        origin = headers.get("origin")
        if origin and not is_origin_allowed(origin, self._origins, self._hosts):
            raise RefusalError(403, "pages of this origin may not call this server")

    async def _enter(
        self, headers: dict[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Hand an MCP request to the seat of its caller.

        Raises:
            RefusalError: it is none, or its caller may not enter.
        """
        view = read_path(scope["path"])
        if view is None:
            raise RefusalError(404, _NOWHERE)
        caller = await self._admitted(headers, scope)
        if scope["method"] != "POST":
            # Each request stands alone: there is no stream to open, and no session to end.
            raise RefusalError(405, "only POST is answered here", {"Allow": "POST"})
        check_form(scope)
        body = await read_body(receive, headers)
        state = {**scope.get("state", {}), "caller": caller}
        scope = {**scope, "state": state}
        # The keys of all callers would be too many to look for in every text.
        with masked(caller.key):
            check_message(body, headers.get("mcp-protocol-version"))
            await self._serve(caller, view, scope, replayed(body, receive), send)

    async def _serve(
        self, caller: Caller, view: View, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            async with self._accounts.seat(caller, view) as seat:
                await seat.manager.handle_request(scope, receive, send)
        except FullError:
            words = "too many keys or views are in use at once; ask again in a moment"
            raise RefusalError(503, words, {"Retry-After": "1"}) from None
        except ConfigError as error:
            # Its words repeat the path, and go out when the caller's key is no longer looked for.
            raise RefusalError(404, redact(error.message)) from None

    async def _admitted(self, headers: Mapping[str, str], scope: Scope) -> Caller:
        """Return who calls.

        Raises:
            RefusalError: they may not enter.
        """
        try:
            return await self._entrance.admit(headers, _address(scope))
        except AccessError as error:
            extra = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
            if challenge := self._entrance.challenge(error):
                extra["WWW-Authenticate"] = challenge
            raise RefusalError(error.status, error.description, extra) from None

    def _with_cors(self, send: Send, origin: str) -> Send:
        """Return `send`, which tells a browser that a page of `origin` may read the answer."""
        if origin not in self._origins:
            return send
        told = {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "POST",
            "access-control-allow-headers": _CORS_HEADERS,
            "access-control-expose-headers": "www-authenticate, retry-after",
            "access-control-max-age": "600",
            "vary": "Origin",
        }
        pairs = [(name.encode(), value.encode()) for name, value in told.items()]

        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *pairs]}
            await send(message)

        return sent


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by their lower-case names.

    Raises:
        RefusalError: one that may stand only once is repeated.
    """
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        if name in headers and name in _ONCE:
            raise RefusalError(400, f"the header {name} is repeated")
        headers[name] = value.decode("latin-1")
    return headers


def _address(scope: Scope) -> str:
    """Return where a request comes from, as far as proxies are believed."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _is_metadata(path: str) -> bool:
    """Tell whether the description of this server as a resource is asked for, by any view of it."""
    before, found, view = path.partition(METADATA_PATH)
    return bool(found) and not before and (not view or read_path(view) is not None)
