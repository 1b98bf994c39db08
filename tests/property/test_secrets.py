"""The configured key, whatever it looks like and however upstream sends it back, is found nowhere.

Each error path is one call whose reply, or whose failure, holds the key; see `leaks`.
"""

import io
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import anyio
import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from pydantic import BaseModel

from bq_mcp.cli.exits import say
from bq_mcp.cli.inspect import listing
from bq_mcp.client.lanes import Lanes
from bq_mcp.client.transport import HttpTransport
from bq_mcp.compose import bundled_snapshot
from bq_mcp.logs import Log, redact_stderr, set_level
from bq_mcp.server import build_server
from bq_mcp.text import MASK
from bq_mcp.views import render_instructions

from ..spans import kept_spans
from ..support import BASE_URL, Bench, Upstream, bench
from ..unit.client.steering import FakeTime
from .leaks import Leak, key_of

PATHS_A_KEY = 20
# As the next refresh comes, and when nothing kept is of use any more.
PAUSES_S = (40.0, 100_000.0)
KINDS = {
    *("api", "argument", "blocked", "burst_limit", "certificate", "forbidden", "invalid_request"),
    *("malformed", "no_data", "proxy", "stale", "timeout", "transport", "unknown_route"),
    *("unreachable", "upstream_fault", "upstream_unavailable"),
}
snapshot = cache(bundled_snapshot)
_log = Log(__name__)


class Wire(HttpTransport):
    """The transport with another wire: whatever the leak of the moment says."""

    leak: Leak

    async def _made(self, app: Any) -> Lanes[httpx.AsyncBaseTransport]:
        return Lanes([httpx.MockTransport(lambda request: self.leak.respond(request))])


@contextmanager
def captured() -> Iterator[io.StringIO]:
    """Give all that is written to standard error, by us and by the SDK."""
    said = io.StringIO()
    sdk = logging.getLogger("mcp")
    handler = logging.lastResort
    assert handler is not None
    with redirect_stderr(said):
        redact_stderr()
        set_level("debug")
        # What writes where nobody has set up logging, as in the real process.
        sdk.addHandler(handler)
        sdk.propagate = False
        yield said
    sdk.removeHandler(handler)
    sdk.propagate = True
    set_level("warning")


def texts(value: object) -> Iterator[str]:
    """Yield every text in a value, names and figures too."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield str(name)
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    else:
        yield str(value)


async def ask(client: Client, leak: Leak) -> list[object]:
    """Return all that a client is told on one error path."""
    told: list[object] = []
    for name, arguments in leak.calls():
        try:
            told.append(await client.call_tool(name, arguments))
        except MCPError as error:
            told.append(error.error)
    try:
        told.append(await client.read_resource(f"bq://levels/{leak.key}"))
    except MCPError as error:
        told.append(error.error)
    return told


def write_logs(leak: Leak) -> None:
    """Log the key in the ways that this process and what it uses have."""
    logging.getLogger("mcp").error("as the SDK might: %s", leak.text)
    try:
        raise leak.rng.choice(leak.exceptions())
    except Exception:
        _log.exception("of our own", field=leak.text, other={leak.key: leak.text})
        logging.getLogger("mcp").exception(leak.key)
    sys.stderr.write(f"Warning: {leak.text} {leak.key}\n")


async def session(parts: Bench, wire: Wire, time: FakeTime, leaks: list[Leak]) -> list[object]:
    """Return all that is told in one session, and what `tools --json` would list."""
    server = build_server(
        parts.toolbox,
        version="0",
        instructions=render_instructions,
        parts=parts,
        client=parts.client,
        clock=parts.clock,
        warm=wire.warm,
    )
    told: list[object] = []

    async def hear(message: object) -> None:
        told.append(message)

    mode = leaks[0].rng.choice(("auto", "legacy"))
    async with Client(server, mode=mode, message_handler=hear) as client:
        await parts.toolbox.keeper.refresh()
        told.append(await client.list_tools())
        for leak in leaks:
            wire.leak = leak
            time.advance(leak.rng.choice(PAUSES_S))
            told += await ask(client, leak)
            write_logs(leak)
    return told


def play(
    number: int, folder: Path, capsys: pytest.CaptureFixture[str], *, mask: bool = True
) -> str:
    """Return all that leaves on the error paths of one key, and its spellings must not be in."""
    key = key_of(number)
    MASK.clear()
    if mask:
        MASK.add(key)
    rng, time = Random(f"leaks {number}"), FakeTime()
    leaks = [Leak(key, rng) for _ in range(PATHS_A_KEY)]
    wire = Wire(BASE_URL, key=key, user_agent="test", phase_timeout=5.0)
    wire.leak = leaks[0]
    spans = kept_spans()
    with captured() as stderr:
        parts = bench(
            Upstream(), folder=folder, key=key, snapshot=snapshot, clock=time.clock, transport=wire
        )
        told = anyio.run(session, parts, wire, time, leaks)
        for tool in parts.toolbox.inventory.tools.values():
            say(json.dumps(listing(tool), ensure_ascii=False))
        for leak in leaks:
            say(f"{leak.text} {key}")
    stored = [file.read_text("utf-8") for file in folder.rglob("*.json")]
    # The client of this test traces what it sends.
    traced = [line for line in spans.said if "MCP send " not in line[:20]]
    assert len(traced) >= 2 * PATHS_A_KEY and len(stored) == 1
    left = (*texts(told), *traced, *stored, stderr.getvalue(), capsys.readouterr().out)
    return "\n".join(left).lower()


def assert_found_nowhere(key: str, left: str) -> None:
    for spelling in (key, json.dumps(key)[1:-1], quote(key, safe=""), key.encode().hex()):
        place = left.find(spelling.lower())
        assert place < 0, left[max(place - 100, 0) : place + 100]


def check(first: int, keys: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told: set[str] = set()
    for number in range(first, first + keys):
        left = play(number, folder / str(number), capsys)
        assert_found_nowhere(key_of(number), left)
        told.update(left.split("\n"))
    # Each on a line of its own, as `_meta` has it.
    assert told >= KINDS


def test_three_hundred_error_paths_tell_the_key_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check(0, 300 // PATHS_A_KEY, tmp_path, capsys)


@pytest.mark.sweep
@pytest.mark.parametrize("tenth", range(10))
def test_ten_thousand_error_paths_tell_the_key_nowhere(
    tenth: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = 1_000 // PATHS_A_KEY
    check(1_000 + tenth * keys, keys, tmp_path, capsys)


def test_without_the_mask_the_key_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = key_of(2)
    assert key.lower() in play(2, tmp_path, capsys, mask=False)
