"""How a command ends when it cannot go on."""

import sys
from typing import NoReturn

import typer


class UsageFault(ValueError):
    """The command line cannot be carried out as written."""


def fail(message: str, *, code: int = 1) -> NoReturn:
    """Print one line on standard error and exit."""
    typer.echo(f"bq-mcp: {message}", err=True)
    sys.exit(code)
