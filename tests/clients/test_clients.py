"""Other people's clients, each as a program of its own, against a real server process.

The server's upstream is the sandbox over HTTP: one route has no data, another needs longer than
the shortest default patience of these clients.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

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

from . import page
from .environments import CLIENTS, Client

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
# Fewer tools, or three that lead to them: the settings, and the call that is to be answered.
CHOICES = {
    "core": ({"BACKQUANT_TOOLSETS": "core"}, CALLS["good"]),
    "search": (
        {"BACKQUANT_MODE": "search"},
        ["call_tool", {"tool": "gex_levels", "arguments": '{"symbol": "ETH", "detail": "brief"}'}],
    ),
}
ENDPOINTS = json.loads(SNAPSHOT.read_text("utf-8"))["endpoints"]
PATIENCE_S = 180
Found = dict[str, Any]


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(client, id=client.id, marks=pytest.mark.xdist_group(client.id))
        for client in CLIENTS
    ],
)
def client(request: pytest.FixtureRequest) -> Client:
    one: Client = request.param
    missing = [environment.name for environment in one.needs if not environment.is_built()]
    if missing:
        # Under CI what was not tried has not been shown to work.
        leave = pytest.fail if os.environ.get("CI") else pytest.skip
        leave(f"not built: {missing}; run python -m tests.clients.environments")
    return one


@pytest.fixture(scope="module")
def found(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Return what the client's program reports; `asked` counts requests to the slow route."""
    asked: Counter[str] = Counter()
    faults = (Fault("slow_first_byte", SLOW_ROUTE, seconds=SLOW_S), Fault("http_404", EMPTY_ROUTE))
    app = create_app(clock=lambda: datetime.now(UTC), faults=Schedule(*faults))

    @app.middleware("http")
    async def count(request: Request, call_next: Any) -> Response:
        asked[request.url.path.removeprefix("/v2")] += 1
        response: Response = await call_next(request)
        return response

    with serving(app) as url:
        report = run(client, url, tmp_path_factory.mktemp("home"), CALLS)
    return report | {"asked": asked[SLOW_ROUTE]}


@pytest.fixture(scope="module", params=CHOICES)
def chosen(
    request: pytest.FixtureRequest, client: Client, tmp_path_factory: pytest.TempPathFactory
) -> Found:
    """Return what the client's program reports where other tools are on offer."""
    settings, call = CHOICES[request.param]
    with serving(create_app(clock=lambda: datetime.now(UTC))) as url:
        return run(client, url, tmp_path_factory.mktemp("home"), {"good": call}, settings)


def run(
    client: Client,
    url: str,
    folder: Path,
    calls: Mapping[str, list[Any]],
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Found:
    task = {
        "command": [sys.executable, "-m", "bq_mcp", "serve"],
        "env": {
            "BACKQUANT_BASE_URL": url,
            "BACKQUANT_API_KEY": SANDBOX_KEY,
            "BACKQUANT_CACHE_DIR": str(folder),
            **settings,
        },
        "mode": client.mode,
        "calls": calls,
    }
    done = subprocess.run(
        [*client.command(), json.dumps(task)],
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    report: Found = json.loads(done.stdout.splitlines()[-1])
    return report


def test_it_lists_every_tool(found: Found) -> None:
    assert len(set(found["tools"])) == len(ENDPOINTS) + len(bundled_composites())


def test_it_converts_every_tool(client: Client, found: Found) -> None:
    if client.format is None:
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


def test_a_choice_of_tools_is_seen_converted_and_called(client: Client, chosen: Found) -> None:
    assert 3 <= len(set(chosen["tools"])) < len(ENDPOINTS)
    assert client.format is None or sorted(chosen["converted"]) == sorted(chosen["tools"])
    assert all(isinstance(count, int) for count in chosen["lists"].values()), chosen["lists"]
    assert chosen["answers"]["good"]["text"].startswith("SIMULATED ETHUSDT")


def test_the_page_shows_what_was_found(client: Client, found: Found) -> None:
    assert not client.eras or found["era"] in client.eras
    page.check(client, page.row(client, found))
