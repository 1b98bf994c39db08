"""Start over stdio to `tools/list` answered, beside a bare SDK server in the same run.

*compiled*: every start but the first one after an installation; *uncompiled*: that first one, where
the installer leaves compiling to Python.
"""

import os
import statistics
import time
from pathlib import Path

import pytest

from .wire import Child

ROUNDS = 21
DEAD_URL = "http://127.0.0.1:9"
pytestmark = pytest.mark.bench


def start_to_list(args: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Return milliseconds from spawn to the answered list, and MiB held then."""
    child = Child(args, env)
    try:
        child.handshake()
        listed = child.request("tools/list")
        took = (time.perf_counter() - child.started) * 1000
        assert len(listed["tools"]) >= 62
        return took, child.resident_mib()
    finally:
        child.close()


@pytest.mark.parametrize("state", ["compiled", "uncompiled"])
def test_startup_beside_a_bare_server(state: str, tmp_path: Path) -> None:
    # A dead loopback port and a copy on disk: the list is answered without upstream.
    env = {
        **os.environ,
        "BACKQUANT_BASE_URL": "http://127.0.0.1:9",
        "BACKQUANT_CACHE_DIR": str(tmp_path),
    }
    store_copy(tmp_path)
    candidates = {
        "bare SDK server + httpx": [str(Path(__file__).with_name("bare_server.py"))],
        "bq-mcp serve": ["-m", "bq_mcp", "serve"],
        "bq-mcp serve --sandbox": ["-m", "bq_mcp", "serve", "--sandbox"],
    }
    times: dict[str, list[float]] = {name: [] for name in candidates}
    memory: dict[str, float] = {}
    for turn in range(ROUNDS):
        for name, args in candidates.items():
            if state == "uncompiled":
                env["PYTHONPYCACHEPREFIX"] = str(tmp_path / f"{turn} {name}")
            took, memory[name] = start_to_list(args, env)
            times[name].append(took)
    print(f"\n{state}")
    floor = statistics.median(times["bare SDK server + httpx"])
    for name, taken in times.items():
        median = statistics.median(taken)
        print(
            f"{name:26} median {median:6.0f} ms  best {min(taken):6.0f} ms  "
            f"x{median / floor:.2f}  {memory[name]:.0f} MiB"
        )


def store_copy(folder: Path) -> None:
    """Put the bundled catalog where a copy of the dead base URL is looked for."""
    from bq_mcp.catalog import DiskCopy
    from bq_mcp.compose import bundled_snapshot

    DiskCopy(folder, DEAD_URL).save(bundled_snapshot())
