"""The figures for Prometheus, as a scrape over loopback reads them."""

import re
import socket
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import anyio
import httpx
import pytest
from anyio import to_thread
from prometheus_client.parser import text_string_to_metric_families

from bq_mcp.client import Counters, Limits
from bq_mcp.errors import ConfigError
from bq_mcp.http.metrics import Metrics
from bq_mcp.http.served import Served

pytestmark = pytest.mark.anyio
HOST = "127.0.0.1"
PAGE = Path(__file__).parents[3] / "docs" / "observation.md"
CALL = Served("desk", "tools/call", "ok", 0.2, "gex_levels", "", True, 12.0, "miss", 1, 1)
Rows = list[tuple[str, Limits, Counters]]


def metrics_of(rows: Rows) -> Metrics:
    return Metrics(lambda: rows, lambda: {"accounts": len(rows), "seats": 3})


async def scraped(port: int) -> dict[str, float]:
    """Return every sample by its name and the values of its labels, in their order."""
    reply = await to_thread.run_sync(lambda: httpx.get(f"http://{HOST}:{port}/metrics"))
    assert reply.status_code == 200
    families: Iterable[object] = text_string_to_metric_families(reply.text)
    samples = [sample for family in families for sample in family.samples]  # type: ignore[attr-defined]
    found = {
        " ".join([one.name, *(text for _, text in sorted(one.labels.items()))]): one.value
        for one in samples
    }
    assert len(found) == len(samples)
    return found


async def test_a_scrape_has_what_was_served_and_what_is_left() -> None:
    rows: Rows = [
        ("operator", Limits(30, 29, None, 1000, 900), Counters(requests=4, units=6, hits=7)),
        ("callers", Limits(), Counters(requests=1)),
        ("callers", Limits(), Counters(requests=2)),
    ]
    metrics = metrics_of(rows)
    for one in (CALL, CALL, replace(CALL, outcome="no_data", cache="", age_seconds=None)):
        metrics.served(one)
    metrics.refused(401)
    # Names that clients make up are one series.
    for number in range(50):
        made_up = replace(CALL, tool=f"made_up_{number}", is_offered=False)
        metrics.served(replace(made_up, outcome="unknown_tool"))
        metrics.served(Served("desk", f"no/method{number}", "unknown_method", 0.1))
    with anyio.fail_after(10):
        async with metrics.serving(HOST, 0) as port:
            found = await scraped(port)
    counted = {name: found[name] for name in found if name.startswith("bq_mcp_requests_total")}
    assert counted == {
        "bq_mcp_requests_total tools/call ok gex_levels": 2,
        "bq_mcp_requests_total tools/call no_data gex_levels": 1,
        "bq_mcp_requests_total tools/call unknown_tool other": 50,
        "bq_mcp_requests_total other unknown_method ": 50,
    }
    assert found["bq_mcp_call_seconds_count none"] == 1
    assert found["bq_mcp_call_seconds_bucket miss 0.25"] == 52
    assert found["bq_mcp_age_seconds_bucket 15.0"] == 52
    assert found["bq_mcp_refused_total 401"] == 1
    assert found["bq_mcp_upstream_requests_total operator"] == 4
    assert found["bq_mcp_upstream_units_total operator"] == 6
    assert found["bq_mcp_upstream_requests_saved_total operator"] == 7
    assert found["bq_mcp_upstream_requests_total callers"] == 3
    assert found["bq_mcp_quota_left operator"] == 900 and found["bq_mcp_burst_left operator"] == 29
    assert "bq_mcp_quota_left callers" not in found
    assert found["bq_mcp_open accounts"] == 3 and found["bq_mcp_open seats"] == 3
    told = set(re.findall(r"`(bq_mcp_\w+)`", PAGE.read_text("utf-8")))
    names = {name.split()[0] for name in found if name.startswith("bq_mcp_")}
    assert {re.sub("_(bucket|sum|count)$", "", name) for name in names} == told


async def test_a_counter_never_falls() -> None:
    counters = Counters(requests=5, bundled=3, bundles=1)
    rows: Rows = [("operator", Limits(), counters)]
    with anyio.fail_after(10):
        async with metrics_of(rows).serving(HOST, 0) as port:
            await scraped(port)
            # Another bundle is under way, and an account was dropped.
            counters.bundles, counters.requests = 2, 0
            found = await scraped(port)
    assert found["bq_mcp_upstream_requests_saved_total operator"] == 2
    assert found["bq_mcp_upstream_requests_total operator"] == 5


async def test_it_stops_and_its_address_is_free_again() -> None:
    metrics = metrics_of([])
    with anyio.fail_after(10):
        async with metrics.serving(HOST, 0) as port:
            await scraped(port)
        async with metrics.serving(HOST, port) as again:
            assert again == port and await scraped(port)


async def test_an_address_that_is_taken_is_said_in_a_line() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot serve metrics at {HOST}:{port}"):
            async with metrics_of([]).serving(HOST, port):
                pass
