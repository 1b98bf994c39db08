"""Keep the catalog in force: at once from disk or snapshot, then from upstream."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

import anyio

from ..errors import BackQuantError, CatalogError, RequestTimeoutError, UnreachableError
from ..logs import Log
from .diff import diff_catalogs
from .model import Catalog
from .sources import RemoteCatalog
from .stored import DiskCopy

_log = Log(__name__)

REFRESH_S = 900.0
_FIRST_RETRY_S = 60.0
# During a deploy two back ends take turns.
_NEW_VERSION_LASTS_S = 30.0
_SOONEST_REFRESH_S = 300.0
_SECOND_LOOK_S = 10.0
_NOT_REACHED = (UnreachableError, RequestTimeoutError)
_BELIEVED_SHARE = 0.5

CatalogListener = Callable[[Catalog], Awaitable[None]]


class CatalogKeeper:
    """The one catalog in force, and how it is replaced.

    `remote` and `disk` are absent where the bundled snapshot is the catalog by construction.
    `sleep` waits for seconds, `monotonic` counts them.
    """

    def __init__(
        self,
        snapshot: Callable[[], Catalog],
        *,
        remote: RemoteCatalog | None,
        disk: DiskCopy | None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        stored = disk.load() if disk else None
        self.current = stored or snapshot()
        self._snapshot = snapshot
        self.failure: BackQuantError | None = None
        self._last_live_size = stored.live_size if stored else 0
        self._remote = remote
        self._disk = disk
        self._sleep = sleep
        self._monotonic = monotonic
        self._attempted = anyio.Event()
        self._wanted = anyio.Event()
        self._version: str | None = None
        self._new_version: tuple[str, float] | None = None
        self._listeners: list[CatalogListener] = []
        if remote is None:
            self._attempted.set()

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

    @property
    def _is_waiting(self) -> bool:
        """Whether upstream was not reached yet; to ask again spends nothing."""
        return isinstance(self.failure, _NOT_REACHED) and not self.is_stored

    def fall_back(self, reason: str) -> None:
        """Put the bundled snapshot in force: nothing can be made of the stored catalog."""
        self.current = self._snapshot()
        if self._disk is not None:
            self._disk.set_aside(reason)

    def on_change(self, listener: CatalogListener) -> None:
        """Call `listener` with each new catalog after it is in force."""
        self._listeners.append(listener)

    async def wait_for_remote(self, seconds: float) -> None:
        """Wait until the first attempt to read upstream's catalog is over, `seconds` at most."""
        with anyio.move_on_after(seconds):
            await self._attempted.wait()

    def see_version(self, version: str | None) -> None:
        """Take note of the API version a reply states; a new one that lasts asks for a refresh."""
        if version is None:
            return
        now = self._monotonic()
        if self._version is None or version == self._version:
            self._version, self._new_version = version, None
        elif self._new_version is None or self._new_version[0] != version:
            self._new_version = version, now
        elif now - self._new_version[1] >= _NEW_VERSION_LASTS_S:
            self._version, self._new_version = version, None
            self._wanted.set()

    async def keep(self) -> None:
        """Refresh now, then by interval and when the API version has changed, for ever.

        What failed is tried again after a minute, then after two, four and so on; each minute where
        upstream was never reached, for until then the server is not ready.
        """
        retry_after = _FIRST_RETRY_S
        while self._remote is not None:
            await self.refresh()
            pause = REFRESH_S
            if self.failure is None:
                retry_after = _FIRST_RETRY_S
            else:
                pause = min(retry_after, REFRESH_S)
                retry_after = pause if self._is_waiting else 2 * pause
            soonest = min(pause, _SOONEST_REFRESH_S)
            await self._sleep(soonest)
            with anyio.move_on_after(pause - soonest):
                await self._wanted.wait()
            self._wanted = anyio.Event()

    async def refresh(self) -> bool:
        """Read upstream's catalog and put it in force; return whether it differs.

        A failure of any kind leaves the catalog in force and is kept in `failure`. A list that has
        shrunk to less than half of the last live one of this base URL, or to nothing, is believed
        only when a second look some seconds later finds the same.
        """
        if self._remote is None:
            return False
        try:
            fresh = await self._read_twice_if_shrunken(self._remote)
            differs = fresh is not None and await self._put_in_force(fresh)
        except BackQuantError as exc:
            self.failure = exc
            _log.warning("catalog not read", reason=exc.message or exc.kind)
            return False
        except Exception as exc:
            self.failure = CatalogError(f"the catalog could not be used ({type(exc).__name__})")
            _log.exception("catalog not used")
            return False
        finally:
            self._attempted.set()
        self.failure = None
        return differs

    async def _read_twice_if_shrunken(self, remote: RemoteCatalog) -> Catalog | None:
        fresh = await remote.read()
        if not self._is_doubtful(fresh):
            return fresh
        self._attempted.set()
        _log.warning("catalog has shrunk, looking again", endpoints=len(fresh.endpoints))
        await self._sleep(_SECOND_LOOK_S)
        second = await remote.read()
        return None if self._is_doubtful(second) and _differ(fresh, second) else second

    def _is_doubtful(self, fresh: Catalog) -> bool:
        size = len(fresh.endpoints)
        is_small = size == 0 or size < self._last_live_size * _BELIEVED_SHARE
        return fresh.source == "live" and is_small

    async def _put_in_force(self, fresh: Catalog) -> bool:
        for warning in fresh.warnings:
            _log.warning("catalog entry", warning=warning)
        before, self.current = self.current, fresh
        differs = _differ(before, fresh)
        # Waiters wake up after the first listener, the toolbox, has taken it over.
        self._attempted.set()
        try:
            if differs:
                for listener in self._listeners:
                    await listener(fresh)
        except Exception:
            self.current = before
            raise
        if fresh.source == "live":
            self._last_live_size = len(fresh.endpoints)
        # Only what has been put to use is stored. Without a key only the document is read; the
        # list's measure must outlive that.
        self._store(replace(fresh, live_size=self._last_live_size))
        return differs

    def _store(self, catalog: Catalog) -> None:
        if self._disk is None:
            return
        try:
            self._disk.save(catalog)
        except OSError as exc:
            _log.warning("catalog copy not written", reason=type(exc).__name__)


def _differ(old: Catalog, new: Catalog) -> bool:
    return bool(diff_catalogs(old, new))
