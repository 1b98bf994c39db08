"""Other people's clients, each as a program of its own, against a real server process.

Over stdio the client starts it, over HTTP it listens on loopback.

The server's upstream is the sandbox over HTTP: one route has no data, another needs longer than
the shortest default patience of these clients.
"""

import hashlib
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bq_mcp.catalog import SNAPSHOT
from bq_mcp.composites import bundled_composites
from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.faults import Fault, Schedule
from bq_mcp.sandbox.http_server import serving
from bq_mcp.workflows import book

from ..e2e.http_server import http_server
from ..e2e.talk import SERVE
from . import page
from .environments import CLIENTS, Client, require

pytestmark = pytest.mark.clients

SLOW_ROUTE = "/options/iv/term-structure"
SLOW_S = 6.0
EMPTY_ROUTE = "/market/funding"
# About an instant that is over: a question asked again is answered from memory.
SLOW = ["options_iv_term_structure", {"symbol": "BTC", "as_of": "2026-10-01T12:00:00Z"}]
CALLS = {
    "good": ["gex_levels", {"symbol": "ETH", "detail": "brief"}],
    "bad": ["gex_levels", {"symbl": "ETHUSDT"}],
    "nothing": ["market_funding", {"symbol": "BTC"}],
    "slow": SLOW,
    "again": SLOW,
}
TRANSPORTS = ("stdio", "HTTP")
TOKEN = "bqm_" + "t" * 43
ENDPOINTS = json.loads(SNAPSHOT.read_text("utf-8"))["endpoints"]
PATIENCE_S = 180
Found = dict[str, Any]


class Choice(NamedTuple):
    """Tools on offer: by settings over stdio, by the end of the address over HTTP."""

    settings: dict[str, str]
    path: str
    calls: dict[str, list[Any]]


EVERY = Choice({}, "", CALLS)
# Fewer, or three that lead to all.
CHOICES = {
    "core": Choice({"BACKQUANT_TOOLSETS": "core"}, "/x/core", {"good": CALLS["good"]}),
    "search": Choice(
        {"BACKQUANT_MODE": "search"},
        "/search",
        {
            "good": [
                "call_tool",
                {"tool": "gex_levels", "arguments": '{"symbol": "ETH", "detail": "brief"}'},
            ]
        },
    ),
}


class Trial(NamedTuple):
    """A client over one transport: one parameter, so that all tests of it come together."""

    client: Client
    transport: str


TRIALS = {
    f"{c.id}-{transport}": Trial(c, transport) for c, transport in product(CLIENTS, TRANSPORTS)
}


@pytest.fixture(scope="module", params=TRIALS.values(), ids=list(TRIALS))
def trial(request: pytest.FixtureRequest) -> Trial:
    one: Trial = request.param
    require(one.client.environment)
    return one


