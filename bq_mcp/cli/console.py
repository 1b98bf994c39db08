"""What all commands share: the service, the sandbox, the event loop."""

import importlib.util
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import anyio.to_thread

from ..compose import InProcess, Service, compose
from ..errors import ConfigError
from ..logs import set_format, set_level
from ..settings import Settings, load_settings

REMOTE_WAIT_S = 10.0
_SANDBOX_MODULES = ("fastapi", "numpy", "scipy", "starlette", "uvicorn")


def open_service(*, sandbox: bool, **options: str | None) -> Service:
    """Return the service of the environment's settings, over which `options` win where given.

    Raises:
        ConfigError: a setting is wrong, or the sandbox is not installed.
    """
    settings = load_settings(**chosen(options))
    set_up_logs(settings)
    return compose(settings, sandbox=in_process() if sandbox else None)


def set_up_logs(settings: Settings) -> None:
    """Log as the settings say."""
    set_level(settings.log_level)
    set_format(settings.log_format)


def chosen(options: Mapping[str, str | None]) -> dict[str, str]:
    """Return the options that were given."""
    return {name: text for name, text in options.items() if text is not None}


def in_process() -> InProcess:
    """Return the sandbox of this process; it is imported in a worker thread when first needed."""
    require_sandbox()
    from ..sandbox.access import SANDBOX_KEY

    async def load() -> Any:
        return await anyio.to_thread.run_sync(_make_app)

    return InProcess(load, SANDBOX_KEY)


def require_sandbox() -> None:
    """Raise ConfigError where the sandbox's packages are not installed."""
    missing = [name for name in _SANDBOX_MODULES if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"the sandbox needs {', '.join(missing)}: install bq-mcp with its sandbox extra"
        )


def _make_app() -> Any:
    from ..sandbox.app import create_app
    from ..sandbox.wall_clock import system_clock

    return create_app(clock=system_clock(time.time))


def run(function: Any, *args: Any, **kwargs: Any) -> Any:
    """Run an async function to its end."""
    return anyio.run(partial(function, *args, **kwargs))
