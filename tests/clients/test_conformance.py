"""The official conformance suite against the server over HTTP, in both eras.

The suite is made for a server with fixtures of its own. `conformance.toml` lists the checks that
need one, each with the words in which the suite says so.
"""

import json
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..e2e.http_server import http_server
from .environments import OTHERS, require

pytestmark = pytest.mark.clients

_TABLES = tomllib.loads(Path(__file__).with_name("conformance.toml").read_text("utf-8"))
BASELINE = {check: words for table in _TABLES.values() for check, words in table.items()}
# Its environment, its options, how many scenarios that is. The released version knows the handshake
# revisions only.
RUNS = [
    ("conformance", [], 30),
    ("conformance-next", ["--spec-version", "2025-11-25"], 31),
    ("conformance-next", ["--suite", "all", "--spec-version", "2026-07-28"], 40),
]
PATIENCE_S = 180


@dataclass(frozen=True)
class Check:
    """What one check of the suite found, in the run of this number."""

    run: int
    name: str
    passed: bool
    words: str


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> list[Check]:
    for name, *_ in RUNS:
        require(OTHERS[name])
    found = []
    with http_server("--sandbox", folder=tmp_path_factory.mktemp("cache")) as running:
        for run, (name, options, scenarios) in enumerate(RUNS):
            folder = tmp_path_factory.mktemp("results")
            command = [
                *OTHERS[name].installed("conformance"),
                "server",
                "--url",
                running.mcp,
                *options,
            ]
            # Its exit status counts what the baseline names.
            subprocess.run([*command, "-o", folder], capture_output=True, timeout=PATIENCE_S)
            written = list(folder.glob("*/checks.json"))
            assert len(written) == scenarios
            found += [check for path in written for check in _read(run, path)]
        assert running.complaints() == []
    return found


def _read(run: int, path: Path) -> list[Check]:
    return [
        Check(
            run,
            check["id"],
            check["status"] in ("SUCCESS", "INFO"),
            check.get("errorMessage") or check["description"],
        )
        for check in json.loads(path.read_text("utf-8"))
    ]


def test_only_what_needs_a_fixture_is_not_passed(checks: list[Check]) -> None:
    failed = [check for check in checks if not check.passed]
    known = [
        check for check in failed if check.name in BASELINE and BASELINE[check.name] in check.words
    ]
    assert failed == known


def test_every_line_of_the_baseline_is_needed(checks: list[Check]) -> None:
    assert sorted(BASELINE) == sorted({check.name for check in checks if not check.passed})
