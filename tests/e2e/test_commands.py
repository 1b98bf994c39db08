"""The other commands, as a person types them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bq_mcp.access.tokens import hash_of, parse_tokens

ROOT = Path(__file__).parents[2]
FORBIDDEN = re.compile(r"\b(none|null|nan|undefined)\b", re.IGNORECASE)


def bq(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BACKQUANT_")}
    return subprocess.run(
        [sys.executable, "-m", "bq_mcp", *args],
        env=clean | env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_try_prints_answers_that_say_simulated_and_how_old_they_are() -> None:
    done = bq("try")
    assert done.returncode == 0, done.stderr
    assert not FORBIDDEN.search(done.stdout)
    answers = done.stdout.split("\n? ")[1:]
    assert len(answers) >= 8
    for answer in answers:
        assert "SIMULATED" in answer
        assert re.search(r"20\d\d-\d\d-\d\d.*(old|historical|static)", answer), answer


def test_tools_as_json_is_what_a_model_is_shown() -> None:
    done = bq("tools", "--json", "--sandbox")
    listed = json.loads(done.stdout)
    assert len(listed) == 65
    assert all({"name", "description", "inputSchema"} == set(tool) for tool in listed)


def test_tools_prints_the_cost_of_listing() -> None:
    done = bq("tools", "--sandbox")
    assert re.search(r"65 tools, about [\d,]+ tokens to list", done.stdout)
    assert "catalog: snapshot" in done.stderr


def test_call_prints_an_answer_and_exits_zero() -> None:
    done = bq("call", "gex_levels", "symbol=eth", "--detail", "brief", "--sandbox")
    assert done.returncode == 0
    assert done.stdout.startswith("SIMULATED ETHUSDT")


def test_call_with_a_wrong_argument_exits_one_with_the_reason() -> None:
    done = bq("call", "gex_levels", "symbl=eth", "--sandbox")
    assert done.returncode == 1
    assert "symbol" in done.stdout


def test_call_of_an_unknown_tool_is_one_line_and_exit_code_two() -> None:
    done = bq("call", "gex_level", "--sandbox")
    assert done.returncode == 2 and "gex_levels" in done.stderr


def test_metrics_without_http_are_refused() -> None:
    done = bq("serve", "--sandbox", "--metrics", "127.0.0.1:0")
    assert (done.returncode, done.stderr) == (2, "bq-mcp: --metrics goes with --http\n")


def test_token_new_prints_a_token_once_and_writes_its_line_for_the_server(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text("# the desk")
    options = ("--expires", "90", "--toolsets", "vol, flow", "--calls", "60")
    done = bq("token", "new", "alice", *options, "--file", str(file))
    assert done.returncode == 0, done.stderr
    (secret,) = done.stdout.splitlines()
    (token,) = parse_tokens(file.read_text(), "file").values()
    assert token.sha256 == hash_of(secret)
    assert (token.name, token.toolsets, token.calls) == ("alice", ("vol", "flow"), 60)
    assert secret not in file.read_text() + done.stderr


def test_the_bundled_snapshot_is_what_the_sandbox_publishes(tmp_path: Path) -> None:
    written = tmp_path / "snapshot.json"
    done = bq("catalog", "snapshot", "--out", str(written))
    assert done.returncode == 0, done.stderr
    bundled = ROOT / "bq_mcp" / "catalog" / "snapshot.json"
    assert written.read_text() == bundled.read_text()


def test_doctor_finds_nothing_wrong_with_the_sandbox() -> None:
    done = bq("doctor", "--sandbox")
    assert done.returncode == 0, done.stdout
    assert "calls left this minute" in done.stdout
    assert re.search(r"calls +requests \d+, .*hits \d+, .*stale 0, saved \d+", done.stdout)


def test_doctor_names_an_unreachable_upstream_and_masks_the_key(tmp_path: Path) -> None:
    key = "bq_live_" + "abcdefgh" * 4
    done = bq(
        "doctor",
        BACKQUANT_API_KEY=key,
        BACKQUANT_BASE_URL="http://127.0.0.1:9",
        BACKQUANT_CACHE_DIR=str(tmp_path),
    )
    assert done.returncode == 1
    assert "FAIL" in done.stdout and key not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "args", [["tools", "--KEY"], ["KEY"], ["call", "gex_levels", "KEY"], ["call", "KEY", "KEY=1"]]
)
def test_a_key_typed_in_the_wrong_place_is_not_repeated(args: list[str], tmp_path: Path) -> None:
    key = "p.*+?^$()[]{}|x"
    done = bq(
        *(arg.replace("KEY", key) for arg in args),
        BACKQUANT_API_KEY=key,
        BACKQUANT_BASE_URL="http://127.0.0.1:9",
        BACKQUANT_CACHE_DIR=str(tmp_path),
    )
    assert done.returncode == 2 and done.stderr
    assert key not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "args", [["call", "gex_levels"], ["call", "gex_levels", "σ=1"], ["call", "gex_levels", "σ"]]
)
def test_output_is_utf8_whatever_the_code_page(args: list[str]) -> None:
    done = bq(*args, "--sandbox", PYTHONUTF8="0", PYTHONIOENCODING="cp932")
    assert "Traceback" not in done.stderr
    assert "·" in done.stdout or "σ" in done.stdout + done.stderr


def test_a_person_who_types_serve_is_told_what_it_waits_for() -> None:
    terminal, input_of_server = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bq_mcp", "serve", "--sandbox"],
        stdin=input_of_server,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(input_of_server)
    os.write(terminal, b"\x04")  # the end of input, as typed
    out, told = process.communicate(timeout=20)
    os.close(terminal)
    assert (process.returncode, out) == (0, b"")
    assert told.count(b"\n") == 1 and b"MCP client" in told and b"bq-mcp try" in told


@pytest.mark.parametrize(
    "command", ["serve", "try", "tools", "call", "catalog", "sandbox", "doctor"]
)
def test_every_command_explains_itself(command: str) -> None:
    done = bq(command, "--help")
    assert done.returncode == 0 and "Usage:" in done.stdout
