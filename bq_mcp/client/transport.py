"""The one seam to upstream: the only file of the client that imports httpx."""

import errno
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import anyio
import anyio.to_thread
import httpx

from ..errors import (
    CertificateError,
    ConfigError,
    MalformedReplyError,
    ProxyFaultError,
    RequestTimeoutError,
    TransportError,
    UnreachableError,
)
from ..text import clean
from .body import read_body
from .lanes import Lanes
from .model import LoadApp, RawReply, Request
from .proxies import Proxy, proxy_for, system_proxy

_Wires = Lanes[httpx.AsyncBaseTransport]
_CONNECT_TIMEOUT_S = 5.0
_POOLS = 8
_CONNECTIONS = 64
_REASON_LIMIT = 100
_CERTIFICATE_SETTINGS = ("SSL_CERT_FILE", "SSL_CERT_DIR")
# X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_WRONG_TIME = (9, 10)
# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH.
_WRONG_NAME = (62, 64)


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
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "User-Agent": user_agent,
            **({"X-API-Key": key} if key else {}),
        }
        connect = min(_CONNECT_TIMEOUT_S, phase_timeout)
        self._timeout = httpx.Timeout(phase_timeout, connect=connect).as_dict()
        self._load_app = load_app
        self._monotonic = monotonic
        self._wires: _Wires | None = None
        self._proxy: Proxy | None = None
        self._opening = anyio.Lock()

    async def __aenter__(self) -> "HttpTransport":
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        wires, self._wires = self._wires, None
        for wire in wires or ():
            await wire.aclose()

    async def send(self, request: Request) -> RawReply:
        """Return the reply to `request`, whatever its status.

        Raises:
            TransportError: no connection, no answer in time, a broken or too large body.
            ConfigError: a proxy or certificate setting of this machine cannot be used.
        """
        wires = self._wires or await self._open()
        with wires.least_used() as wire, _our_errors(self._proxy):
            # A client of httpx around it would follow no redirect and keep no cookie either, and
            # takes a quarter of the time of a request.
            response = await wire.handle_async_request(self._request(request))
            try:
                return await self._read(response)
            finally:
                await response.aclose()

    async def warm(self) -> None:
        """Open the connection pool ahead of the first request."""
        await self._open()

    async def _open(self) -> _Wires:
        async with self._opening:
            if self._wires is None:
                app = await self._load_app() if self._load_app else None
                self._wires = await self._made(app)
            return self._wires

    async def _made(self, app: Any) -> _Wires:
        if app is not None:
            return Lanes([httpx.ASGITransport(app=app, raise_app_exceptions=False)])
        if not self._base_url.startswith("https:"):
            # Plain http stays on this machine: no proxy may see the key, and certificates, which
            # cost tens of milliseconds to load, are not needed.
            return _pools(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._proxy = proxy_for(self._base_url, os.environ)
        if self._proxy is None and sys.platform in ("darwin", "win32"):
            self._proxy = system_proxy(self._base_url)
        context = await anyio.to_thread.run_sync(_certificates)
        return _pools(context) if self._proxy is None else _proxied(self._proxy, context)

    def _request(self, request: Request) -> httpx.Request:
        return httpx.Request(
            "GET",
            f"{self._base_url}/v2{request.path}",
            params=request.query,
            headers=self._headers,
            extensions={"timeout": self._timeout},
        )

    async def _read(self, response: httpx.Response) -> RawReply:
        if response.is_redirect:
            raise MalformedReplyError(
                f"the reply was a redirect ({response.status_code}), and is not followed: "
                "BACKQUANT_BASE_URL may be wrong, or a login page of the network answered"
            )
        began = self._monotonic()
        headers = _lower(response.headers)
        # Not `aiter_raw`, which gives the connection back before it can be looked at.
        pieces = cast(httpx.AsyncByteStream, response.stream)
        body = await read_body(pieces, headers.get("content-encoding", ""))
        await _close_if_more_has_come(response)
        return RawReply(response.status_code, headers, body, self._monotonic() - began)


async def _close_if_more_has_come(response: httpx.Response) -> None:
    """Close the connection of a reply behind which more bytes arrived.

    Kept open, they would be taken for the reply to the next request.
    """
    stream = response.extensions.get("network_stream")
    if stream is None:
        return
    try:
        # No public name leads there; without one each connection serves a single request.
        inner: Any = response.stream
        connection = inner._httpcore_stream._stream._connection
        more, _ = connection._h11_state.trailing_data
    except AttributeError:
        more = b"unknown"
    if more:
        await stream.aclose()


def _lower(headers: httpx.Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _certificates() -> ssl.SSLContext:
    try:
        return httpx.create_ssl_context()
    except OSError as exc:
        named = [name for name in _CERTIFICATE_SETTINGS if os.environ.get(name)]
        subject = f"{named[0]} names" if named else "this machine has"
        raise ConfigError(f"{subject} no certificates that can be read") from exc


def _pools(context: ssl.SSLContext, proxy: str | None = None) -> _Wires:
    """Return several small pools of connections.

    With each request a pool looks twice at each of its connections: with thirty that takes longer
    than all else.
    """
    limits = httpx.Limits(max_connections=_CONNECTIONS // _POOLS, max_keepalive_connections=None)
    pools = [
        httpx.AsyncHTTPTransport(verify=context, proxy=proxy, limits=limits) for _ in range(_POOLS)
    ]
    return Lanes(pools)


def _proxied(proxy: Proxy, context: ssl.SSLContext) -> _Wires:
    try:
        return _pools(context, proxy.url)
    except ImportError as exc:
        raise ConfigError(
            f"{proxy.variable} names a SOCKS proxy, which this program cannot use; "
            "name an http proxy, or list the host in NO_PROXY"
        ) from exc
    except (ValueError, httpx.InvalidURL) as exc:
        raise ConfigError(f"{proxy.variable} is no address of a proxy; write host:port") from exc


@contextmanager
def _our_errors(proxy: Proxy | None) -> Iterator[None]:
    """Map httpx's errors to ours, most specific first; none of theirs passes."""
    try:
        yield
    except httpx.ConnectTimeout as exc:
        raise _unreachable(exc, proxy, "no answer when connecting") from exc
    except httpx.TimeoutException as exc:
        raise RequestTimeoutError("the reply did not arrive in time") from exc
    except (httpx.DecodingError, httpx.RemoteProtocolError) as exc:
        raise MalformedReplyError("the reply broke off or was damaged on the way") from exc
    except httpx.ProxyError as exc:
        # What a proxy answers to CONNECT: its status and reason, or how SOCKS refused.
        variable = proxy.variable if proxy else "the proxy"
        words = clean(exc, _REASON_LIMIT)
        raise ProxyFaultError(f"the proxy of {variable} refused to connect: {words}") from exc
    except httpx.TransportError as exc:
        raise _unreachable(exc, proxy, "") from exc
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise TransportError("the request could not be made") from exc


def _unreachable(exc: Exception, proxy: Proxy | None, reason: str) -> TransportError:
    """Return what is known of a connection that could not be made or kept."""
    causes = list(_causes(exc))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return CertificateError(_certificate_words(cause))
    reason = reason or next(filter(None, map(_reason, causes)), "it could not be made or kept")
    if proxy is not None and isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout):
        return ProxyFaultError(f"no connection through the proxy of {proxy.variable}: {reason}")
    return UnreachableError(f"no connection to the service: {reason}")


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and all that led to it, those of a group too."""
    while exc is not None:
        yield exc
        for inner in getattr(exc, "exceptions", ()):
            yield from _causes(inner)
        exc = exc.__cause__ or exc.__context__


def _reason(cause: BaseException) -> str:
    if isinstance(cause, socket.gaierror):
        return "the name of its host is not known"
    if isinstance(cause, ConnectionRefusedError):
        return "nobody listens at its address"
    if isinstance(cause, ConnectionResetError):
        return "it was cut"
    if isinstance(cause, OSError) and cause.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return "there is no way to its network"
    return ""


def _certificate_words(error: ssl.SSLError) -> str:
    if not isinstance(error, ssl.SSLCertVerificationError):
        reason = clean((error.reason or "no reason given").replace("_", " ").lower(), _REASON_LIMIT)
        return f"no secure connection (TLS): {reason}; the address may be that of a plain server"
    reason = clean(error.verify_message, _REASON_LIMIT).rstrip(".")
    words = f"the certificate of the service was not accepted: {reason}; "
    if error.verify_code in _WRONG_TIME:
        return words + "check the clock of this machine"
    if error.verify_code in _WRONG_NAME:
        return words + "check BACKQUANT_BASE_URL, or who answers in this network"
    return words + (
        "where a proxy of your company reads the traffic, set SSL_CERT_FILE to its root certificate"
    )
