"""`bq-mcp sandbox`."""

import time
from datetime import UTC, datetime

import typer

from .console import require_sandbox
from .exits import UsageFault, fail

_HOST = "127.0.0.1"
_PLAN = "pro"


def run_sandbox(*, port: int, seed: int, clock: str | None) -> None:
    """Serve the sandbox on loopback until a signal arrives."""
    start = read_start(clock)
    require_sandbox()
    from ..sandbox.access import SANDBOX_KEY
    from ..sandbox.clock import real_clock, shifted_clock
    from ..sandbox.serve import run

    typer.echo("simulated data only; point a client at it with", err=True)
    typer.echo(f"  BACKQUANT_BASE_URL=http://{_HOST}:{port or 'PORT'}", err=True)
    typer.echo(f"  BACKQUANT_API_KEY={SANDBOX_KEY}", err=True)
    ticking = shifted_clock(start, time.monotonic) if start else real_clock(time.time)
    try:
        run(_HOST, port, seed=seed, clock=ticking, plan=_PLAN)
    except OSError as exc:
        fail(f"port {port} cannot be used: {exc.strerror}")


def read_start(clock: str | None) -> datetime | None:
    """Return the instant the clock starts at; text without a zone is UTC.

    Raises:
        UsageFault: the text is no ISO 8601 instant.
    """
    if clock is None:
        return None
    try:
        start = datetime.fromisoformat(clock)
    except ValueError:
        raise UsageFault(f"--clock {clock!r} is no instant like 2026-11-20T14:30:00Z") from None
    return start if start.tzinfo else start.replace(tzinfo=UTC)
