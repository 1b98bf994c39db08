"""A process ends, whatever is still under way: a silent upstream, the reading of a large reply."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .test_stdio import SERVE, initialize_params

MIB = 1024 * 1024


@contextmanager
def silent_upstream() -> Iterator[tuple[str, threading.Semaphore]]:
    """Listen on a free port, take every request and say nothing; count the calls for data."""
    asked = threading.Semaphore(0)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=hear, args=(connection,), daemon=True).start()

    def hear(connection: socket.socket) -> None:
        with connection:
            while received := connection.recv(MIB):
                if b"/v2/gex/levels" in received:
                    asked.release()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextmanager
def in_mid_request(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Give a server that waits for the reply to a call."""
    with silent_upstream() as (base_url, asked):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("BACKQUANT_")}
        env = clean | {
            "BACKQUANT_BASE_URL": base_url,
            "BACKQUANT_CACHE_DIR": str(folder),
            "BACKQUANT_API_KEY": "bq_live_" + "k" * 32,
        }
        lines: list[dict[str, object]] = [
            {"id": 1, "method": "initialize", "params": initialize_params()},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/call", "params": {"name": "gex_levels", "arguments": {}}},
        ]
        process = subprocess.Popen(
            [sys.executable, *SERVE],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin
        for line in lines:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **line}).encode() + b"\n")
        process.stdin.flush()
        try:
            assert asked.acquire(timeout=20)
            yield process
        finally:
            process.kill()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
            process.wait()


def test_the_end_of_input_ends_it_though_a_call_is_under_way(tmp_path: Path) -> None:
    with in_mid_request(tmp_path) as process:
        assert process.stdin and process.stderr
        began = time.perf_counter()
        process.stdin.close()
        assert process.wait(10) == 0
        assert time.perf_counter() - began < 1
        assert process.stderr.read() == b""


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_though_a_call_is_under_way(sent: signal.Signals, tmp_path: Path) -> None:
    with in_mid_request(tmp_path) as process:
        began = time.perf_counter()
        process.send_signal(sent)
        assert process.wait(10) == 0
        assert time.perf_counter() - began < 1


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
