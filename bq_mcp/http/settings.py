"""Settings of the HTTP server, read from the environment once at the start."""

import os
import re
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from ..errors import ConfigError
from ..settings import PREFIX, Names, is_loopback, path_of, read_environment
from ..text import clean
from .paths import MCP_PATH

_NAME_LIMIT = 60
_OURS = ("http_", "oauth_")
_HOST = re.compile(r"[a-z0-9._-]+(:\d+)?|\[[0-9a-f:.]+\](:\d+)?")


def _public_url(value: object) -> str:
    """Return the address of the MCP endpoint as clients know it, without a slash at its end."""
    url = str(value).strip().rstrip("/")
    refusal = ValueError(f"must be an address like https://desk.example{MCP_PATH}")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        # Its own words repeat the part it cannot read, which may be a password.
        raise refusal from None
    is_plain = bool(host) and not ("@" in url or parts.query or parts.fragment)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not (is_plain and is_safe and parts.path.endswith(MCP_PATH)):
        raise refusal
    return url


def _scopes(value: object) -> object:
    """Return the scopes in a text, which may be separated by blanks or commas; case counts."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _hosts(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names that a Host header can have; others would never be met."""
    if not all(map(_HOST.fullmatch, names)):
        raise ValueError("must be a comma list of names like desk.example or desk.example:8443")
    return names


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    """Return origins as browsers send them."""
    parts = [origin.partition("://") for origin in origins]
    # Scheme of any kind: some clients are pages of a program, as vscode-webview://...
    if not all(scheme and _HOST.fullmatch(host) for scheme, _, host in parts):
        raise ValueError("must be a comma list of origins like https://chat.example, without paths")
    return origins


def _networks(proxies: tuple[str, ...]) -> tuple[str, ...]:
    """Return addresses and networks; what is neither would be believed by nobody."""
    try:
        return tuple(str(ip_network(proxy)) for proxy in proxies)
    except ValueError:
        words = "must be a comma list of addresses and networks like 172.31.87.0/28"
        raise ValueError(words) from None


class HttpSettings(BaseModel):
    """What can be set of the HTTP server; every name stands after `BACKQUANT_` in the environment.

    `http_url` is the public address of the MCP endpoint, and what tokens of OAuth are made for.
    `http_hosts` are further names under which clients reach it, `http_origins` the web pages that
    may call. `http_tokens` and `http_tokens_file` hold tokens, `http_keys_file` the keys to spend
    for tokens and subjects; with `http_pass_through` callers bring their own. `http_proxies` are
    the addresses of proxies that are believed about who calls. `http_calls` are the calls at once
    in all, `http_calls_each` those of one credential; `http_most_keys` are the keys kept at once,
    each with a store of its own.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    http_url: Annotated[str | None, BeforeValidator(_public_url)] = None
    http_hosts: Annotated[Names, AfterValidator(_hosts)] = ()
    http_origins: Annotated[Names, AfterValidator(_origins)] = ()
    http_tokens: SecretStr | None = None
    http_tokens_file: Annotated[Path | None, BeforeValidator(path_of)] = None
    http_pass_through: bool = False
    http_keys_file: Annotated[Path | None, BeforeValidator(path_of)] = None
    http_proxies: Annotated[Names, AfterValidator(_networks)] = ()
    http_calls: Annotated[int, Field(ge=1, le=10_000)] = 256
    http_calls_each: Annotated[int, Field(ge=1, le=10_000)] = 64
    http_most_keys: Annotated[int, Field(ge=1, le=1_000)] = 32
    oauth_issuer: str | None = None
    oauth_jwks_url: str | None = None
    oauth_scopes: Annotated[tuple[str, ...], BeforeValidator(_scopes)] = ()
    audit_arguments: bool = False
    metrics: str | None = None


def load_http_settings(**overrides: object) -> HttpSettings:
    """Return the settings of the environment, `overrides` first.

    Raises:
        ConfigError: a value cannot be used, or a name is that of no setting: a misspelt one could
            leave the server open.
    """
    for name in map(str.lower, os.environ):
        field = name.removeprefix(PREFIX.lower())
        if field != name and field.startswith(_OURS) and field not in HttpSettings.model_fields:
            near = get_close_matches(field, HttpSettings.model_fields, n=1)
            closest = f", closest: {PREFIX}{near[0].upper()}" if near else ""
            raise ConfigError(f"no setting {clean(name.upper(), _NAME_LIMIT)}{closest}")
    return read_environment(HttpSettings, overrides)
