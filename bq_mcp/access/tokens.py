"""Bearer tokens of this server: one line each, which holds a hash and never the token.

    NAME sha256:HEX [expires=2027-01-31] [toolsets=vol,flow] [calls=60]

`expires` is the last day it is good (UTC), `calls` are those of a minute.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..errors import ConfigError
from .model import AccessError

PREFIX = "bqm_"
_RANDOM_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@\-]{0,63}")
# What other callers are called.
_TAKEN = re.compile(r"local|operator|callers|key-[0-9a-f]{8}", re.IGNORECASE)
_HASH = re.compile(r"sha256:([0-9A-Fa-f]{64})")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TOOLSETS = re.compile(r"[a-z0-9_\-]+(,[a-z0-9_\-]+)*")
_CALLS = re.compile(r"[1-9][0-9]{0,5}")
_MOST_FAULTS = 5


@dataclass(frozen=True, slots=True)
class Token:
    """One line: the hash of a token, and what it allows."""

    name: str
    sha256: str = field(repr=False)
    expires: date | None = None
    toolsets: tuple[str, ...] = ()
    calls: int | None = None

    def line(self) -> str:
        """Return the line that is read as this."""
        options = {
            "expires": self.expires and self.expires.isoformat(),
            "toolsets": ",".join(self.toolsets),
            "calls": self.calls,
        }
        words = [f"{name}={value}" for name, value in options.items() if value]
        return " ".join([self.name, f"sha256:{self.sha256}", *words])


Tokens = Mapping[str, Token]
"""Tokens by their hash."""


def make_token() -> str:
    """Return a new token."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_of(token: str) -> str:
    """Return the hash under which a token is kept; it is too random to be guessed from it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def parse_token(line: str) -> Token:
    """Return what one line says.

    Raises:
        ValueError: it is none; the words repeat nothing of it, for it may hold a token itself.
    """
    words = line.split()
    name, hashed = [*words, "", ""][:2]
    if name.startswith(PREFIX):
        raise ValueError("holds a token; it needs the line that bq-mcp token new wrote with it")
    if not _NAME.fullmatch(name) or _TAKEN.fullmatch(name):
        raise ValueError(
            "a name has up to 64 letters, digits and . _ @ -, and is not local, operator, callers "
            "or like key-1a2b3c4d"
        )
    found = _HASH.fullmatch(hashed)
    if found is None:
        raise ValueError("after the name comes sha256: and 64 hex digits")
    given = dict(option.partition("=")[::2] for option in words[2:])
    if len(given) < len(words[2:]) or not given.keys() <= {"expires", "toolsets", "calls"}:
        raise ValueError("after the hash come expires=, toolsets= and calls= only, each once")
    return Token(
        name,
        found[1].lower(),
        _day(given["expires"]) if "expires" in given else None,
        _toolsets(given["toolsets"]) if "toolsets" in given else (),
        _calls(given["calls"]) if "calls" in given else None,
    )


def parse_tokens(text: str, label: str) -> Tokens:
    """Return the tokens of all lines; those that are empty or begin with # are none.

    Raises:
        ConfigError: names the wrong lines by their numbers.
    """
    tokens: dict[str, Token] = {}
    names: set[str] = set()
    faults = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            token = parse_token(line)
            if token.sha256 in tokens or token.name in names:
                raise ValueError("its name or hash stands in a line above")
            tokens[token.sha256] = token
            names.add(token.name)
        except ValueError as exc:
            faults.append(f"line {number}: {exc}")
    if faults:
        raise ConfigError(f"{label}: {'; '.join(faults[:_MOST_FAULTS])}")
    return tokens


class TokenBook:
    """The tokens of several places, as they are at this moment; `today` gives the UTC date."""

    def __init__(self, places: list[Callable[[], Tokens]], today: Callable[[], date]) -> None:
        self._places = places
        self._today = today

    def names(self) -> set[str]:
        """Return the names of all tokens, expired ones included."""
        return {token.name for place in self._places for token in place().values()}

    def find(self, presented: str) -> Token | None:
        """Return the token that was presented, None for one that is not ours.

        Raises:
            AccessError: it has expired.
        """
        hashed = hash_of(presented)
        token = next((found for place in self._places if (found := place().get(hashed))), None)
        if token and token.expires and self._today() > token.expires:
            words = f"the token {token.name} expired on {token.expires}: ask for a new one"
            raise AccessError(401, "invalid_token", words)
        return token


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("expires= is a day like 2027-01-31")


def _toolsets(text: str) -> tuple[str, ...]:
    if not _TOOLSETS.fullmatch(text):
        raise ValueError("toolsets= is a comma list of toolsets like vol,flow")
    return tuple(text.split(","))


def _calls(text: str) -> int:
    if not _CALLS.fullmatch(text):
        raise ValueError("calls= is a number of calls a minute from 1 to 999999")
    return int(text)
