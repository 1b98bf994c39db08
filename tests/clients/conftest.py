"""All tests of one environment go to the same worker, which then starts each client once.

The groups of pytest-xdist 3.8 are not seen by pytest 9.2.
"""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from .environments import CLIENTS


class _ByEnvironment(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    def _split_scope(self, nodeid: str) -> str:
        names = (client.environment.name for client in CLIENTS if f"[{client.id}-" in nodeid)
        return next(names, super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    return _ByEnvironment(config, log)
