"""`bq-mcp sandbox`."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .console import require_sandbox
from .exits import UsageFault, fail, say, show_public_key

if TYPE_CHECKING:
    from ..sandbox.faults import Schedule
    from ..sandbox.market import Scenario

_HOST = "127.0.0.1"


def run_sandbox(
    *,
    port: int,
    seed: int,
    clock: str | None,
    plan: str,
    scenario: str,
    faults: Path | None,
    shapes: int,
) -> None:
    """Serve the sandbox on loopback until a signal arrives.

    Raises:
        UsageFault: the clock, the scenario or the schedule of faults makes no sense.
    """
    start = read_start(clock)
    require_sandbox()
    from ..sandbox.access import SANDBOX_KEY
    from ..sandbox.faults import NO_FAULTS
    from ..sandbox.http_server import run
    from ..sandbox.wall_clock import shifted_clock, system_clock

    now = datetime.now(UTC)
    plot, start = read_scenario(scenario, start, now)
    schedule = read_faults(faults, plan) if faults else NO_FAULTS
    say("simulated data only; point a client at it with", err=True)
    say(f"  BACKQUANT_BASE_URL=http://{_HOST}:{port or 'PORT'}", err=True)
    show_public_key(f"  BACKQUANT_API_KEY={SANDBOX_KEY}")
    ticking = shifted_clock(start, time.monotonic) if start else system_clock(time.time)
    try:
        run(
            _HOST,
            port,
            seed=seed,
            clock=ticking,
            plan=plan,
            faults=schedule,
            scenario=plot,
            shapes=shapes,
        )
    except OSError as exc:
        fail(f"port {port} cannot be used: {exc.strerror}")


def read_scenario(
    text: str, start: datetime | None, now: datetime
) -> tuple["Scenario", datetime | None]:
    """Return the scenario of `NAME[@ISO]`, and where the clock starts; None leaves it alone.

    Without an instant the scenario has begun long enough ago to show. Those that only some days can
    show move a clock that was not set (`start` is None) from `now` back to the last such day.

    Raises:
        UsageFault: no scenario has the name, or what follows it is no instant.
    """
    from ..sandbox.market.scenario import scenario_at, stage_clock, staged

    name, _, at = text.partition("@")
    try:
        if at:
            return scenario_at(name, _instant(at, f"--scenario {text!r}")), start
        shown = start or stage_clock(name, now)
        return staged(name, shown), (start if shown == now else shown)
    except ValueError as exc:
        raise UsageFault(f"--scenario {text!r}: {exc}") from None


def read_faults(file: Path, plan: str) -> "Schedule":
    """Return the schedule in a file.

    Raises:
        UsageFault: the file cannot be read, or holds no schedule that can happen on this plan.
    """
    from ..sandbox.faults_file import read_schedule
    from ..sandbox.plans import PLANS
    from ..sandbox.service_faults import check_schedule

    try:
        schedule = read_schedule(file.read_text("utf-8"))
        check_schedule(schedule, PLANS[plan])
    except OSError as exc:
        raise UsageFault(f"--faults {file} cannot be read: {exc.strerror}") from None
    except ValueError as exc:
        raise UsageFault(f"--faults {file}: {exc}") from None
    return schedule


def read_start(clock: str | None) -> datetime | None:
    """Return the instant the clock starts at; text without a zone is UTC.

    Raises:
        UsageFault: the text is no ISO 8601 instant.
    """
    return None if clock is None else _instant(clock, f"--clock {clock!r}")


def _instant(text: str, option: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageFault(f"{option}: no instant like 2026-11-20T14:30:00Z") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
