"""What each key has of its own, and in it one server for each view of the tools."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from weakref import WeakValueDictionary

from mcp.server.context import ServerMiddleware
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from .. import __version__
from ..access import Caller
from ..catalog import Catalog, CatalogKeeper, bundled_hints
from ..client import Client, Clock, Counters, Limits
from ..compose import InProcess, Line, connect, desk_of, keep_catalog, offer_of, selection_of
from ..composites import bundled_composites
from ..server import Allowance, CacheScope, Terms, ToolServer, build_server, instructions_for
from ..settings import Settings
from ..tools import Desk, Inventory, Selection, Stock, Toolbox
from .guest_store import GuestStore
from .paths import View
from .pool import Pool
from .reach import Reach

OPERATOR = "operator"
# One word for all keys that callers bring.
GUESTS = "callers"
_MOST_SEATS = 16
_MOST_GUESTS = 16
_IDLE_S = 900.0


@dataclass(frozen=True, slots=True)
class Purse:
    """A key that is spent, known by its hash; None is the operator's. `label` may be shown."""

    hash: str
    key: str | None = field(repr=False, compare=False)
    label: str | None = field(compare=False)

    @classmethod
    def of(cls, caller: Caller, *, is_guest: bool) -> "Purse":
        """Return the purse a caller spends from."""
        if caller.key is None:
            return cls("", None, OPERATOR)
        label = None if is_guest else caller.name
        return cls(sha256(caller.key.encode()).hexdigest(), caller.key, label)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a seat shows: the view of its path, and the toolsets its credential allows."""

    view: View
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """One MCP server for one key and one view, and what hands it requests."""

    server: ToolServer
    manager: StreamableHTTPSessionManager


@dataclass(frozen=True, slots=True)
class Account:
    """All that belongs to one key."""

    purse: Purse
    client: Client
    seats: Pool[Sight, Seat]


class Accounts:
    """The accounts of all keys in use, over one catalog; to be entered.

    A key is a guest, and keeps nothing, until upstream accepts it, where `has_guests`; `accepted`
    and `refused` are told what upstream says of keys. `list_scope` says whether callers of one path
    may see different lists. `middleware` stands around each request of every seat.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        sandbox: InProcess | None,
        most: int,
        has_guests: bool,
        list_scope: CacheScope,
        accepted: Callable[[str], None],
        refused: Callable[[str], None],
        middleware: Sequence[ServerMiddleware[Any]],
    ) -> None:
        self.reach = Reach(clock.monotonic)
        self._closed: dict[str, Counters] = defaultdict(Counters)
        self._settings = settings
        self._clock = clock
        self._sandbox = sandbox
        self._has_guests = has_guests
        self._list_scope = list_scope
        self._accepted = accepted
        self._refused = refused
        self._middleware = middleware
        self._own = connect(settings, clock, sandbox=sandbox, watching=self.reach.watching)
        self.keeper: CatalogKeeper = keep_catalog(settings, self._own, clock, sandbox=sandbox)
        self._stocks: WeakValueDictionary[Selection, Stock] = WeakValueDictionary()
        self._whole = self._stock(selection_of(settings))
        self.keeper.on_change(self._swap)
        self._pool = Pool(
            self._open_account, clock, most=most, most_guests=_MOST_GUESTS, idle_seconds=_IDLE_S
        )

    async def __aenter__(self) -> "Accounts":
        await self._own.__aenter__()
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._pool.__aexit__(*exc_info)
        await self._own.__aexit__(*exc_info)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._pool)

    @property
    def inventory(self) -> Inventory:
        """Return all tools that any view of this server may show."""
        return self._whole.inventory

    def spent(self) -> Iterator[tuple[str, Limits, Counters]]:
        """Yield what each account has left and has spent, those that were dropped included.

        Keys that callers brought have one label, and no limits: each has its own.
        """
        own = self._own.client
        yield OPERATOR, own.limits, own.counters
        for label, counters in self._closed.items():
            yield label, Limits(), counters
        for account in self:
            name, client = account.purse.label, account.client
            if client is not own:
                yield name or GUESTS, client.limits if name else Limits(), client.counters

    def open_now(self) -> dict[str, int]:
        """Return how many accounts and seats are held open."""
        seats = [len([*account.seats]) for account in self]
        return {"accounts": len(seats), "seats": sum(seats)}

    async def warm(self) -> None:
        """Open the connection that the operator's calls and the catalog take."""
        await self._own.transport.warm()

    @asynccontextmanager
    async def seat(self, caller: Caller, view: View) -> AsyncIterator[Seat]:
        """Return the seat of a caller, made if need be, for as long as this lasts.

        Raises:
            FullError: there is no room for another key or view.
            ConfigError: there are no such toolsets, or none that this caller may have.
        """
        purse = Purse.of(caller, is_guest=self._has_guests)
        sight = Sight(view, caller.toolsets)
        # Before anything is made for it, and kept until its seat has it.
        stock = self._stock(self._selection(sight))
        as_guest = self._has_guests and purse.key is not None
        async with (
            self._pool.lend(purse, as_guest=as_guest) as account,
            account.seats.lend(sight) as seat,
        ):
            del stock
            yield seat

    def hang_up(self) -> None:
        """End the streams of all that listen."""
        for account in self:
            for seat in account.seats:
                seat.server.hang_up()

    def _selection(self, sight: Sight) -> Selection:
        within = selection_of(self._settings)
        for toolsets in (sight.allowed, sight.view.toolsets):
            if toolsets:
                within = Selection(toolsets, within=within)
        return within

    def _stock(self, selection: Selection) -> Stock:
        """Return the tools of a selection, which all seats share that show them.

        Raises:
            ConfigError: there is no such toolset, or nothing would be offered.
        """
        stock = self._stocks.get(selection)
        if stock is None:
            stock = Stock(self.keeper, bundled_hints(), selection, bundled_composites())
            self._stocks[selection] = stock
        return stock

    async def _swap(self, catalog: Catalog) -> None:
        # The whole first: where nothing can be made of a catalog, no other has changed.
        await self._whole.swap(catalog)
        for stock in [*self._stocks.values()]:
            if stock is not self._whole:
                await stock.swap(catalog)

    @asynccontextmanager
    async def _open_account(self, purse: Purse) -> AsyncIterator[Account]:
        line, desk = self._connected(purse)
        allowance = Allowance(lambda: line.client.limits, self._clock)

        def open_seat(sight: Sight) -> Any:
            return self._open_seat(sight, line, desk, allowance)

        seats = Pool(open_seat, self._clock, most=_MOST_SEATS, idle_seconds=_IDLE_S)
        async with nullcontext() if line is self._own else line, seats:
            try:
                yield Account(purse, line.client, seats)
            finally:
                if line is not self._own:
                    self._closed[purse.label or GUESTS].add(line.client.counters)

    def _connected(self, purse: Purse) -> tuple[Line, Desk]:
        key = purse.key
        if key is None:
            return self._own, desk_of(self._own, self.keeper, self._clock)
        store = GuestStore(self._settings.cache_megabytes * 1024**2)
        if not self._has_guests:
            store.accept()
        line = connect(
            self._settings,
            self._clock,
            sandbox=self._sandbox,
            key=key,
            store=store,
            watching=self.reach.watching,
        )

        def see_key(accepted: bool) -> None:
            if accepted:
                store.accept()
                self._pool.vouch(purse)
                self._accepted(key)
            else:
                self._pool.drop(purse)
                self._refused(key)

        return line, desk_of(line, self.keeper, self._clock, see_key=see_key)

    @asynccontextmanager
    async def _open_seat(
        self, sight: Sight, line: Line, desk: Desk, allowance: Allowance
    ) -> AsyncIterator[Seat]:
        stock = self._stock(self._selection(sight))
        is_search = sight.view.search or self._settings.mode == "search"
        offer = offer_of(Toolbox(stock, desk), "search" if is_search else "tools")
        server = build_server(
            offer,
            version=__version__,
            instructions=instructions_for(offer),
            parts=nullcontext(),
            client=line.client,
            clock=self._clock,
            warm=None,
            allowance=allowance,
            terms=Terms(
                keeps_session=False,
                list_scope=self._list_scope,
                middleware=self._middleware,
            ),
        )
        manager = StreamableHTTPSessionManager(server, stateless=True)
        async with manager.run():
            yield Seat(server, manager)
