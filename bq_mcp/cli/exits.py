"""What a command prints, and how it ends when it cannot go on."""

import sys
from io import TextIOWrapper
from typing import NoReturn

import typer

from ..text import redact


class UsageFault(ValueError):
    """The command line cannot be carried out as written."""


def write_utf8() -> None:
    """Print in UTF-8 whatever this machine's code page is; answers have `·` and `σ` in them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What came in with broken bytes, as a file's name, is printed as escapes.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print `text` without secrets, on standard error if `err`; the only way a command prints."""
    typer.echo(redact(text), err=err, nl=nl)


def show_public_key(line: str) -> None:
    """Print a line on standard error whose key is no secret, though it looks like one."""
    typer.echo(line, file=sys.__stderr__)


def show_secret(secret: str) -> None:
    """Print a new secret on standard output, where its owner asked for it."""
    typer.echo(secret)


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Print one line on standard error and exit."""
    say(f"bq-mcp: {message}", err=True)
    sys.exit(code)
