"""Keep the catalog in force: at once from disk or snapshot, then from upstream."""

from collections.abc import Awaitable, Callable

import anyio
import structlog

from ..errors import BackQuantError
from .diff import diff_catalogs
from .model import Catalog
from .sources import RemoteCatalog
from .stored import DiskCopy

_log = structlog.get_logger(__name__)

Listener = Callable[[Catalog], Awaitable[None]]


class CatalogKeeper:
    """The one catalog in force, and how it is replaced.

    `remote` and `disk` are absent where the bundled snapshot is the catalog by construction.
    """

    def __init__(
        self,
        snapshot: Callable[[], Catalog],
        *,
        remote: RemoteCatalog | None,
        disk: DiskCopy | None,
    ) -> None:
        stored = disk.load() if disk else None
        self.current = stored or snapshot()
        self.failure: BackQuantError | None = None
        self._remote = remote
        self._disk = disk
        self._attempted = anyio.Event()
        self._listeners: list[Listener] = []
        if remote is None:
            self._attempted.set()

    @property
    def is_remote(self) -> bool:
        """Whether the catalog in force was read from upstream by this process."""
        return self.current.source in ("live", "openapi")

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Why better sources than the one in force were not used."""
        return self._remote.passed_over if self._remote else ()

    @property
    def is_final(self) -> bool:
        """Whether no better catalog is to be expected."""
        return self._remote is None or self.current.source == "live"

    @property
    def is_stored(self) -> bool:
        """Whether the start was served from this base URL's own copy, or needs none."""
        return self._remote is None or self.current.source != "snapshot"

    def on_change(self, listener: Listener) -> None:
        """Call `listener` with each new catalog after it is in force."""
        self._listeners.append(listener)

    async def wait_for_remote(self, seconds: float) -> None:
        """Wait until the first attempt to read upstream's catalog is over, `seconds` at most."""
        with anyio.move_on_after(seconds):
            await self._attempted.wait()

    async def refresh(self) -> bool:
        """Read upstream's catalog and put it in force; return whether it differs.

        A failure leaves the catalog in force and is kept in `failure`.
        """
        if self._remote is None:
            return False
        try:
            fresh = await self._remote.read()
        except BackQuantError as exc:
            self.failure = exc
            _log.warning("catalog not read", reason=exc.message or exc.kind)
            self._attempted.set()
            return False
        self.failure = None
        for warning in fresh.warnings:
            _log.warning("catalog entry", warning=warning)
        differs = bool(diff_catalogs(self.current, fresh))
        self.current = fresh
        self._attempted.set()
        self._store(fresh)
        if differs:
            for listener in self._listeners:
                await listener(fresh)
        return differs

    def _store(self, catalog: Catalog) -> None:
        if self._disk is None:
            return
        try:
            self._disk.save(catalog)
        except OSError as exc:
            _log.warning("catalog copy not written", reason=type(exc).__name__)
