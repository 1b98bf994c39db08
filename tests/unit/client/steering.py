"""An upstream and a time that obey the test: replies held back, counted, scripted."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import anyio
import anyio.lowlevel

from bq_mcp.client import Client, Clock, MemoryStore, Shared, Store, Tuning, in_memory
from bq_mcp.client.model import RawReply, Request, Send
from bq_mcp.errors import BackQuantError

from ...support import NOW

LEVELS = "/gex/levels"
MULTI = "/multi/gex/levels"


class FakeTime:
    """Stands still unless told otherwise; a pause moves it by itself and is remembered."""

    def __init__(self, chance: float = 0.0) -> None:
        self.seconds = 1_000.0
        self.pauses: list[float] = []
        self.jump = timedelta()
        self.clock = Clock(self.local_now, self.monotonic, self.sleep, lambda: chance)

    @property
    def now(self) -> datetime:
        """The true instant, which upstream tells."""
        return NOW + timedelta(seconds=self.seconds - 1_000.0)

    def local_now(self) -> datetime:
        """What this machine believes; `jump` sets it wrong."""
        return self.now + self.jump

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await anyio.lowlevel.checkpoint()
        self.advance(seconds)


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()


def good(data: object, headers: Mapping[str, str] | None = None, **meta: object) -> RawReply:
    body = {"success": True, "data": data, "meta": meta}
    return RawReply(200, headers or {}, json.dumps(body).encode())


def refusal(
    status: int, code: str = "", headers: Mapping[str, str] | None = None, **details: object
) -> RawReply:
    error = {"code": code, "message": "no", "details": details}
    body = {"success": False, "error": error, "meta": {}}
    return RawReply(status, headers or {}, json.dumps(body).encode())


def limits(left: int, *, reset: float, limit: int = 30, **more: str) -> dict[str, str]:
    """Return the burst headers; `reset` in Unix seconds."""
    return {
        "x-ratelimit-limit": str(limit),
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": str(int(reset)),
        **{f"x-{name.replace('_', '-')}": value for name, value in more.items()},
    }


class Market:
    """An upstream that refreshes its data every `cadence` seconds and obeys the test.

    It waits for `open` before each reply, raises `failure` or gives `refusal` where one is set,
    and counts the requests under way.
    """

    def __init__(self, time: FakeTime, *, cadence: float = 30.0) -> None:
        self.time = time
        self.cadence = cadence
        self.open = anyio.Event()
        self.open.set()
        self.asked: list[Request] = []
        self.under_way = 0
        self.failure: BackQuantError | None = None
        self.refusal: RawReply | None = None
        self.headers: Callable[[], Mapping[str, str]] = dict
        self.stuck_at: datetime | None = None

    @property
    def computed_at(self) -> datetime:
        if self.stuck_at is not None:
            return self.stuck_at
        seconds = self.time.now.timestamp()
        return datetime.fromtimestamp(seconds - seconds % self.cadence, UTC)

    def hold(self) -> None:
        """Let no reply out until `open` is set."""
        self.open = anyio.Event()

    def turns(self) -> int:
        """Return how many turns of the loop the next reply takes."""
        return 1

    async def send(self, request: Request) -> RawReply:
        turns = self.turns()
        self.asked.append(request)
        self.under_way += 1
        try:
            for _ in range(turns):
                await anyio.lowlevel.checkpoint()
            await self.open.wait()
            return self._reply(request)
        finally:
            self.under_way -= 1

    def _reply(self, request: Request) -> RawReply:
        if self.failure is not None:
            raise self.failure
        if self.refusal is not None:
            return self.refusal
        return good(
            self.data(request),
            self.headers(),
            timestamp=iso(self.time.now),
            computed_at=iso(self.computed_at),
        )

    def data(self, request: Request) -> object:
        return {"path": request.path, "query": dict(request.query), "reply": len(self.asked)}


async def settle() -> None:
    """Give every task the turns it needs to get stuck or to end; no time passes."""
    for _ in range(100):
        await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def opened(
    upstream: Market | Send,
    time: FakeTime,
    *,
    store: Store | None = None,
    owner: str = "test",
    tuning: Tuning | None = None,
    shared: Shared | None = None,
    within: float = 10.0,
) -> AsyncIterator[Client]:
    """Give a client over an upstream; it waits for its budget up to `within` seconds at most."""
    client = Client(
        upstream.send if isinstance(upstream, Market) else upstream,
        shared or in_memory(owner, store or MemoryStore(1024**2), time.clock),
        time.clock,
        tuning=tuning or Tuning(),
    )
    with anyio.fail_after(within):
        async with client:
            yield client
