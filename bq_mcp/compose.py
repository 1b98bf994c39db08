"""Wire settings, transport, client, catalog and tools; the only place that knows them all."""

import hashlib
import random
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import platformdirs

from . import __version__
from .catalog import (
    SNAPSHOT,
    Catalog,
    CatalogKeeper,
    DiskCopy,
    RemoteCatalog,
    bundled_hints,
    load_catalog,
)
from .client import (
    Client,
    Clock,
    LateTransport,
    LoadApp,
    MemoryStore,
    Send,
    Store,
    Tuning,
    in_memory,
)
from .composites import bundled_composites
from .settings import Settings
from .text import MASK
from .tools import Desk, Offer, SearchMode, Selection, Stock, Toolbox

if TYPE_CHECKING:
    from .client.transport import HttpTransport

_IN_PROCESS_URL = "http://sandbox"


@dataclass(frozen=True, slots=True)
class InProcess:
    """A sandbox application in this process: how to come by it, and the key it takes."""

    load_app: LoadApp
    key: str


@dataclass(frozen=True, slots=True)
class Line:
    """The way to upstream with one key, and all that is known of that key; to be entered."""

    transport: LateTransport
    client: Client
    why_no_key: str
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> "Line":
        await self._open.enter_async_context(self.transport)
        await self._open.enter_async_context(self.client)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._open.aclose()


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a process needs that serves one key; to be entered by whoever uses it.

    `offer` is what clients are shown: the toolbox, or the search mode over it.
    """

    settings: Settings
    line: Line
    toolbox: Toolbox
    offer: Offer
    clock: Clock

    @property
    def client(self) -> Client:
        """Return what asks upstream."""
        return self.line.client

    async def __aenter__(self) -> "Service":
        await self.line.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.line.__aexit__(*exc_info)


def utc_now() -> datetime:
    """Return the local clock as aware UTC."""
    return datetime.now(UTC)


def real_clock() -> Clock:
    """Return the clock of this machine."""
    return Clock(utc_now, seconds_passed, anyio.sleep, random.random)


def seconds_passed() -> float:
    """Return the seconds since some fixed moment, those the machine slept through included.

    An answer kept over the sleep of a laptop must not look as young as it was before.
    """
    if sys.platform == "win32":
        return time.monotonic()
    # On macOS this is the clock that keeps counting; on Linux it stands still in suspend.
    is_linux = sys.platform == "linux"
    return time.clock_gettime(time.CLOCK_BOOTTIME if is_linux else time.CLOCK_MONOTONIC)


def compose(
    settings: Settings,
    *,
    sandbox: InProcess | None = None,
    clock: Clock | None = None,
) -> Service:
    """Return the service over the API of `settings`, or over a sandbox in this process.

    Opens nothing: the catalog comes from disk or the bundled snapshot, the network is untouched.
    """
    clock = clock or real_clock()
    line = connect(settings, clock, sandbox=sandbox)
    keeper = keep_catalog(settings, line, clock, sandbox=sandbox)
    stock = Stock(keeper, bundled_hints(), selection_of(settings), bundled_composites())
    keeper.on_change(stock.swap)
    toolbox = Toolbox(stock, desk_of(line, keeper, clock))
    return Service(settings, line, toolbox, offer_of(toolbox, settings.mode), clock)


def connect(
    settings: Settings,
    clock: Clock,
    *,
    sandbox: InProcess | None = None,
    key: str | None = None,
    store: Store | None = None,
    watching: Callable[[Send], Send] | None = None,
) -> Line:
    """Return a line with `key`, else with the key of the settings or of the sandbox.

    Without a `store` it gets one of its own. `watching` may stand around what is sent.
    """
    own = sandbox.key if sandbox else settings.key()
    if secret := settings.key():
        MASK.add(secret)
    sent = key or own
    base_url = _IN_PROCESS_URL if sandbox else settings.base_url

    def make_transport() -> "HttpTransport":
        from .client.transport import HttpTransport

        return HttpTransport(
            base_url,
            key=sent,
            user_agent=f"bq-mcp/{__version__}",
            phase_timeout=settings.deadline_seconds,
            load_app=sandbox.load_app if sandbox else None,
            monotonic=clock.monotonic,
        )

    transport = LateTransport(make_transport)
    client = Client(
        watching(transport.send) if watching else transport.send,
        # What several machines could share: another module's parts would be made here.
        in_memory(
            _owner(base_url, sent),
            store or MemoryStore(settings.cache_megabytes * 1024**2),
            clock,
        ),
        clock,
        tuning=Tuning(
            deadline=settings.deadline_seconds,
            patience=settings.patience_seconds,
            stale_cadences=settings.stale_cadences,
        ),
        simulated=sandbox is not None,
    )
    return Line(transport, client, "" if sent else settings.why_no_key())


def keep_catalog(
    settings: Settings, line: Line, clock: Clock, *, sandbox: InProcess | None = None
) -> CatalogKeeper:
    """Return the catalog in force, which is read over `line`; the sandbox's is the snapshot."""
    has_key = not line.why_no_key
    return CatalogKeeper(
        bundled_snapshot,
        remote=None if sandbox else RemoteCatalog(line.client.fetch, has_key=has_key),
        disk=None if sandbox else DiskCopy(cache_folder(settings), settings.base_url),
        monotonic=clock.monotonic,
    )


def desk_of(
    line: Line,
    keeper: CatalogKeeper,
    clock: Clock,
    *,
    see_key: Callable[[bool], None] | None = None,
) -> Desk:
    """Return what answers calls over a line; `see_key` hears whether upstream takes its key."""
    return Desk(
        line.client,
        clock,
        keeper.see_version,
        why_no_key=line.why_no_key,
        see_key=see_key,
    )


def selection_of(settings: Settings) -> Selection:
    """Return the tools that the settings offer."""
    return Selection(settings.toolsets, settings.tools, settings.exclude_tools)


def offer_of(toolbox: Toolbox, mode: str) -> Offer:
    """Return what clients are shown of a toolbox in this mode."""
    return SearchMode(toolbox) if mode == "search" else toolbox


def _owner(base_url: str, key: str | None) -> str:
    """Return a hash that identifies this key and service."""
    return hashlib.sha256(f"{base_url} {key}".encode()).hexdigest()[:16]


def bundled_snapshot() -> Catalog:
    """Return the catalog shipped with the package."""
    return load_catalog(SNAPSHOT, "snapshot")


def cache_folder(settings: Settings) -> Path:
    """Return where copies are kept between runs."""
    return settings.cache_dir or Path(platformdirs.user_cache_dir("bq-mcp", appauthor=False))
