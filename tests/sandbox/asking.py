"""A clock turned by hand, and one-line requests to a sandbox in this process."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import anyio
import httpx
from fastapi import FastAPI

from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app

NOW = datetime(2026, 9, 10, 12, 0, 17, tzinfo=UTC)


class HandClock:
    """Shows an instant until it is moved on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **spans: float) -> None:
        self.now += timedelta(**spans)


def sandbox(
    clock: HandClock | None = None, *, seed: int = 7, plan: str = "pro", shapes: int = 1
) -> FastAPI:
    """Build a sandbox whose clock stands still unless the test moves it."""
    return create_app(seed=seed, clock=clock or HandClock(), plan=plan, shapes=shapes)


def ask(
    app: FastAPI, path: str, *, key: str | None = SANDBOX_KEY, method: str = "GET", **query: object
) -> httpx.Response:
    """Send one request; `path` is relative to /v2 unless it starts with a slash."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            url = path if path.startswith("/") else f"/v2/{path}"
            headers = {} if key is None else {"X-API-Key": key}
            return await client.request(method, url, headers=headers, params=_written(query))

    return anyio.run(send)


@cache
def told(path: str, **query: Any) -> dict[str, Any]:
    """Return the envelope of a reply from a sandbox that is asked nothing else than such."""
    answer = ask(shared(), path, **query)
    assert answer.status_code == 200, answer.text
    envelope: dict[str, Any] = answer.json()
    return envelope


@cache
def shared() -> FastAPI:
    """Return one sandbox for all tests whose clock stands still: a market is slow at first."""
    return sandbox(plan="enterprise")


def _written(query: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items()}
