"""The signing keys of an authorization server (JWKS), from the address the operator gave."""

import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import ceil, inf
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx
import jwt

from ..errors import MalformedReplyError, ReplyTooLargeError, UnreachableError
from ..logs import Log
from ..settings import is_loopback
from .model import AccessError

Fetch = Callable[[str], Awaitable[bytes]]
"""Gives the body at an address, or raises a TransportError."""

ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
# Read again after this; where that fails, good for a while longer.
FRESH_S = 300.0
KEPT_S = 3600.0
# Whatever a token claims, its issuer is asked no more often: after an answer, and after none.
PAUSE_S = 30.0
RETRY_S = 5.0
_MOST_BYTES = 256 * 1024
_TIMEOUT_S = 5.0
_log = Log(__name__)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key, and the algorithms it may verify."""

    key: Any
    algorithms: tuple[str, ...]


class SigningKeys:
    """The keys at one address by their id; `monotonic` gives seconds."""

    def __init__(self, url: str, fetch: Fetch, monotonic: Callable[[], float]) -> None:
        self._url = url
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: Mapping[str | None, SigningKey] = {}
        self._read_at = self._tried_at = -inf
        self._failed = False
        self._reading = anyio.Lock()

    async def find(self, kid: str | None) -> SigningKey:
        """Return the key `kid`; a token without one may have been signed by an only key.

        Raises:
            AccessError: there is no such key (401), or it cannot be told at this moment (503).
        """
        key = self._known(kid)
        # Whoever reads them again waits for that, and nobody else.
        if key and (self._age() < FRESH_S or self._reading.locked()):
            return key
        async with self._reading:
            if self._wait() <= 0:
                await self._read()
        if key := self._known(kid):
            return key
        if self._failed:
            words = "the keys of the authorization server cannot be read at the moment; try again"
            wait = max(1, ceil(self._wait()))
            raise AccessError(503, "temporarily_unavailable", words, retry_after=wait)
        raise AccessError(401, "invalid_token", "the token is signed with a key its issuer lacks")

    def _known(self, kid: str | None) -> SigningKey | None:
        if self._age() >= KEPT_S:
            return None
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    def _age(self) -> float:
        return self._monotonic() - self._read_at

    def _wait(self) -> float:
        pause = RETRY_S if self._failed else PAUSE_S
        return self._tried_at + pause - self._monotonic()

    async def _read(self) -> None:
        # Also for a caller that leaves while it waits.
        self._tried_at, self._failed = self._monotonic(), True
        with _log.survive("signing keys not read"):
            self._keys = _signing_keys(await self._fetch(self._url))
            self._read_at, self._failed = self._monotonic(), False


async def fetch(url: str) -> bytes:
    """Return the body at `url`; follows no redirect.

    Raises:
        TransportError: another status, too much, or no answer in time.
    """
    headers = {"accept": "application/json", "accept-encoding": "identity"}
    try:
        with anyio.fail_after(_TIMEOUT_S):
            async with (
                await _client(url) as http,
                http.stream("GET", url, headers=headers) as response,
            ):
                if response.status_code != 200:
                    raise MalformedReplyError(f"the JWKS address answered {response.status_code}")
                body = b""
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise ReplyTooLargeError("the JWKS is larger than 256 KiB")
                return body
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as exc:
        words = f"the JWKS address gives no answer ({type(exc).__name__})"
        raise UnreachableError(words) from exc


async def _client(url: str) -> httpx.AsyncClient:
    """Return a client that uses a proxy for other machines only."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        # Reading certificates takes 50 ms.
        trusted = await anyio.to_thread.run_sync(httpx.create_ssl_context)
    else:
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with_proxy = not is_loopback(parts.hostname or "")
    return httpx.AsyncClient(verify=trusted, trust_env=with_proxy, timeout=_TIMEOUT_S)


def _signing_keys(body: bytes) -> dict[str | None, SigningKey]:
    """Return the keys of a JWKS that can verify a signature; others are left out.

    Raises:
        MalformedReplyError: it is none, or has no such key.
    """
    try:
        listed = json.loads(body)["keys"]
        read = [(each.get("kid"), _signing_key(each)) for each in listed]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise MalformedReplyError("the JWKS address gives no JWKS") from None
    found = {kid: key for kid, key in reversed(read) if key and isinstance(kid, str | None)}
    if not found:
        raise MalformedReplyError("the JWKS has no key that could sign a token")
    return found


def _signing_key(jwk: dict[str, Any]) -> SigningKey | None:
    # Never a symmetric one: whoever reads it could sign with it.
    if jwk.get("kty") not in ("RSA", "EC", "OKP") or jwk.get("use", "sig") != "sig":
        return None
    named = jwk.get("alg")
    if named is not None and named not in ALGORITHMS:
        return None
    try:
        return SigningKey(jwt.PyJWK(jwk).key, (named,) if named else ALGORITHMS)
    except jwt.PyJWTError:
        return None
