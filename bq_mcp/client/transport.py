"""The one seam for the network: the only file that imports httpx."""

import ssl
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast

import anyio
import anyio.to_thread
import httpx

from ..errors import (
    ConfigError,
    MalformedReplyError,
    RequestTimeoutError,
    TransportError,
    UnreachableError,
)
from .body import read_body
from .model import RawReply, Request

_CONNECT_TIMEOUT_S = 5.0

# An ASGI application, or how to come by one; making it may take a while.
LoadApp = Callable[[], Awaitable[Any]]


class HttpTransport:
    """Sends requests to one base URL with one key, over the network or into an ASGI application.

    Use as an async context manager. The connection pool (and, for https, its certificates) is
    made at the first request, in a worker thread, so that starting up costs nothing.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None,
        user_agent: str,
        phase_timeout: float,
        load_app: LoadApp | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url
        self._key = key
        self._user_agent = user_agent
        self._phase_timeout = phase_timeout
        self._load_app = load_app
        self._monotonic = monotonic
        self._http: httpx.AsyncClient | None = None
        self._opening = anyio.Lock()

    async def __aenter__(self) -> "HttpTransport":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def send(self, request: Request) -> RawReply:
        """Return the reply to `request`, whatever its status.

        Raises:
            TransportError: no connection, no answer in time, a broken or too large body.
            ConfigError: the machine's proxy or certificate settings cannot be used.
        """
        http = self._http or await self._open()
        path = f"{self._base_url}/v2{request.path}"
        with _our_errors():
            async with http.stream("GET", path, params=request.query) as response:
                if response.is_redirect:
                    raise MalformedReplyError(
                        f"the reply was a redirect ({response.status_code}), which is not followed"
                    )
                began = self._monotonic()
                headers = _lower(response.headers)
                # Not `aiter_raw`, which gives the connection back before it can be looked at.
                pieces = cast(httpx.AsyncByteStream, response.stream)
                body = await read_body(pieces, headers.get("content-encoding", ""))
                await _close_if_more_has_come(response)
                return RawReply(response.status_code, headers, body, self._monotonic() - began)

    async def warm(self) -> None:
        """Open the connection pool ahead of the first request."""
        await self._open()

    async def _open(self) -> httpx.AsyncClient:
        async with self._opening:
            if self._http is None:
                app = await self._load_app() if self._load_app else None
                self._http = await self._client(app)
            return self._http

    async def _client(self, app: Any) -> httpx.AsyncClient:
        timeout = httpx.Timeout(
            self._phase_timeout, connect=min(_CONNECT_TIMEOUT_S, self._phase_timeout)
        )
        try:
            return httpx.AsyncClient(
                headers=self._headers(),
                timeout=timeout,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
                **await self._wire(app),
            )
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as exc:
            raise ConfigError(
                "the proxy or certificate settings of this machine cannot be used"
            ) from exc

    async def _wire(self, app: Any) -> dict[str, Any]:
        if app is not None:
            return {"transport": httpx.ASGITransport(app=app, raise_app_exceptions=False)}
        if self._base_url.startswith("https:"):
            return {"verify": await anyio.to_thread.run_sync(httpx.create_ssl_context)}
        # Plain http stays on this machine: no proxy may see the key, and certificates, which
        # cost tens of milliseconds to load, are not needed.
        return {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "trust_env": False}

    def _headers(self) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": self._user_agent,
        }
        return headers | ({"X-API-Key": self._key} if self._key else {})


async def _close_if_more_has_come(response: httpx.Response) -> None:
    """Close the connection of a reply behind which more bytes arrived.

    Kept open, they would be taken for the reply to the next request.
    """
    stream = response.extensions.get("network_stream")
    if stream is None:
        return
    try:
        # No public name leads there; without one each connection serves a single request.
        connection = response.stream._stream._httpcore_stream._stream._connection  # type: ignore[union-attr]
        more, _ = connection._h11_state.trailing_data
    except AttributeError:
        more = b"unknown"
    if more:
        await stream.aclose()


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def _our_errors() -> Iterator[None]:
    """Map httpx's errors to ours, most specific first; none of theirs passes."""
    try:
        yield
    except httpx.TimeoutException as exc:
        raise RequestTimeoutError("the reply did not arrive in time") from exc
    except (httpx.DecodingError, httpx.RemoteProtocolError) as exc:
        raise MalformedReplyError("the reply broke off or was damaged on the way") from exc
    except httpx.TransportError as exc:
        raise UnreachableError("no connection to the service could be made or kept") from exc
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise TransportError("the request could not be made") from exc
