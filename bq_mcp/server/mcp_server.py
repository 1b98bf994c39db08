"""The MCP server: tools, prompts and resources, for every revision the SDK speaks."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import anyio
import mcp.types as types
from mcp.server import NotificationOptions, Server, ServerRequestContext
from mcp.server.context import ServerMiddleware
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.subscriptions import SubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ..client import Client, Clock
from ..logs import Log
from ..tools import Offer, UnknownToolError
from ..views import Answer, render_instructions
from .allowance import Allowance
from .audience import Audience
from .guard import Guard
from .identity import IDENTITY, SERVER_NAME
from .prompts import Prompts
from .resources import Resources
from .results import (
    LIST_TTL_MS,
    CacheScope,
    answer_call,
    call_result,
    listed_tool,
    unknown_tool,
)

_log = Log(__name__)
# How long the background leaves the processor to the handshake and the first list.
_LIST_PATIENCE_S = 3.0
_QUIET_S = 0.25
_REPORT_EVERY_S = 1

Instructions = Callable[[bool], str]
Warm = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server can promise on its transport.

    `keeps_session`: a connection of the handshake era lasts, so its client can be told of changes.
    `list_scope`: whether lists are the same for whoever asks. `middleware` stands inside the guard.
    """

    keeps_session: bool = True
    list_scope: CacheScope = "public"
    middleware: Sequence[ServerMiddleware[Any]] = ()


ONE_CLIENT = Terms()


class ToolServer(Server[None]):
    """A server that promises `listChanged` on handshake-era connections that last.

    `hang_up` ends the streams of all that listen, and of all that will.
    """

    def __init__(self, *, hang_up: Callable[[], None], keeps_session: bool, **options: Any) -> None:
        super().__init__(SERVER_NAME, **options)
        self.hang_up = hang_up
        self._told = NotificationOptions(
            tools_changed=keeps_session, resources_changed=keeps_session
        )
        self.add_request_handler("server/discover", types.RequestParams, self.discover)

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        return super().create_initialization_options(
            notification_options or self._told, experimental_capabilities, extensions
        )

    @property
    def server_info_stamp(self) -> dict[str, Any]:
        """Return what each result of a later revision says of the server.

        Some clients show it to the model, so only a client that asks who this is gets it whole.
        """
        return {"name": self.name, "version": self.version}

    async def discover(
        self, ctx: ServerRequestContext[None], params: types.RequestParams
    ) -> types.DiscoverResult:
        """Return who this is and what it can do."""
        whole = self.server_info.model_dump(by_alias=True, mode="json", exclude_none=True)
        return types.DiscoverResult(
            supported_versions=list(MODERN_PROTOCOL_VERSIONS),
            capabilities=self.get_capabilities(protocol_version=ctx.protocol_version),
            instructions=self.instructions,
            _meta={types.SERVER_INFO_META_KEY: whole},
        )


