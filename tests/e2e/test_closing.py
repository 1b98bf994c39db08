"""A process ends when its client is gone, and not before it has answered."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .talk import (
    HANDSHAKE,
    MODERN_META,
    SERVE,
    Talk,
    call,
    cancelled,
    encoded,
    request,
    settings,
    silent_upstream,
    talk,
)

LISTEN = {
    "id": "listen",
    "method": "subscriptions/listen",
    "params": {"notifications": {"toolsListChanged": True}, "_meta": MODERN_META},
}


@pytest.fixture(scope="module")
def waited(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Return what a server says whose input ends while calls wait for an upstream."""
    with silent_upstream(tmp_path_factory.mktemp("cache")) as (env, _):
        return talk(
            *HANDSHAKE,
            LISTEN,
            call(1, meta={"progressToken": "legacy"}),
            call(2, meta={**MODERN_META, "progressToken": 22}),
            call(3),
            call(4, symbol="ETH"),
            cancelled(4),
            args=(),
            env=env | {"BACKQUANT_DEADLINE_SECONDS": "1.5"},
        )


def test_calls_under_way_at_the_end_of_input_are_answered(waited: Talk) -> None:
    for request_id in (1, 2, 3):
        assert waited.result(request_id)["isError"]
        assert "time" in waited.text(request_id)
    assert 4 not in waited.by_id
    assert (waited.status, waited.stderr) == (0, "")


def test_a_stream_of_changes_is_ended_in_good_order(waited: Talk) -> None:
    subscription = {"io.modelcontextprotocol/subscriptionId": "listen"}
    assert waited.notifications[0]["method"] == "notifications/subscriptions/acknowledged"
    assert subscription.items() <= waited.result("listen")["_meta"].items()


def test_a_call_that_waits_reports_progress_where_it_was_asked_for(waited: Talk) -> None:
    told = [m["params"] for m in waited.notifications if m["method"] == "notifications/progress"]
    words = {"progress": 1, "message": "waiting for upstream, 1 s"}
    assert {"progressToken": "legacy", **words} in told
    assert {"progressToken": 22, **words} in told
    assert {params["progressToken"] for params in told} == {"legacy", 22}


@contextmanager
def serving(*args: str, env: dict[str, str] | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [*SERVE, *args],
        env=env or settings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        process.wait()


def send(process: "subprocess.Popen[bytes]", *messages: object) -> None:
    assert process.stdin is not None
    process.stdin.write(b"".join(map(encoded, messages)))  # type: ignore[arg-type]
    process.stdin.flush()


def assert_ends_quietly(process: "subprocess.Popen[bytes]") -> None:
    """Wait for less than the deadline of a call."""
    assert process.wait(15) == 0
    assert process.stderr is not None and process.stderr.read() == b""


@contextmanager
def in_mid_request(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Give a server that waits for the reply to call 1."""
    with silent_upstream(folder) as (env, asked), serving(env=env) as process:
        send(process, *HANDSHAKE, call(1))
        assert asked.acquire(timeout=20)
        yield process


def test_a_request_that_nobody_waits_for_does_not_delay_the_end(tmp_path: Path) -> None:
    with in_mid_request(tmp_path) as process:
        send(process, LISTEN, cancelled(1))
        assert process.stdin is not None
        process.stdin.close()
        assert_ends_quietly(process)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_though_a_call_is_under_way(sent: signal.Signals, tmp_path: Path) -> None:
    with in_mid_request(tmp_path) as process:
        process.send_signal(sent)
        assert_ends_quietly(process)


def test_a_closed_output_ends_it_though_the_input_is_open(tmp_path: Path) -> None:
    with in_mid_request(tmp_path) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert_ends_quietly(process)


def test_answers_that_nobody_reads_do_not_keep_it() -> None:
    with serving("--sandbox") as process:
        send(process, *HANDSHAKE)
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        # Together more than a pipe holds.
        send(process, *(request(n, "tools/list") for n in range(20)))
        process.stdin.close()
        assert_ends_quietly(process)


READS_FOR_EVER = """
import threading
import anyio, anyio.to_thread
from bq_mcp.client import in_worker

begun = threading.Event()

def read():
    begun.set()
    threading.Event().wait()

async def main():
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(in_worker, 2**20, read)
        await anyio.to_thread.run_sync(begun.wait)
        tasks.cancel_scope.cancel()

anyio.run(main)
"""


def test_a_reading_that_was_given_up_does_not_keep_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READS_FOR_EVER], capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
