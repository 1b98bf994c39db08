"""Wire settings, transport, client, catalog and tools; the only place that knows them all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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
from .client import Client, HttpTransport, LoadApp
from .settings import Settings
from .tools import Access, Desk, Toolbox

_IN_PROCESS_URL = "http://sandbox"


@dataclass(frozen=True, slots=True)
class InProcess:
    """A sandbox application in this process: how to come by it, and the key it takes."""

    load_app: LoadApp
    key: str


@dataclass(frozen=True, slots=True)
class Service:
    """Everything one process needs; `transport` is to be entered by whoever uses it."""

    settings: Settings
    transport: HttpTransport
    client: Client
    toolbox: Toolbox


def utc_now() -> datetime:
    """Return the local clock as aware UTC."""
    return datetime.now(UTC)


def compose(
    settings: Settings,
    *,
    sandbox: InProcess | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Service:
    """Return the service over the API of `settings`, or over a sandbox in this process.

    Opens nothing: the catalog comes from disk or the bundled snapshot, the network is untouched.
    """
    key = sandbox.key if sandbox else settings.key()
    transport = HttpTransport(
        _IN_PROCESS_URL if sandbox else settings.base_url,
        key=key,
        user_agent=f"bq-mcp/{__version__}",
        phase_timeout=settings.deadline_seconds,
        load_app=sandbox.load_app if sandbox else None,
    )
    client = Client(transport.send, deadline_seconds=settings.deadline_seconds, now=now)
    keeper = CatalogKeeper(
        bundled_snapshot,
        remote=None if sandbox else RemoteCatalog(client.fetch, has_key=key is not None),
        disk=None if sandbox else DiskCopy(cache_folder(settings), settings.base_url),
    )
    secrets = (key,) if key and not sandbox else ()
    access = Access(has_key=key is not None, secrets=secrets, simulated=sandbox is not None)
    toolbox = Toolbox(keeper, Desk(client, access, now), bundled_hints())
    return Service(settings, transport, client, toolbox)


def bundled_snapshot() -> Catalog:
    """Return the catalog shipped with the package."""
    return load_catalog(SNAPSHOT, "snapshot")


def cache_folder(settings: Settings) -> Path:
    """Return where copies are kept between runs."""
    return settings.cache_dir or Path(platformdirs.user_cache_dir("bq-mcp", appauthor=False))
