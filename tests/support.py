"""Stand-ins several test families share: a scripted upstream and a service over it."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.lowlevel

from bq_mcp.catalog import Catalog, CatalogKeeper, DiskCopy, Hint, RemoteCatalog, bundled_hints
from bq_mcp.client import Client, Clock, MemoryStore, Tuning, in_memory
from bq_mcp.client.transport import HttpTransport
from bq_mcp.compose import bundled_snapshot
from bq_mcp.composites import Composite
from bq_mcp.tools import Desk, Selection, Stock, Toolbox
from bq_mcp.tools.inventory import NO_COMPOSITES
from bq_mcp.tools.selection import EVERYTHING

NOW = datetime(2026, 11, 20, 14, 32, 22, tzinfo=UTC)
BASE_URL = "http://127.0.0.1:9"

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


def envelope(data: object, **meta: object) -> dict[str, object]:
    """Return a success envelope whose data was computed twelve seconds before NOW."""
    stamps = {"timestamp": "2026-11-20T14:32:22Z", "computed_at": "2026-11-20T14:32:10Z"}
    return {"success": True, "data": data, "meta": {**stamps, "version": "2.10", **meta}}


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[Mapping[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        event = {"event": record.getMessage(), "level": record.levelname.lower()}
        if record.exc_info:
            event["exception"] = repr(record.exc_info[1])
        self.events.append({**event, **vars(record).get("fields", {})})


@contextmanager
def kept_logs() -> Iterator[list[Mapping[str, Any]]]:
    """Keep what the package logs inside, from `info` on, in place of writing it."""
    logger, kept = logging.getLogger("bq_mcp"), _Kept()
    handlers, level = logger.handlers, logger.level
    logger.handlers = [kept]
    logger.setLevel(logging.INFO)
    try:
        yield kept.events
    finally:
        logger.handlers = handlers
        logger.setLevel(level)


@dataclass
class Upstream:
    """An ASGI application that answers from a table of paths and remembers what was asked."""

    replies: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers_seen: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode()
        self.asked.append(scope["path"] + (f"?{query}" if query else ""))
        self.headers_seen.append({k.decode(): v.decode() for k, v in scope["headers"]})
        reply = self.replies.get(scope["path"])
        if callable(reply):
            reply = await reply()
        status = 200 if reply is not None else 404
        if reply is None:
            reply = {"success": False, "error": {"code": "NOT_FOUND", "message": "No data"}}
        body = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": body})


def still_clock() -> Clock:
    """Return a clock that stands at NOW, and pauses without waiting."""

    async def no_wait(seconds: float) -> None:
        await anyio.lowlevel.checkpoint()

    return Clock(lambda: NOW, lambda: 0.0, no_wait, lambda: 0.0)


@dataclass
class Bench:
    """A toolbox over a scripted upstream, with the parts a test may want to look at."""

    upstream: Upstream
    transport: HttpTransport
    client: Client
    toolbox: Toolbox
    clock: Clock
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> "Bench":
        await self._open.enter_async_context(self.transport)
        await self._open.enter_async_context(self.client)
        return self

    async def __aexit__(self, *exc_info: Any) -> bool | None:
        return await self._open.__aexit__(*exc_info)


def stock_of(
    keeper: CatalogKeeper,
    hints: Mapping[str, Hint] | None = None,
    composites: Mapping[str, Composite] = NO_COMPOSITES,
    selection: Selection = EVERYTHING,
) -> Stock:
    """Return all tools of a catalog, swapped with it."""
    stock = Stock(keeper, hints or bundled_hints(), selection, composites)
    keeper.on_change(stock.swap)
    return stock


def bench(
    upstream: Upstream,
    *,
    folder: Path | None = None,
    key: str | None = "bq_live_" + "k" * 32,
    snapshot: Callable[[], Catalog] = bundled_snapshot,
    deadline: float = 5.0,
    clock: Clock | None = None,
    transport: HttpTransport | None = None,
    composites: Mapping[str, Composite] | None = None,
    selection: Selection = EVERYTHING,
) -> Bench:
    """Return a toolbox whose upstream is `upstream`, with disk copies in `folder`."""

    async def load() -> Upstream:
        return upstream

    transport = transport or HttpTransport(
        BASE_URL, key=key, user_agent="test", phase_timeout=deadline, load_app=load
    )
    clock = clock or still_clock()
    client = Client(
        transport.send,
        in_memory(str(key), MemoryStore(1024**2), clock),
        clock,
        tuning=Tuning(deadline=deadline),
    )
    keeper = CatalogKeeper(
        snapshot,
        remote=RemoteCatalog(client.fetch, has_key=key is not None),
        disk=DiskCopy(folder, BASE_URL) if folder else None,
    )
    desk = Desk(client, clock, keeper.see_version, why_no_key="" if key else "no key")
    stock = stock_of(keeper, composites=composites or {}, selection=selection)
    toolbox = Toolbox(stock, desk)
    return Bench(upstream, transport, client, toolbox, clock)
