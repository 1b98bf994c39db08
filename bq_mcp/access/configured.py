"""The entrance that the settings describe."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..errors import ConfigError
from ..logs import Log
from ..settings import is_loopback
from .entrance import Entrance
from .keys import Keys, parse_keys
from .pass_through import PassThrough
from .tokens import TokenBook, Tokens, parse_tokens
from .watched_file import WatchedFile

if TYPE_CHECKING:
    from .jwks import Fetch
    from .oauth import JwtCheck

_TOKENS = "BACKQUANT_HTTP_TOKENS"
_TOKENS_FILE = "BACKQUANT_HTTP_TOKENS_FILE"
_OWN_KEYS = "BACKQUANT_HTTP_PASS_THROUGH"
_KEYS_FILE = "BACKQUANT_HTTP_KEYS_FILE"
_ISSUER = "BACKQUANT_OAUTH_ISSUER"
_JWKS_URL = "BACKQUANT_OAUTH_JWKS_URL"
_URL = "BACKQUANT_HTTP_URL"
_MOST_ENTRIES = 10
_log = Log(__name__)
_EMPTY = "holds no token; bq-mcp token new NAME makes one"


def entrance_of(
    *,
    tokens: str = "",
    tokens_file: Path | None = None,
    pass_through: bool = False,
    keys_file: Path | None = None,
    issuer: str | None = None,
    jwks_url: str | None = None,
    scopes: Sequence[str] = (),
    url: str | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
    fetch: "Fetch | None" = None,
) -> Entrance:
    """Return the entrance that the settings describe; `url` is the public address of /mcp.

    Raises:
        ConfigError: settings contradict each other, or a file or an address cannot be used.
    """
    with_oauth = bool(issuer or jwks_url)
    if pass_through:
        others = {_TOKENS: tokens, _TOKENS_FILE: tokens_file, _KEYS_FILE: keys_file}
        others[_ISSUER] = issuer or jwks_url
        if named := [name for name, value in others.items() if value]:
            words = "the caller's own key is spent, and nobody else's"
            raise ConfigError(f"{_OWN_KEYS} cannot be combined with {named[0]}: {words}")
        return Entrance(pass_through=PassThrough(monotonic))
    if keys_file and not (tokens or tokens_file or with_oauth):
        raise ConfigError(f"{_KEYS_FILE} needs tokens or OAuth, whose keys it holds")
    book = _token_book(tokens, tokens_file, now, monotonic)
    keys: Callable[[], Keys] = Keys
    if keys_file:
        file = WatchedFile(
            keys_file, _parse_keys_of(book), label=_KEYS_FILE, monotonic=monotonic, secret=True
        )
        keys = file.value
    return Entrance(
        tokens=book,
        jwts=_jwt_check(issuer, jwks_url, scopes, url, fetch, monotonic) if with_oauth else None,
        keys=keys,
    )


def _parse_keys_of(book: TokenBook | None) -> Callable[[str, str], Keys]:
    """Return `parse_keys` that tells of names no token has: who was meant spends another key."""

    def parse(text: str, label: str) -> Keys:
        keys = parse_keys(text, label)
        known = book.names() if book else set()
        # Not by their names: a key may stand where a name belongs.
        unknown = [str(n) for n, name in enumerate(keys.tokens, 1) if name not in known]
        if unknown:
            entries = ", ".join(unknown[:_MOST_ENTRIES])
            _log.warning("keys for names that no token has", file=label, entries=entries)
        return keys

    return parse


def _token_book(
    tokens: str,
    tokens_file: Path | None,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> TokenBook | None:
    places: list[Callable[[], Tokens]] = []
    if tokens_file:
        file = WatchedFile(tokens_file, parse_tokens, label=_TOKENS_FILE, monotonic=monotonic)
        places.append(file.value)
    if tokens.strip():
        given = parse_tokens(tokens.replace(";", "\n"), _TOKENS)
        places.append(lambda: given)
    if places and not any(place() for place in places):
        raise ConfigError(f"{_TOKENS_FILE if tokens_file else _TOKENS}: {_EMPTY}")
    return TokenBook(places, lambda: now().date()) if places else None


def _jwt_check(
    issuer: str | None,
    jwks_url: str | None,
    scopes: Sequence[str],
    url: str | None,
    fetch: "Fetch | None",
    monotonic: Callable[[], float],
) -> "JwtCheck":
    # 200 ms, which nobody else should wait for.
    from . import jwks, oauth

    needed = {_ISSUER: issuer, _JWKS_URL: jwks_url, _URL: url}
    if missing := [name for name, value in needed.items() if not value]:
        raise ConfigError(f"OAuth needs {', '.join(needed)}; not set: {', '.join(missing)}")
    resource = oauth.Resource(str(url), _address(str(issuer), _ISSUER), tuple(scopes))
    address = _address(str(jwks_url), _JWKS_URL)
    return oauth.JwtCheck(resource, jwks.SigningKeys(address, fetch or jwks.fetch, monotonic))


def _address(value: str, name: str) -> str:
    """Return an address that may be trusted with who enters: https, or of this machine."""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
        # Its own words repeat a port it cannot read.
        is_sound = bool(host) and parts.port != 0 and "@" not in parts.netloc and not parts.fragment
    except ValueError:
        is_sound, host = False, ""
    if not is_sound or not (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    ):
        raise ConfigError(
            f"{name}: must be an https address without credentials; plain http on this machine only"
        )
    return value
