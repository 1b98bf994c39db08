"""100,000 calls over HTTP, and 10,000 connections one after another: nothing grows."""

import sys
import time
from itertools import count, cycle, islice, product
from pathlib import Path

import pytest

from ..bench import mix
from ..bench.load import LEGACY, MODERN, Done, Order
from ..bench.serving import OURS, Loader, Serving, loading, recorded_upstream, serving

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(sys.platform != "linux", reason="counts what /proc shows"),
]

CALLS, CONNECTIONS = 100_000, 10_000
CLIENTS = 32
TURNS = 20
# What is held after the turns that warm up may grow by no more than this until the end.
WARM_UP = 8
MORE_MIB = 8.0
# Connections to upstream come and go with the calls under way.
MORE_DESCRIPTORS = 2 * CLIENTS


def put(loader: Loader, order: Order) -> Done:
    done = loader.carry_out(order)
    assert not done.failures, done.failures[0]
    assert len(done.waits) == order.most
    return done


def test_calls_and_connections_leave_nothing_behind(tmp_path: Path) -> None:
    began, instants = time.monotonic(), count(1, CALLS)

    def held(server: Serving, what: str) -> float:
        resident, descriptors = server.resident_mib(), server.descriptors()
        print(f"{time.monotonic() - began:5.0f} s {resident:7.1f} MiB {descriptors:4} {what}")
        return resident

    with (
        recorded_upstream(tmp_path, BACKQUANT_CACHE_MEGABYTES="8") as env,
        serving(OURS, env) as server,
        loading() as loader,
    ):
        descriptors, samples = server.descriptors(), []
        for new, era in islice(cycle(product((False, True), (MODERN, LEGACY))), TURNS):
            asked = mix.calls(new=new)
            most = CALLS // TURNS
            order = Order(
                server.port, era, CLIENTS, asked, most=most, instants=next(instants) if new else 0
            )
            put(loader, order)
            samples.append(held(server, f"{era} {'miss' if new else 'hit'}"))
        for era in (MODERN, LEGACY):
            asked, most = mix.calls(new=False), CONNECTIONS // 2
            put(loader, Order(server.port, era, 1, asked, most=most, reconnect=True))
            samples.append(held(server, f"{era} a connection a call"))
        assert max(samples[WARM_UP:]) <= samples[WARM_UP - 1] + MORE_MIB
        assert server.descriptors() <= descriptors + MORE_DESCRIPTORS