class _Handlers:
    """Answers what clients ask of a toolbox; `listed` is set once a list went out."""

    def __init__(self, toolbox: Offer, audience: Audience, list_scope: CacheScope) -> None:
        self.listed = anyio.Event()
        self._toolbox = toolbox
        self._audience = audience
        self._list_scope = list_scope

    async def list_tools(
        self, ctx: ServerRequestContext[None], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """Return all tools in force."""
        self._audience.add(ctx)
        offered = await self._toolbox.offered()
        self.listed.set()
        return types.ListToolsResult(
            tools=[listed_tool(tool) for tool in offered.values()],
            ttl_ms=LIST_TTL_MS if self._toolbox.keeper.is_final else 0,
            cache_scope=self._list_scope,
        )

    async def call_tool(
        self, ctx: ServerRequestContext[None], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Return the answer of one tool.

        Raises:
            MCPError: no tool has this name.
        """
        arguments = dict(params.arguments or {})
        if not _may_want_progress(ctx):
            answered = await self._answer(params.name, arguments)
        else:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_report_waiting, ctx.session)
                answered = await self._answer(params.name, arguments)
                tasks.cancel_scope.cancel()
        if isinstance(answered, UnknownToolError):
            raise MCPError(types.INVALID_PARAMS, unknown_tool(answered)) from answered
        return call_result(answered)

    async def _answer(self, tool: str, arguments: dict[str, object]) -> Answer | UnknownToolError:
        """Return the error rather than raise it: a task group would wrap it."""
        try:
            return await answer_call(self._toolbox, tool, arguments)
        except UnknownToolError as exc:
            return exc

    def schema_of(self, name: str) -> dict[str, Any] | None:
        """Return the schema of a tool's arguments, None where nobody knows it."""
        tool = self._toolbox.tools.get(name)
        return tool.input_schema if tool else None


def instructions_for(offer: Offer) -> Instructions:
    """Return what renders the instructions for the tools on offer."""

    def instructions(simulated: bool) -> str:
        search, offered = offer is not offer.toolbox, offer.toolbox.tools.keys()
        return render_instructions(simulated, search=search, offered=offered)

    return instructions


def build_server(
    toolbox: Offer,
    *,
    version: str,
    instructions: Instructions,
    parts: AbstractAsyncContextManager[object],
    client: Client,
    clock: Clock,
    warm: Warm | None,
    allowance: Allowance | None = None,
    notices: SubscriptionBus | None = None,
    terms: Terms = ONE_CLIENT,
) -> ToolServer:
    """Return a server over `toolbox`.

    `parts` is entered and left with the server's lifespan; `warm` is awaited in the background
    once the first list has gone out, and then the catalog kept up to date, unless it is None
    because somebody else does; `instructions` is called with whether the data is simulated.
    `client` is the one behind the toolbox: it knows the limits. `allowance` is what polling with
    its key may take, where other servers poll with it too; `notices` is what servers of one key
    share to tell their listeners.
    """
    audience = Audience(notices, keeps_session=terms.keeps_session)
    handlers = _Handlers(toolbox, audience, terms.list_scope)
    prompts = Prompts(toolbox, clock.now)
    shelf = Resources(
        toolbox.toolbox,
        audience,
        client,
        clock,
        allowance=allowance or Allowance(lambda: client.limits, clock),
        list_scope=terms.list_scope,
    )

    async def tools_changed() -> None:
        server.instructions = instructions(toolbox.is_simulated)
        await audience.tell()
        await shelf.tools_changed()

    @asynccontextmanager
    async def lifespan(_: Server[None]) -> AsyncIterator[None]:
        async with parts, anyio.create_task_group() as tasks:
            with toolbox.telling(tools_changed):
                if warm is not None:
                    tasks.start_soon(_refresh, toolbox, warm, handlers.listed)
                tasks.start_soon(shelf.watch.run)
                yield None
                tasks.cancel_scope.cancel()

    server = ToolServer(
        hang_up=audience.hang_up,
        keeps_session=terms.keeps_session,
        version=version,
        **IDENTITY,
        instructions=instructions(toolbox.is_simulated),
        lifespan=lifespan,
        get_tool_input_schema=handlers.schema_of,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_prompts=prompts.list_prompts,
        on_get_prompt=prompts.get_prompt,
        on_completion=prompts.complete,
        on_list_resources=shelf.list_resources,
        on_list_resource_templates=shelf.list_templates,
        on_read_resource=shelf.read,
        on_subscribe_resource=shelf.subscribe if terms.keeps_session else None,
        on_unsubscribe_resource=shelf.unsubscribe if terms.keeps_session else None,
        on_subscriptions_listen=shelf.listen,
    )
    server.middleware[:] = [Guard(), *terms.middleware]
    return server


def _may_want_progress(ctx: ServerRequestContext[None]) -> bool:
    """Tell whether a client may have asked for progress; only over HTTP its message is whole."""
    return ctx.request is None or "progress_token" in (ctx.meta or {})


async def _report_waiting(session: ServerSession) -> None:
    """Tell the client how long its call has waited, if it asked for progress, until cancelled."""
    for seconds in count(_REPORT_EVERY_S, _REPORT_EVERY_S):
        await anyio.sleep(_REPORT_EVERY_S)
        await session.report_progress(seconds, message=f"waiting for upstream, {seconds} s")


async def _refresh(toolbox: Offer, warm: Warm, listed: anyio.Event) -> None:
    """Open the connection and keep the catalog up to date, once clients have their first list."""
    if toolbox.keeper.is_stored:
        with anyio.move_on_after(_LIST_PATIENCE_S):
            await listed.wait()
        await anyio.sleep(_QUIET_S)
    # The first call meets the same fault and says it to the agent.
    with _log.survive("connection not prepared"):
        await warm()
    await toolbox.keeper.keep()
