"""The MCP server: two handlers over a toolbox, for every revision the SDK speaks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import anyio
import mcp.types as types
from mcp.server import NotificationOptions, Server, ServerRequestContext
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ToolsListChanged
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ..logs import Log
from ..tools import Toolbox, UnknownToolError
from .guard import Guard
from .results import answer_call, call_result, listed_tool, unknown_tool

_log = Log(__name__)
SERVER_NAME = "bq"
_LIST_TTL_MS = 300_000
# How long the background leaves the processor to the handshake and the first list.
_LIST_PATIENCE_S = 3.0
_QUIET_S = 0.25

Instructions = Callable[[bool], str]
Warm = Callable[[], Awaitable[None]]


class _ToolServer(Server[None]):
    """A server that promises `listChanged` on handshake-era connections too."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        return super().create_initialization_options(
            notification_options or NotificationOptions(tools_changed=True),
            experimental_capabilities,
            extensions,
        )


class _Audience:
    """The clients that are told when the tools change.

    Those of the handshake revisions are told by their session, later ones subscribe to `bus`.
    """

    def __init__(self) -> None:
        self.bus = InMemorySubscriptionBus()
        self._sessions: set[ServerSession] = set()

    def add(self, ctx: ServerRequestContext[None]) -> None:
        """Remember who asks, where it cannot subscribe."""
        if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            self._sessions.add(ctx.session)

    async def tell(self) -> None:
        """Say that there are other tools than before."""
        await self.bus.publish(ToolsListChanged())
        for session in list(self._sessions):
            try:
                await session.send_tool_list_changed()
            except Exception as exc:
                # Most often it is closed; whatever it is, the other sessions are told.
                _log.info("session not told of new tools", reason=type(exc).__name__)
                self._sessions.discard(session)


class _Handlers:
    """Answers what clients ask of a toolbox; `listed` is set once a list went out."""

    def __init__(self, toolbox: Toolbox, audience: _Audience) -> None:
        self.listed = anyio.Event()
        self._toolbox = toolbox
        self._audience = audience

    async def list_tools(
        self, ctx: ServerRequestContext[None], params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """Return all tools in force."""
        self._audience.add(ctx)
        inventory = await self._toolbox.offered()
        self.listed.set()
        return types.ListToolsResult(
            tools=[listed_tool(tool) for tool in inventory.tools.values()],
            ttl_ms=_LIST_TTL_MS if self._toolbox.keeper.is_final else 0,
            cache_scope="public",
        )

    async def call_tool(
        self, ctx: ServerRequestContext[None], params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Return the answer of one tool.

        Raises:
            MCPError: no tool has this name.
        """
        try:
            answer = await answer_call(self._toolbox, params.name, dict(params.arguments or {}))
        except UnknownToolError as exc:
            raise MCPError(types.INVALID_PARAMS, unknown_tool(exc)) from exc
        return call_result(answer)

    def schema_of(self, name: str) -> dict[str, Any] | None:
        """Return the schema of a tool's arguments, None where nobody knows it."""
        tool = self._toolbox.inventory.tools.get(name)
        return tool.input_schema if tool else None


def build_server(
    toolbox: Toolbox,
    *,
    version: str,
    instructions: Instructions,
    resources: AbstractAsyncContextManager[object],
    warm: Warm,
) -> Server[None]:
    """Return a server over `toolbox`.

    `resources` is entered and left with the server's lifespan; `warm` is awaited in the background
    once the first list has gone out; `instructions` is called with whether the data is simulated.
    """
    audience = _Audience()
    handlers = _Handlers(toolbox, audience)

    @asynccontextmanager
    async def lifespan(_: Server[None]) -> AsyncIterator[None]:
        async with resources, anyio.create_task_group() as tasks:
            tasks.start_soon(_refresh, toolbox, warm, handlers.listed)
            yield None
            tasks.cancel_scope.cancel()

    server = _ToolServer(
        SERVER_NAME,
        version=version,
        title="BackQuant options and gamma data",
        instructions=instructions(toolbox.is_simulated),
        lifespan=lifespan,
        get_tool_input_schema=handlers.schema_of,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_subscriptions_listen=ListenHandler(audience.bus),
    )
    server.middleware[:] = [Guard()]

    async def tools_changed() -> None:
        server.instructions = instructions(toolbox.is_simulated)
        await audience.tell()

    toolbox.on_change(tools_changed)
    return server


async def _refresh(toolbox: Toolbox, warm: Warm, listed: anyio.Event) -> None:
    """Open the connection and keep the catalog up to date, once clients have their first list."""
    if toolbox.keeper.is_stored:
        with anyio.move_on_after(_LIST_PATIENCE_S):
            await listed.wait()
        await anyio.sleep(_QUIET_S)
    # The first call meets the same fault and says it to the agent.
    with _log.survive("connection not prepared"):
        await warm()
    await toolbox.keeper.keep()
