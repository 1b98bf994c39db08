"""Settings, read from the environment once at the start."""

import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from .api_key import is_placeholder, placeholder_words, read_key
from .errors import ConfigError, reason_of
from .text import redact

DEFAULT_BASE_URL = "https://api.backquant.com"
PREFIX = "BACKQUANT_"
_KEY_FILE_BYTES = 4_096
_BEYOND_DEADLINE_S = 5.0
_NO_ADDRESS = "must be an address like https://api.backquant.com"
_HOST = re.compile(r"[A-Za-z0-9._:\-]+")
_FOLDER = re.compile(r"[A-Za-z0-9._~%/\-]*")


def _base_url(value: object) -> str:
    """Return scheme, host, port and folder of an address, without the version prefix."""
    try:
        parts = urlsplit(str(value).strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        # Its own words repeat the part it cannot read, which may be a password.
        raise ValueError(_NO_ADDRESS) from None
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or port == 0:
        raise ValueError(_NO_ADDRESS)
    if "@" in str(value) or parts.query or parts.fragment:
        raise ValueError("must hold no credentials, query or fragment")
    if not _FOLDER.fullmatch(parts.path):
        raise ValueError(_NO_ADDRESS)
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("plain http is allowed on this machine only (127.0.0.1); use https")
    path = parts.path.rstrip("/").removesuffix("/v2").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _api_key(value: object) -> object:
    """Return the key alone, or the placeholder that stands in its place."""
    return read_key(value) if isinstance(value, str) else value


def path_of(value: object) -> object:
    """Return a folder with `~` in front replaced by the home folder."""
    if not isinstance(value, str | Path):
        return value
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise ValueError("begins with ~, but the home folder is not known") from None


def _names(value: object) -> object:
    """Return the names in a comma list."""
    if not isinstance(value, str):
        return value
    return tuple(name for part in value.split(",") if (name := part.strip().lower()))


Model = TypeVar("Model", bound=BaseModel)
Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
_LEVELS = {"warn": "warning", "critical": "error", "fatal": "error", "trace": "debug"}


def lower_case(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _log_level(value: object) -> object:
    """Return a level as this program calls it, from any case and the usual other names."""
    name = lower_case(value)
    return _LEVELS.get(name, name) if isinstance(name, str) else name


class Settings(BaseModel):
    """What can be set from outside; every name below stands after `BACKQUANT_` in the environment.

    `deadline_seconds` bounds one call as a whole, waits and retries included. `patience_seconds` is
    the longest silent wait for the next minute's calls; a longer one is an error. An answer more
    than `stale_cadences` refreshes overdue is not given when upstream fails. `api_key_file` holds
    the key where `api_key` has none. Of the tools those of `toolsets` and `tools` are offered, all
    where both are empty, but never one of `exclude_tools`; in the mode `search` three tools lead to
    them.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    api_key: Annotated[SecretStr | None, BeforeValidator(_api_key)] = None
    api_key_file: Annotated[Path | None, BeforeValidator(path_of)] = None
    base_url: Annotated[str, BeforeValidator(_base_url)] = DEFAULT_BASE_URL
    deadline_seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    patience_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0
    stale_cadences: Annotated[int, Field(ge=0, le=1000)] = 20
    cache_megabytes: Annotated[int, Field(ge=1, le=4096)] = 64
    cache_dir: Annotated[Path | None, BeforeValidator(path_of)] = None
    toolsets: Names = ()
    tools: Names = ()
    exclude_tools: Names = ()
    mode: Annotated[Literal["tools", "search"], BeforeValidator(lower_case)] = "tools"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], BeforeValidator(_log_level)
    ] = "warning"
    log_format: Annotated[Literal["text", "json"], BeforeValidator(lower_case)] = "text"

    @property
    def longest_answer_seconds(self) -> float:
        """How long an answer may take with all that comes after its call: rendering, writing."""
        return self.deadline_seconds + _BEYOND_DEADLINE_S

    def key(self) -> str | None:
        """Return the key itself; only the transport may ask for it."""
        given = self.api_key.get_secret_value() if self.api_key else None
        return None if given is None or is_placeholder(given) else given

    def why_no_key(self) -> str:
        """Return in words why there is no key to send."""
        given = self.api_key.get_secret_value() if self.api_key else ""
        return placeholder_words(given) if given else "no API key is set"


def load_settings(**overrides: object) -> Settings:
    """Return the settings of the environment, `overrides` first.

    Raises:
        ConfigError: a value cannot be used; the message names the variable, never the value.
    """
    settings = read_environment(Settings, overrides)
    if settings.key() is None and settings.api_key_file:
        given = {"api_key": text_of(settings.api_key_file, "API_KEY_FILE")}
        settings = read_environment(Settings, {**overrides, **given})
    return settings


def read_environment(model: type[Model], overrides: Mapping[str, object]) -> Model:
    """Return what the environment sets of a model's fields, `overrides` first.

    Raises:
        ConfigError: a value cannot be used; the message names the variable, never the value.
    """
    try:
        return model.model_validate({**_environment(model.model_fields), **overrides})
    except ValidationError as exc:
        faults = [f"{PREFIX}{str(e['loc'][0]).upper()}: {_words(e['msg'])}" for e in exc.errors()]
        raise ConfigError("; ".join(faults)) from None


def text_of(path: Path, name: str) -> str:
    """Return what a key file holds.

    Raises:
        ConfigError: it cannot be read, or holds something else than one key.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_KEY_FILE_BYTES).decode("utf-8-sig").strip()
    except (OSError, ValueError) as exc:
        raise ConfigError(f"{PREFIX}{name}: cannot be read: {reason_of(exc)}") from None
    if not text or "\n" in text:
        raise ConfigError(f"{PREFIX}{name}: must hold the key alone, on one line")
    return text


def _environment(fields: Iterable[str]) -> dict[str, str]:
    """Return what the environment sets, by field; names of variables are read in any case."""
    # Client configurations pass an empty text for what their user left blank.
    given = {name.upper(): value for name, value in os.environ.items() if value.strip()}
    names = {name: PREFIX + name.upper() for name in fields}
    found = {name: given[variable] for name, variable in names.items() if variable in given}
    # What stands around a key tells something of it.
    return {name: text if name == "api_key" else _bare(text) for name, text in found.items()}


def _bare(value: str) -> str:
    """Return a value without the blanks and quotes that a file of settings put around it."""
    bare = value.strip()
    is_quoted = len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'"
    return bare[1:-1] if is_quoted else bare


def _words(message: str) -> str:
    return redact(message.removeprefix("Value error, "))
