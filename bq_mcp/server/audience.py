"""Tell the client when the tools change."""

import mcp.types as types
from mcp.server import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import (
    SUBSCRIPTION_ID_META_KEY,
    InMemorySubscriptionBus,
    ListenHandler,
)
from mcp.shared.subscriptions import ToolsListChanged
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ..logs import Log

_log = Log(__name__)


class Audience:
    """The client, told when the tools change: by its session or by the streams it listens to.

    The handshake revisions have a session, later ones listen.
    """

    def __init__(self) -> None:
        self._bus = InMemorySubscriptionBus()
        self._listeners = ListenHandler(self._bus)
        self._has_left = False
        self._session: ServerSession | None = None

    async def listen(
        self, ctx: ServerRequestContext[None], params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Tell a client of changes until it or the server hangs up."""
        if self._has_left:
            return types.SubscriptionsListenResult(_meta={SUBSCRIPTION_ID_META_KEY: ctx.request_id})
        return await self._listeners(ctx, params)

    def hang_up(self) -> None:
        """End every stream, and at once those that are asked for later."""
        self._has_left = True
        self._listeners.close()

    def add(self, ctx: ServerRequestContext[None]) -> None:
        """Remember who asks, where it cannot listen."""
        if ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            # Each request brings a session of its own; all lead to the same client.
            self._session = ctx.session

    async def tell(self) -> None:
        """Say that there are other tools than before."""
        await self._bus.publish(ToolsListChanged())
        if self._session is not None:
            with _log.survive("session not told of new tools"):
                await self._session.send_tool_list_changed()
