"""Read the catalog upstream publishes: its own list first, the OpenAPI document otherwise."""

from collections.abc import Awaitable, Callable

from ..envelope import Envelope
from ..errors import (
    ApiError,
    CatalogError,
    MalformedReplyError,
    ReplyTooLargeError,
)
from .model import Catalog, Source
from .parse import read_catalog

Fetch = Callable[[str], Awaitable[Envelope]]

# Older notes call the first one by the second name.
_LIVE_PATHS = ("/endpoints", "/discovery/endpoints")
_OPENAPI_PATH = "/openapi.json"


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
            TransportError: upstream cannot be reached.
            CatalogError: it answers, but with no usable catalog.
        """
        reasons = []
        for path, source in list(self._candidates):
            try:
                envelope = await self._fetch(path)
                catalog = read_catalog(envelope.data, source=source, simulated=envelope.simulated)
            except (ApiError, CatalogError, MalformedReplyError, ReplyTooLargeError) as exc:
                reasons.append(f"{path}: {exc.message or exc.kind}")
                continue
            self._remember(path, source)
            self.passed_over = tuple(reasons)
            return catalog
        raise CatalogError("; ".join(reasons))

    def _remember(self, path: str, source: Source) -> None:
        self._candidates.sort(key=lambda candidate: candidate != (path, source))
