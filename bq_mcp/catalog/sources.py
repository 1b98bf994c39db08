"""Read the catalog upstream publishes: its own list first, the OpenAPI document otherwise."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ..envelope import Envelope
from ..errors import (
    BackQuantError,
    CatalogError,
    InvalidRequestError,
    MalformedReplyError,
    NoDataError,
    ReplyTooLargeError,
    TransportError,
    UnknownRouteError,
)
from .model import Catalog, Source
from .parse import read_catalog

Fetch = Callable[[str], Awaitable[Envelope]]

# Older notes call the first one by the second name.
_LIVE_PATHS = ("/endpoints", "/discovery/endpoints")
_OPENAPI_PATH = "/openapi.json"
# Only these say that the path was wrong; any other failure would meet the other name as well.
_WRONG_PATH = (
    NoDataError,
    UnknownRouteError,
    InvalidRequestError,
    MalformedReplyError,
    ReplyTooLargeError,
    CatalogError,
)


class RemoteCatalog:
    """The catalog as upstream serves it; remembers which path answered last.

    `passed_over` says why each better source was not used at the last reading.
    """

    def __init__(self, fetch: Fetch, *, has_key: bool) -> None:
        self._fetch = fetch
        self.passed_over: tuple[str, ...] = ()
        self._candidates: list[tuple[str, Source]] = [(_OPENAPI_PATH, "openapi")]
        if has_key:
            # Without a key the list is refused: asking would spend a request on a 401.
            self._candidates[:0] = [(path, "live") for path in _LIVE_PATHS]

    async def read(self) -> Catalog:
        """Return the catalog from the first source that gives a usable one.

        Raises:
            TransportError: no source can be reached.
            CatalogError: upstream answers, but with no usable catalog.
        """
        failures: dict[str, BackQuantError] = {}
        given_up: set[Source] = set()
        for path, source in self._candidates:
            if source in given_up:
                continue
            try:
                envelope = await self._fetch(path)
                catalog = read_catalog(envelope.data, source=source, simulated=envelope.simulated)
            except BackQuantError as exc:
                failures[path] = exc
                if not isinstance(exc, _WRONG_PATH):
                    given_up.add(source)
                continue
            self._remember(path, source)
            self.passed_over = _reasons(failures)
            return replace(catalog, version=envelope.meta.version or catalog.version)
        last = list(failures.values())[-1]
        if isinstance(last, TransportError) and not isinstance(last, _WRONG_PATH):
            raise last
        raise CatalogError("; ".join(_reasons(failures)))

    def _remember(self, path: str, source: Source) -> None:
        """Ask this path first the next time, yet never the OpenAPI document before the list."""
        self._candidates = sorted(
            self._candidates, key=lambda known: (known[1] != "live", known != (path, source))
        )


def _reasons(failures: dict[str, BackQuantError]) -> tuple[str, ...]:
    return tuple(f"{path}: {exc.message or exc.kind}" for path, exc in failures.items())
