"""`bq-mcp token`."""

import os
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ..access.tokens import Token, hash_of, make_token, parse_token, parse_tokens
from ..catalog import bundled_hints
from ..composites import bundled_composites
from ..errors import reason_of
from ..tools.selection import known_toolsets
from .exits import UsageFault, say, show_secret

_DAYS = re.compile(r"([1-9]\d{0,3})d?")
_MOST_DAYS = 3650
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)


def new_token(
    name: str,
    *,
    expires: str | None,
    toolsets: str | None,
    calls: int | None,
    file: Path | None,
) -> None:
    """Print a new token on standard output, and its line on standard error or into `file`.

    Raises:
        UsageFault: an option makes no line, or the file has this name already or cannot be written.
        ConfigError: the file has lines that are none.
    """
    if len(f"{name}{toolsets or ''}".replace(", ", ",").split()) != 1:
        raise UsageFault("token new: NAME is one word, and --toolsets a comma list")
    secret = make_token()
    token = Token(
        name,
        hash_of(secret),
        _day(expires) if expires else None,
        tuple(part.strip() for part in toolsets.split(",")) if toolsets else (),
        calls,
    )
    try:
        # The rules are those of who reads the line.
        line = parse_token(token.line()).line()
    except ValueError as exc:
        raise UsageFault(f"token new: {exc}") from None
    _check_toolsets(token.toolsets)
    if file:
        _append(line, token.name, file)
    show_secret(secret)
    if file:
        say(f"# added {name} to {file}; the token is not shown again", err=True)
    else:
        say("# one line of BACKQUANT_HTTP_TOKENS_FILE; the token is not shown again", err=True)
        say(line, err=True)


def _check_toolsets(toolsets: Iterable[str]) -> None:
    hints = [*bundled_hints().values(), *(one.hint for one in bundled_composites().values())]
    if unknown := {*toolsets} - known_toolsets(hints):
        raise UsageFault(f"token new: no toolset {', '.join(sorted(unknown))}; see docs/choices.md")


def _day(text: str) -> date:
    today = datetime.now(UTC).date()
    days = _DAYS.fullmatch(text)
    try:
        day = today + timedelta(int(days[1])) if days else date.fromisoformat(text)
    except ValueError:
        raise UsageFault("--expires is a day like 2027-01-31, or a number of days") from None
    if not today <= day <= today + timedelta(_MOST_DAYS):
        raise UsageFault("--expires is a day from today on, and within ten years")
    return day


def _append(line: str, name: str, file: Path) -> None:
    """Add a line to a file, which only its owner may read where it is new."""
    try:
        with open(os.open(file, _FLAGS, 0o600), "r+b") as there:
            text = there.read().decode("utf-8-sig")
            if any(token.name == name for token in parse_tokens(text, str(file)).values()):
                raise UsageFault(f"{file} has a token {name} already: remove its line first")
            gap = "\n" if text and not text.endswith("\n") else ""
            there.write(f"{gap}{line}\n".encode())
    except FileNotFoundError:
        raise UsageFault(f"{file}: there is no folder {file.parent}; make it first") from None
    except (OSError, UnicodeError) as exc:
        raise UsageFault(f"{file}: cannot be written: {reason_of(exc)}") from None
