"""Serve resources: guides, what the server knows of itself, and answers of tools by address."""

from collections.abc import Sequence

import mcp.types as types
from mcp.server import ServerRequestContext
from mcp.shared.exceptions import MCPError

from ..client import Client, Clock
from ..guides import topics
from ..text import clean
from ..tools import Toolbox, UnknownToolError
from ..views import Answer
from ..words import render_page
from .about import catalog_text, limits_text
from .addresses import GUIDE, Address, Place
from .allowance import Allowance
from .audience import Audience
from .places import URI_LIMIT, Places
from .polling import seconds_left
from .results import LIST_TTL_MS, CacheScope, answer_call, meta_of
from .watch import Watch

_DAY_MS = 86_400_000
_WRONG_ARGUMENT = ("argument", "invalid_request")


class Resources:
    """Lists and reads resources, and lets clients subscribe to them; `watch` keeps these told."""

    def __init__(
        self,
        toolbox: Toolbox,
        audience: Audience,
        client: Client,
        clock: Clock,
        *,
        allowance: Allowance,
        list_scope: CacheScope,
    ) -> None:
        self._toolbox = toolbox
        self._audience = audience
        self._client = client
        self._clock = clock
        self._places = Places(toolbox)
        self._told: Sequence[Place] = ()
        self._list_scope = list_scope
        self.watch = Watch(audience, self._places.at, self._answer, allowance, clock)

    async def list_resources(
        self, ctx: ServerRequestContext[None], _: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """Return every resource by its own address, also those of a template."""
        self._audience.add(ctx)
        await self._toolbox.offered()
        self._told = list(self._places.every())
        return types.ListResourcesResult(
            resources=[_listed(place) for place in self._told],
            ttl_ms=self._list_ttl_ms(),
            cache_scope=self._list_scope,
        )

    async def list_templates(self, *_: object) -> types.ListResourceTemplatesResult:
        """Return the addresses that have a variable."""
        await self._toolbox.offered()
        return types.ListResourceTemplatesResult(
            resource_templates=[_template(one) for one in self._places.offered() if one.variable],
            ttl_ms=self._list_ttl_ms(),
            cache_scope=self._list_scope,
        )

    async def read(
        self, _: ServerRequestContext[None], params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """Return the text of one resource.

        Raises:
            MCPError: there is none at this uri, or its tool answers with an error.
        """
        place = self._places.found(params.uri)
        if place.address.tool:
            return await self._read_answer(params.uri, place)
        text, ttl_ms = self._own_text(place)
        scope: CacheScope = "public" if place.address.kind == GUIDE else self._list_scope
        scope = scope if ttl_ms else "private"
        return types.ReadResourceResult(
            contents=[_text(params.uri, place, text)], ttl_ms=ttl_ms, cache_scope=scope
        )

    async def subscribe(
        self, ctx: ServerRequestContext[None], params: types.SubscribeRequestParams
    ) -> types.EmptyResult:
        """Tell the client of a session when a resource has new figures.

        Raises:
            MCPError: there is none at this uri.
        """
        self._places.found(params.uri)
        self._audience.subscribe(ctx, params.uri)
        return types.EmptyResult()

    async def unsubscribe(
        self, _: ServerRequestContext[None], params: types.UnsubscribeRequestParams
    ) -> types.EmptyResult:
        """Tell it no more."""
        self._audience.unsubscribe(params.uri)
        return types.EmptyResult()

    async def listen(
        self, ctx: ServerRequestContext[None], params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """Tell a client of changes; of the uris it names those are honored that exist."""
        wanted = params.notifications
        uris = [uri for uri in wanted.resource_subscriptions or () if self._places.at(uri)]
        honored = wanted.model_copy(update={"resource_subscriptions": uris})
        filtered = params.model_copy(update={"notifications": honored})
        return await self._audience.listen(ctx, filtered)

    async def tools_changed(self) -> None:
        """Tell clients that have a list of resources where other tools mean other ones."""
        if self._told and self._told != (now := list(self._places.every())):
            self._told = now
            await self._audience.tell_resources()

    async def _read_answer(self, uri: str, place: Place) -> types.ReadResourceResult:
        answer = await self._answer(place)
        if answer.is_error:
            wrong = answer.meta.get("error") in _WRONG_ARGUMENT
            code = types.INVALID_PARAMS if wrong else types.INTERNAL_ERROR
            raise MCPError(code, answer.text, {"uri": clean(uri, URI_LIMIT), **meta_of(answer)})
        self.watch.saw(place, answer)
        notice = self.watch.notice(place)
        text = f"{answer.text}\n{render_page('resources/updates', **notice)}" if notice else None
        left = seconds_left(answer.meta, self._clock.now()) or 0.0
        return types.ReadResourceResult(
            contents=[_text(uri, place, text or answer.text)],
            ttl_ms=max(round(left * 1000), 0),
            cache_scope="private",
            _meta=meta_of(answer),
        )

    async def _answer(self, place: Place) -> Answer:
        """Return the answer of the tool behind a resource.

        Raises:
            MCPError: the tool is not offered any more.
        """
        try:
            return await answer_call(self._toolbox, place.address.tool, place.arguments)
        except UnknownToolError:
            raise self._places.unknown(place.uri) from None

    def _own_text(self, place: Place) -> tuple[str, int]:
        """Return what the server says without a tool, and for how many milliseconds it is good."""
        inventory, simulated = self._toolbox.inventory, self._toolbox.is_simulated
        match place.address.kind:
            case "guide":
                return topics()[place.value].text, _DAY_MS
            case "catalog":
                return catalog_text(inventory, simulated=simulated), self._list_ttl_ms()
            case _:
                now = self._clock.now()
                text = limits_text(self._client, self.watch, inventory, now, simulated=simulated)
                return text, 0

    def _list_ttl_ms(self) -> int:
        return LIST_TTL_MS if self._toolbox.keeper.is_final else 0


def _listed(place: Place) -> types.Resource:
    address = place.address
    title = f"{address.title}, {place.value}" if place.value else address.title
    return types.Resource(
        uri=place.uri,
        name=place.uri.removeprefix("bq://"),
        title=topics()[place.value].title if address.kind == GUIDE else title,
        description=address.description,
        mime_type=_mime_type(address),
        annotations=_annotations(address),
    )


def _template(address: Address) -> types.ResourceTemplate:
    return types.ResourceTemplate(
        uri_template=address.uri,
        name=address.kind,
        title=address.title,
        description=address.description,
        mime_type=_mime_type(address),
        annotations=_annotations(address),
    )


def _text(uri: str, place: Place, text: str) -> types.TextResourceContents:
    return types.TextResourceContents(uri=uri, text=text, mime_type=_mime_type(place.address))


def _mime_type(address: Address) -> str:
    return "text/markdown" if address.kind == GUIDE else "text/plain"


def _annotations(address: Address) -> types.Annotations:
    return types.Annotations(audience=["user", "assistant"], priority=address.priority)
