"""Tell the client of what changes, and know which resources it watches."""

from collections import Counter

import anyio
import mcp.types as types
from mcp.server import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import (
    SUBSCRIPTION_ID_META_KEY,
    InMemorySubscriptionBus,
    ListenHandler,
    SubscriptionBus,
)
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated, ToolsListChanged
from mcp.types.version import MODERN_PROTOCOL_VERSIONS

from ..logs import Log

_log = Log(__name__)


class Audience:
    """The client, told of changes: by its session or by the streams it listens to.

    The handshake revisions have a session, and subscribe to resources one by one; later ones
    listen. Where each request stands alone there are no sessions: `keeps_session` is false.
    `changed` is set, and replaced, when other resources are watched than before.
    `notices` carries what is said to those that listen, here or at another machine. It may lose a
    notice or bring it twice: it has no figures in it, and who hears it asks again.
    """

    def __init__(
        self, notices: SubscriptionBus | None = None, *, keeps_session: bool = True
    ) -> None:
        self.changed = anyio.Event()
        self.keeps_session = keeps_session
        self._bus = notices or InMemorySubscriptionBus()
        self._listeners = ListenHandler(self._bus)
        self._has_left = False
        self._session: ServerSession | None = None
        self._subscribed: set[str] = set()
        self._listened: Counter[str] = Counter()

    @property
    def watched(self) -> frozenset[str]:
        """The uris of resources that are watched, as clients wrote them."""
        return frozenset(self._subscribed | self._listened.keys())

    async def listen(
        self, ctx: ServerRequestContext[None], params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Tell a client of changes until it or the server hangs up."""
        if self._has_left:
            return types.SubscriptionsListenResult(_meta={SUBSCRIPTION_ID_META_KEY: ctx.request_id})
        uris = Counter(set(params.notifications.resource_subscriptions or ()))
        self._listened += uris
        self._set_changed()
        try:
            return await self._listeners(ctx, params)
        finally:
            self._listened -= uris
            self._set_changed()

    def subscribe(self, ctx: ServerRequestContext[None], uri: str) -> None:
        """Tell the client of a session when a resource has new figures."""
        self.add(ctx)
        self._subscribed.add(uri)
        self._set_changed()

    def unsubscribe(self, uri: str) -> None:
        """Tell the client of a session no more of a resource."""
        self._subscribed.discard(uri)
        self._set_changed()

    def hang_up(self) -> None:
        """End every stream, and at once those that are asked for later; nothing is watched."""
        self._has_left = True
        self._listeners.close()
        self._subscribed.clear()
        self._set_changed()

    def add(self, ctx: ServerRequestContext[None]) -> None:
        """Remember who asks, where it cannot listen."""
        if self.keeps_session and ctx.protocol_version not in MODERN_PROTOCOL_VERSIONS:
            # Each request brings a session of its own; all lead to the same client.
            self._session = ctx.session

    async def tell(self) -> None:
        """Say that there are other tools than before."""
        await self._bus.publish(ToolsListChanged())
        if self._session is not None:
            with _log.survive("session not told of new tools"):
                await self._session.send_tool_list_changed()

    async def tell_resources(self) -> None:
        """Say that there are other resources than before."""
        await self._bus.publish(ResourcesListChanged())
        if self._session is not None:
            with _log.survive("session not told of new resources"):
                await self._session.send_resource_list_changed()

    async def tell_updated(self, uri: str) -> None:
        """Say that a resource has new figures, to those who watch it."""
        await self._bus.publish(ResourceUpdated(uri))
        if self._session is not None and uri in self._subscribed:
            with _log.survive("session not told of new figures"):
                await self._session.send_resource_updated(uri)

    def _set_changed(self) -> None:
        self.changed.set()
        self.changed = anyio.Event()