@pytest.fixture(scope="module")
def found(trial: Trial, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Return what the client's program reports; `asked` counts requests to the slow route."""
    asked: Counter[str] = Counter()
    faults = (Fault("slow_first_byte", SLOW_ROUTE, seconds=SLOW_S), Fault("http_404", EMPTY_ROUTE))
    app = create_app(clock=lambda: datetime.now(UTC), faults=Schedule(*faults))

    @app.middleware("http")
    async def count(request: Request, call_next: Any) -> Response:
        asked[request.url.path.removeprefix("/v2")] += 1
        response: Response = await call_next(request)
        return response

    with serving(app) as upstream:
        report = run(trial, EVERY, upstream, tmp_path_factory)
    return report | {"asked": asked[SLOW_ROUTE]}


@pytest.fixture(params=CHOICES)
def chosen(
    request: pytest.FixtureRequest, trial: Trial, tmp_path_factory: pytest.TempPathFactory
) -> Found:
    """Return what the client's program reports where other tools are on offer."""
    with serving(create_app(clock=lambda: datetime.now(UTC))) as upstream:
        return run(trial, CHOICES[request.param], upstream, tmp_path_factory)


def run(trial: Trial, choice: Choice, upstream: str, folders: pytest.TempPathFactory) -> Found:
    """Return what the client's program reports, and what it says on standard error."""
    client, transport = trial
    home = folders.mktemp("home")
    with offered(choice, transport, upstream, folders.mktemp("cache")) as server:
        task = {**server, "mode": client.mode, "calls": choice.calls}
        done = subprocess.run(
            [*client.environment.command(client.program), json.dumps(task)],
            env={"PATH": os.environ["PATH"], "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
        )
    assert done.returncode == 0, done.stderr
    report: Found = json.loads(done.stdout.splitlines()[-1])
    return report | {"stderr": done.stderr}


@contextmanager
def offered(choice: Choice, transport: str, upstream: str, folder: Path) -> Iterator[Found]:
    """Yield what a program needs to know of a server: over HTTP it runs, and takes a token."""
    settings = {"BACKQUANT_BASE_URL": upstream, "BACKQUANT_API_KEY": SANDBOX_KEY}
    if transport == "stdio":
        env = {**settings, "BACKQUANT_CACHE_DIR": str(folder), **choice.settings}
        yield {"command": SERVE, "env": env}
        return
    tokens = f"desk sha256:{hashlib.sha256(TOKEN.encode()).hexdigest()}"
    with http_server(folder=folder, BACKQUANT_HTTP_TOKENS=tokens, **settings) as running:
        yield {"url": running.mcp + choice.path, "headers": {"Authorization": f"Bearer {TOKEN}"}}
        assert running.complaints() == []


def test_no_warning_is_written_to_standard_error(trial: Trial, found: Found) -> None:
    lines = found["stderr"].splitlines()
    assert [line for line in lines if not line.startswith(trial.client.says)] == []


def test_it_lists_every_tool(found: Found) -> None:
    assert len(set(found["tools"])) == len(ENDPOINTS) + len(bundled_composites())


def test_it_converts_every_tool(trial: Trial, found: Found) -> None:
    if trial.client.format is None:
        assert "converted" not in found
    else:
        assert found.get("complaints", []) == []
        assert sorted(found["converted"]) == sorted(found["tools"])


def test_prompts_resources_and_templates_are_lists_and_a_resource_is_read(found: Found) -> None:
    lists = found["lists"]
    assert all(isinstance(count, int) for count in lists.values()), lists
    # Some clients know no prompts.
    assert lists.get("prompts", len(book().prompts)) == len(book().prompts)
    assert lists["resources"] > lists["templates"] > lists["texts"] == 1


def test_a_call_is_answered(found: Found) -> None:
    assert found["answers"]["good"]["text"].startswith("SIMULATED ETHUSDT")
    assert not found["answers"]["good"]["error"]


def test_a_bad_argument_comes_back_with_the_right_one(found: Found) -> None:
    text = found["answers"]["bad"]["text"]
    assert "SIMULATED error" in text and "symbl" in text and "symbol" in text
    assert found["answers"]["bad"]["error"] is not False


def test_no_data_is_an_answer(found: Found) -> None:
    assert "no data" in found["answers"]["nothing"]["text"]
    assert not found["answers"]["nothing"]["error"]


def test_a_slow_upstream_is_asked_once_and_its_answer_arrives(found: Found) -> None:
    answers = found["answers"]
    assert answers.get("again", answers["slow"])["text"].startswith("SIMULATED BTCUSDT")
    assert found["asked"] == 1


def test_a_choice_of_tools_is_seen_converted_and_called(trial: Trial, chosen: Found) -> None:
    assert 3 <= len(set(chosen["tools"])) < len(ENDPOINTS)
    assert trial.client.format is None or sorted(chosen["converted"]) == sorted(chosen["tools"])
    assert all(isinstance(count, int) for count in chosen["lists"].values()), chosen["lists"]
    assert chosen["answers"]["good"]["text"].startswith("SIMULATED ETHUSDT")


def test_the_page_shows_what_was_found(trial: Trial, found: Found) -> None:
    client, transport = trial
    assert transport == "HTTP" or not client.stdio_eras or found["era"] in client.stdio_eras
    page.check(page.cells(client, transport, found))
