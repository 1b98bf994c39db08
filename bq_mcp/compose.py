"""Wire settings, transport, client, catalog and tools; the only place that knows them all."""

import hashlib
import random
import sys
import time
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
from .client import Breaker, Client, Clock, LateTransport, LoadApp, MemoryStore, Tuning
from .composites import bundled_composites
from .settings import Settings
from .text import MASK
from .tools import Desk, Offer, SearchMode, Selection, Toolbox

if TYPE_CHECKING:
    from .client.transport import HttpTransport

_IN_PROCESS_URL = "http://sandbox"


@dataclass(frozen=True, slots=True)
class InProcess:
    """A sandbox application in this process: how to come by it, and the key it takes."""

    load_app: LoadApp
    key: str


@dataclass(frozen=True, slots=True)
class Service:
    """Everything one process needs; to be entered by whoever uses it.

    `offer` is what clients are shown: the toolbox, or the search mode over it.
    """

    settings: Settings
    transport: LateTransport
    client: Client
    toolbox: Toolbox
    offer: Offer
    clock: Clock
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> "Service":
        await self._open.enter_async_context(self.transport)
        await self._open.enter_async_context(self.client)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._open.aclose()


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
    key = sandbox.key if sandbox else settings.key()
    if secret := settings.key():
        MASK.add(secret)
    base_url = _IN_PROCESS_URL if sandbox else settings.base_url

    def make_transport() -> "HttpTransport":
        from .client.transport import HttpTransport

        return HttpTransport(
            base_url,
            key=key,
            user_agent=f"bq-mcp/{__version__}",
            phase_timeout=settings.deadline_seconds,
            load_app=sandbox.load_app if sandbox else None,
            monotonic=clock.monotonic,
        )

    transport = LateTransport(make_transport)
    client = Client(
        transport.send,
        MemoryStore(settings.cache_megabytes * 1024**2),
        clock,
        owner=_owner(base_url, key),
        tuning=Tuning(
            deadline=settings.deadline_seconds,
            patience=settings.patience_seconds,
            stale_cadences=settings.stale_cadences,
        ),
        breaker=Breaker(clock.monotonic),
        simulated=sandbox is not None,
    )
    keeper = CatalogKeeper(
        bundled_snapshot,
        remote=None if sandbox else RemoteCatalog(client.fetch, has_key=key is not None),
        disk=None if sandbox else DiskCopy(cache_folder(settings), settings.base_url),
        monotonic=clock.monotonic,
    )
    desk = Desk(
        client,
        clock,
        keeper.see_version,
        why_no_key="" if key else settings.why_no_key(),
    )
    selection = Selection(settings.toolsets, settings.tools, settings.exclude_tools)
    toolbox = Toolbox(keeper, desk, bundled_hints(), selection, bundled_composites())
    offer = SearchMode(toolbox) if settings.mode == "search" else toolbox
    return Service(settings, transport, client, toolbox, offer, clock)


def _owner(base_url: str, key: str | None) -> str:
    """Return a hash that identifies this key and service."""
    return hashlib.sha256(f"{base_url} {key}".encode()).hexdigest()[:16]


def bundled_snapshot() -> Catalog:
    """Return the catalog shipped with the package."""
    return load_catalog(SNAPSHOT, "snapshot")


def cache_folder(settings: Settings) -> Path:
    """Return where copies are kept between runs."""
    return settings.cache_dir or Path(platformdirs.user_cache_dir("bq-mcp", appauthor=False))
