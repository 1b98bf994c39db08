"""The sandbox over HTTP: plans, limits and every scheduled fault as a caller meets them."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import anyio
import httpx
import pytest

from bq_mcp.cli.main import PlanName
from bq_mcp.sandbox.access import SANDBOX_KEY, SPENT_KEY
from bq_mcp.sandbox.app import create_app
from bq_mcp.sandbox.envelope import SOURCE
from bq_mcp.sandbox.faults import FAULT_KINDS, Fault, Schedule
from bq_mcp.sandbox.http_server import serving
from bq_mcp.sandbox.market.scenario import SCENARIO_NAMES
from bq_mcp.sandbox.plans import PLANS
from tests.sandbox.asking import NOW, HandClock

ROOT = Path(__file__).parents[2]
SATURDAY = 5
PAGE = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
PATIENCE_S = 0.1
AMPLE_S = 10.0
CALLERS = 50
MINUTE = timedelta(minutes=1)
STATUSES = {
    **{f"http_{code}": code for code in (401, 403, 404, 422, 500, 502, 503, 504)},
    "burst_429": 429,
    "burst_429_without_retry_after": 429,
    "quota_429": 429,
    "page_401": 401,
    "page_403": 403,
    "edge_408": 408,
    "edge_520": 520,
}
BREAKS = {
    "refused": httpx.ConnectError,
    "reset": httpx.ReadError,
    "slow_first_byte": httpx.ReadTimeout,
    "slow_body": httpx.ReadTimeout,
    "cut_body": httpx.RemoteProtocolError,
}


def get(
    url: str, path: str = "/changelog", *, key: str = SANDBOX_KEY, patience: float = AMPLE_S
) -> httpx.Response:
    """Ask once, over a connection of its own."""
    with httpx.Client(headers={"X-API-Key": key}, timeout=patience, trust_env=False) as client:
        return client.get(f"{url}/v2{path}")


@contextmanager
def faulty(*faults: Fault, clock: HandClock | None = None, plan: str = "pro") -> Iterator[str]:
    with serving(
        create_app(clock=clock or HandClock(), plan=plan, faults=Schedule(*faults))
    ) as url:
        yield url


@pytest.mark.parametrize("kind", [kind for kind in FAULT_KINDS if kind not in BREAKS])
def test_fault_with_a_whole_reply(kind: str) -> None:
    with faulty(Fault(kind)) as url:
        reply = get(url)
    assert reply.status_code == STATUSES.get(kind, 200)
    if kind == "html" or kind.startswith("page_"):
        assert "<html>" in reply.text
    elif kind.startswith("edge_"):
        assert reply.headers["content-type"].startswith("text/plain")
    else:
        assert reply.json()["meta"]["source"] == [SOURCE]


@pytest.mark.parametrize(("kind", "error"), BREAKS.items())
def test_fault_without_a_whole_reply(kind: str, error: type[Exception], caplog) -> None:
    with faulty(Fault(kind)) as url, pytest.raises(error):
        get(url, patience=PATIENCE_S)
    assert caplog.records == []


@pytest.mark.parametrize("kind", sorted(BREAKS.keys() - {"refused"}))
def test_next_request_is_answered_when_the_broken_one_was_the_only_one(kind: str) -> None:
    with faulty(Fault(kind, last=1)) as url:
        with pytest.raises(httpx.TransportError):
            get(url, patience=PATIENCE_S)
        assert get(url).status_code == 200


def test_reset_breaks_a_connection_kept_from_before() -> None:
    with (
        faulty(Fault("reset", first=2, last=2)) as url,
        httpx.Client(headers={"X-API-Key": SANDBOX_KEY}, trust_env=False) as client,
    ):
        assert client.get(f"{url}/v2/changelog").status_code == 200
        with pytest.raises(httpx.ReadError):
            client.get(f"{url}/v2/changelog")
        assert client.get(f"{url}/v2/changelog").status_code == 200


def outcome_of(url: str) -> str:
    try:
        return str(get(url).status_code)
    except httpx.NetworkError as exc:
        return type(exc).__name__


async def until(outcome: str, url: str) -> None:
    """Ask again and again until this comes out."""
    with anyio.fail_after(10):
        while await anyio.to_thread.run_sync(outcome_of, url) != outcome:
            pass


@pytest.mark.anyio
async def test_nobody_listens_during_a_refused_window_and_everyone_is_served_after() -> None:
    clock = HandClock()
    window = Fault("refused", since=NOW + MINUTE, until=NOW + 2 * MINUTE)
    with faulty(window, clock=clock) as url:
        assert outcome_of(url) == "200"
        clock.advance(minutes=1)
        assert outcome_of(url) in ("ConnectError", "ReadError")
        await until("ConnectError", url)
        clock.advance(minutes=1)
        await until("200", url)


@pytest.mark.anyio
async def test_fifty_callers_at_once_get_exactly_the_faults_that_are_due() -> None:
    faults = (Fault("http_503", every=5), Fault("reset", first=2, every=5))
    outcomes: Counter[str] = Counter()

    async def call(client: httpx.AsyncClient) -> None:
        try:
            outcomes[str((await client.get("/v2/changelog")).status_code)] += 1
        except httpx.ReadError:
            outcomes["reset"] += 1

    with faulty(*faults) as url:
        async with (
            httpx.AsyncClient(
                base_url=url, headers={"X-API-Key": SANDBOX_KEY}, trust_env=False
            ) as client,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(CALLERS):
                tasks.start_soon(call, client)
    assert outcomes == {"200": 30, "503": 10, "reset": 10}


@pytest.mark.parametrize("plan", PLANS)
def test_plan_shows_in_the_headers(plan: str) -> None:
    with faulty(plan=plan) as url:
        headers = get(url).headers
    burst, quota = PLANS[plan].burst_per_minute, PLANS[plan].monthly_requests
    assert headers["X-RateLimit-Limit"] == str(burst)
    assert headers["X-RateLimit-Remaining"] == str(burst - 1)
    assert headers["X-Quota-Used"] == "1"
    assert headers.get("X-Quota-Limit") == (str(quota) if quota else None)


def test_both_limits_are_told_apart_by_what_is_left_of_the_quota() -> None:
    with faulty(plan="starter") as url:
        for _ in range(30):
            assert get(url).status_code == 200
        burst, quota = get(url), get(url, key=SPENT_KEY)
    assert burst.status_code == quota.status_code == 429
    assert (burst.headers["Retry-After"], burst.headers["X-Quota-Remaining"]) == ("43", "9970")
    assert quota.headers["X-Quota-Remaining"] == "0"
    assert int(quota.headers["Retry-After"]) > 86_400


def start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bq_mcp", "sandbox", "--port", "0", *args],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(*args: str) -> Iterator[str]:
    """Run the command on a free port; yield its base URL, and see it end cleanly."""
    with start(*args) as child:
        assert child.stderr is not None
        told = iter(child.stderr.readline, "")
        found = next(filter(None, (re.search(r"at (http://\S+)/v2", line) for line in told)))
        yield found[1]
        os.kill(child.pid, signal.SIGINT)
        assert child.wait(timeout=10) == 0
        assert child.stderr.read() == ""


def refused(*args: str) -> str:
    """Run the command with arguments it cannot carry out; return the one line it says."""
    with start(*args) as child:
        assert child.stderr is not None
        said = child.stderr.read()
        assert child.wait(timeout=10) == 2
    return said


def test_command_offers_every_plan() -> None:
    assert get_args(PlanName) == tuple(PLANS)
    assert "earthly" in refused("--plan", "earthly")


def test_command_tells_a_scenario_and_stops_its_worker() -> None:
    asked = ("--scenario", "stuck@2026-11-20T14:30:00Z", "--clock", "2026-11-20T14:41:00Z")
    with running(*asked) as url:
        levels = get(url, "/gex/levels").json()
        status = get(url, "/status").json()["data"]
    assert levels["meta"]["computed_at"] == "2026-11-20T14:30:00Z"
    assert status["symbols"]["BTCUSDT"]["gex"]["status"] == "unhealthy"


def test_command_serves_answers_without_a_published_shape_in_another() -> None:
    with running("--shapes", "2") as url:
        smile = get(url, "/options/iv/smile").json()["data"]
    assert set(smile["rows"][0]) == {"strike", "iv"}


def test_command_moves_the_clock_for_a_scenario_that_few_days_show() -> None:
    with running("--scenario", "weekend") as url:
        said = get(url).json()["meta"]["timestamp"]
    assert datetime.fromisoformat(said).weekday() == SATURDAY


@pytest.mark.parametrize("scenario", ["moon", "calm@tomorrow"])
def test_command_refuses_a_scenario_it_does_not_know(scenario: str) -> None:
    said = refused("--scenario", scenario)
    assert scenario in said
    assert len(said.splitlines()) == 1


def test_page_names_every_scenario() -> None:
    rows = [line.split("|")[1].strip(" `") for line in PAGE.splitlines() if line.startswith("| `")]
    assert [row for row in rows if row in SCENARIO_NAMES] == list(SCENARIO_NAMES)


def test_command_of_the_page_serves_the_plan_and_the_faults_of_the_page(tmp_path: Path) -> None:
    schedule = tmp_path / "faults.toml"
    schedule.write_text(block("toml"), "utf-8")
    serve, ask = block("sh").splitlines()
    words = serve.replace("faults.toml", str(schedule)).split()
    assert words[:4] == [".venv/bin/bq-mcp", "sandbox", "--port", "8765"]
    with running(*words[4:]) as url:
        headers = get(url).headers
        *settings, _, _, tool = ask.replace("http://127.0.0.1:8765", url).split()
        answer = subprocess.run(
            [sys.executable, "-m", "bq_mcp", "call", tool],
            env=os.environ
            | dict(setting.split("=", 1) for setting in settings)
            | {"BACKQUANT_CACHE_DIR": str(tmp_path)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert headers["X-RateLimit-Limit"] == "30"
    assert answer.stdout.startswith("SIMULATED BTCUSDT"), answer
    assert answer.returncode == 0


def block(language: str) -> str:
    """Return the one code block of the page in this language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_page_names_every_kind_and_every_plan() -> None:
    faults = PAGE.split("## Faults")[1]
    rows = [line.split("|")[1] for line in faults.splitlines() if line.startswith("| `")]
    named = [kind for row in rows for kind in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(FAULT_KINDS)
    assert all(f"`{plan}`" in PAGE for plan in PLANS)


def test_faults_of_the_command_act_over_http(tmp_path: Path) -> None:
    schedule = tmp_path / "faults.toml"
    schedule.write_text('[[fault]]\nkind = "reset"\nlast = 1\n', "utf-8")
    with running("--faults", str(schedule)) as url:
        assert [outcome_of(url), outcome_of(url)] == ["ReadError", "200"]


@pytest.mark.parametrize(
    ("text", "plan", "reason"),
    [
        ('[[fault]]\nkind = "earthquake"', "pro", "fault 1: unknown kind 'earthquake'"),
        ("[[fault", "pro", "faults.toml: "),
        ('[[fault]]\nkind = "quota_429"', "enterprise", "no quota"),
        (None, "pro", "cannot be read"),
    ],
)
def test_schedule_that_cannot_be_carried_out_is_one_line_and_exit_code_two(
    tmp_path: Path, text: str | None, plan: str, reason: str
) -> None:
    schedule = tmp_path / "faults.toml"
    if text is not None:
        schedule.write_text(text, "utf-8")
    said = refused("--plan", plan, "--faults", str(schedule))
    assert reason in said
    assert said.count("\n") == 1
