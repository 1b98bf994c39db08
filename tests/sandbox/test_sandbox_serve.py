"""The sandbox over a real socket on loopback."""

import os
import re
import signal
import subprocess
import sys

import httpx
import pytest

from bq_mcp.sandbox.access import SANDBOX_KEY
from bq_mcp.sandbox.http_server import run, serving
from tests.sandbox.asking import HandClock, sandbox

RUN = """
import time
from bq_mcp.sandbox.wall_clock import system_clock
from bq_mcp.sandbox.http_server import run
run("127.0.0.1", 0, seed=7, clock=system_clock(time.time), plan="pro")
"""


def test_serving_answers_over_http_and_tells_no_wall_clock():
    with serving(sandbox()) as url:
        reply = httpx.get(f"{url}/v2/changelog", headers={"X-API-Key": SANDBOX_KEY})
    assert reply.status_code == 200
    assert reply.json()["meta"]["timestamp"] == "2026-09-10T12:00:17Z"
    assert "Date" not in reply.headers


def test_serving_stops_when_the_block_ends():
    with serving(sandbox()) as url:
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/v2/health")


def test_occupied_port_is_an_error_at_once():
    with serving(sandbox()) as url, pytest.raises(OSError):
        run("127.0.0.1", int(url.rsplit(":", 1)[1]), seed=7, clock=HandClock(), plan="pro")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_tells_its_address_on_stderr_and_ends_cleanly_on_a_signal(number):
    child = subprocess.Popen(
        [sys.executable, "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with child:
        assert child.stderr is not None
        assert child.stdout is not None
        line = child.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/v2", line)
        assert address, line
        assert httpx.get(f"{address[0]}/health", timeout=10).status_code == 200
        os.kill(child.pid, number)
        assert child.wait(timeout=10) == 0
        assert (child.stdout.read(), child.stderr.read()) == ("", "")
