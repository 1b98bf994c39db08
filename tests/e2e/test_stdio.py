"""The console command in a real subprocess over its pipes."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ..bench.wire import Child

SERVE = ["-m", "bq_mcp", "serve"]
MODERN = {
    "_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
}
DEAD_URL = "http://127.0.0.1:9"


@contextmanager
def child(*args: str, env: Mapping[str, str] | None = None) -> Iterator[Child]:
    process = Child([*SERVE, *args], env)
    try:
        yield process
    finally:
        process.close()


@pytest.fixture
def dead_upstream(tmp_path: Path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("BACKQUANT_")}
    return clean | {"BACKQUANT_BASE_URL": DEAD_URL, "BACKQUANT_CACHE_DIR": str(tmp_path)}


def text_of(result: Mapping[str, Any]) -> str:
    return "\n".join(block["text"] for block in result["content"])


def test_the_sandbox_answers_over_stdio_and_says_simulated() -> None:
    with child("--sandbox") as server:
        handshake = server.request(
            "initialize",
            {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": {"name": "t", "version": "0"},
            },
        )
        server.notify("notifications/initialized")
        assert "SIMULATED" in handshake["instructions"]
        assert handshake["capabilities"]["tools"]["listChanged"] is True
        assert len(server.request("tools/list")["tools"]) == 65
        result = server.request("tools/call", {"name": "gex_levels", "arguments": {}})
        assert text_of(result).startswith("SIMULATED BTCUSDT")
        assert result["_meta"]["bq-mcp/answer"]["simulated"] is True
        refused = server.request(
            "tools/call", {"name": "gex_levels", "arguments": {"symbl": "ETHUSDT"}}
        )
        assert refused["isError"] and text_of(refused).startswith("SIMULATED error")
        texts = server.request(
            "tools/call", {"name": "gex_levels", "arguments": '{"symbol":"eth"}'}
        )
        assert text_of(texts).startswith("SIMULATED ETHUSDT")


def test_the_newest_revision_works_without_a_handshake() -> None:
    with child("--sandbox") as server:
        found = server.request("server/discover", MODERN)
        assert "SIMULATED" in found["instructions"]
        listed = server.request("tools/list", MODERN)
        assert len(listed["tools"]) == 65 and listed["ttlMs"] > 0
        result = server.request(
            "tools/call", {"name": "expiries", "arguments": {"symbol": "eth"}, **MODERN}
        )
        assert text_of(result).startswith("SIMULATED ETHUSDT")
        for given, said in (([], "SIMULATED BTCUSDT"), ("eth", "SIMULATED error: gex_levels")):
            call: dict[str, Any] = {"name": "gex_levels", "arguments": given, **MODERN}
            assert text_of(server.request("tools/call", call)).startswith(said)
        misnamed = {"name": "gex_levels", "input": {"symbol": "eth"}, **MODERN}
        assert text_of(server.request("tools/call", misnamed)).startswith("SIMULATED ETHUSDT")


def test_without_upstream_or_key_it_starts_lists_and_explains(
    dead_upstream: dict[str, str],
) -> None:
    with child(env=dead_upstream) as server:
        server.handshake()
        assert len(server.request("tools/list")["tools"]) == 65
        result = server.request("tools/call", {"name": "gex_levels", "arguments": {}})
    assert result["isError"] and "BACKQUANT_API_KEY" in text_of(result)


def test_a_key_that_was_never_filled_in_is_named(dead_upstream: dict[str, str]) -> None:
    with child(env=dead_upstream | {"BACKQUANT_API_KEY": "${input:backquant-key}"}) as server:
        server.handshake()
        result = server.request("tools/call", {"name": "gex_levels", "arguments": {}})
    assert "nobody filled in: ${input:backquant-key}; no request was sent" in text_of(result)


def test_the_key_never_appears_in_an_answer_or_on_standard_error(
    dead_upstream: dict[str, str],
) -> None:
    key = "bq_live_" + "s3cret" * 5 + "zz"
    lines: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": initialize_params()},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "gex_levels", "arguments": {}}},
        {
            "id": 3,
            "method": "tools/call",
            "params": {"name": "gex_levels", "arguments": {"symbol": key, "api_key": key}},
        },
    ]
    logs = {"BACKQUANT_LOG_LEVEL": "debug", "BACKQUANT_LOG_FORMAT": "json"}
    env = dead_upstream | logs | {"BACKQUANT_API_KEY": key}
    process = subprocess.Popen(
        [sys.executable, *SERVE],
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout and process.stderr
    for line in lines:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **line}).encode() + b"\n")
    process.stdin.flush()
    answered = [json.loads(process.stdout.readline()) for _ in range(3)]
    out, err = process.communicate(timeout=10)
    assert {message["id"] for message in answered} == {1, 2, 3}
    assert key not in json.dumps(answered) + out.decode() + err.decode()
    assert {"level", "event"} <= json.loads(err.splitlines()[0]).keys()
    assert all(isinstance(json.loads(line), dict) for line in err.splitlines())


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(sent: signal.Signals) -> None:
    server = Child([*SERVE, "--sandbox"])
    server.handshake()
    server.process.send_signal(sent)
    assert server.process.wait(10) == 0
    server.close()


def test_end_of_input_ends_it_cleanly() -> None:
    server = Child([*SERVE, "--sandbox"])
    server.handshake()
    server.close()
    assert server.process.returncode == 0


def test_a_wrong_setting_is_one_line_and_exit_code_two() -> None:
    env = os.environ | {"BACKQUANT_BASE_URL": "http://example.com"}
    done = subprocess.run(
        [sys.executable, *SERVE], env=env, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "BACKQUANT_BASE_URL" in done.stderr


def initialize_params() -> dict[str, Any]:
    return {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "t", "version": "0"},
    }
