"""Count what is served, for Prometheus, on an address of its own."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager

import anyio
from anyio import from_thread, to_thread
from anyio.lowlevel import EventLoopToken, current_token
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    Info,
    Metric,
    ProcessCollector,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from .. import __version__
from ..client import Counters, Limits
from ..errors import ConfigError, reason_of
from .served import Served

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40)
_AGES = (1, 5, 15, 30, 60, 120, 300, 900, 3600, 4 * 3600, 86_400)
_SPENT = {
    "requests": ("bq_mcp_upstream_requests", "Requests sent upstream, retries included."),
    "units": ("bq_mcp_upstream_units", "Units of the month's quota that they cost."),
    "saved": ("bq_mcp_upstream_requests_saved", "Requests that did not have to be made."),
}
_LEFT = {
    "burst_left": ("bq_mcp_burst_left", "Calls left of this minute."),
    "burst_limit": ("bq_mcp_burst_limit", "Calls a minute that the plan allows."),
    "quota_left": ("bq_mcp_quota_left", "Calls left of this month."),
    "quota_limit": ("bq_mcp_quota_limit", "Calls a month that the plan allows."),
}

# Of each account: its label, what is left, what it spent. What dropped ones spent is a row as well.
Accounts = Callable[[], Iterable[tuple[str, Limits, Counters]]]
OpenNow = Callable[[], Mapping[str, int]]


class Metrics:
    """All figures of this server; labels are names of ours and of tools on offer, in no way secret.

    `accounts` labels an account `operator`, by a name of the configuration, or with one word for
    all whose key was passed through. `open_now` counts what is held open, by its name.
    """

    def __init__(self, accounts: Accounts, open_now: OpenNow) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # as the library has it
        self._accounts = accounts
        self._open_now = open_now
        self._registry = CollectorRegistry()
        Info("bq_mcp", "This server.", registry=self._registry).info({"version": __version__})
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "bq_mcp_requests",
            "Requests of clients, by how they ended.",
            ["method", "tool", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "bq_mcp_call_seconds",
            "How long tool calls took, by where the answer came from.",
            ["cache"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._ages = Histogram(
            "bq_mcp_age_seconds",
            "How old the figures were when they were served.",
            buckets=_AGES,
            registry=self._registry,
        )
        self._refused = Counter(
            "bq_mcp_refused",
            "Requests refused before they reached the server, by status.",
            ["status"],
            registry=self._registry,
        )

    def served(self, served: Served) -> None:
        """Count a request."""
        # A client can make up any name; each would be a series for ever.
        method = "other" if served.outcome == "unknown_method" else served.method
        tool = "other" if served.tool and not served.is_offered else served.tool
        self._requests.labels(method, tool, served.outcome).inc()
        if served.tool:
            self._seconds.labels(served.cache or "none").observe(served.seconds)
        if served.age_seconds is not None:
            self._ages.observe(served.age_seconds)

    def refused(self, status: int) -> None:
        """Count a request that was refused at the door."""
        self._refused.labels(str(status)).inc()

    @asynccontextmanager
    async def serving(self, host: str, port: int) -> AsyncIterator[int]:
        """Serve the figures at any path of an address while inside; yield the port.

        Raises:
            ConfigError: nothing can listen there.
        """
        upstream = _Upstream(current_token(), self._accounts, self._open_now)
        self._registry.register(upstream)
        try:
            server, _ = start_http_server(port, host, self._registry)
        except OSError as exc:
            words = f"cannot serve metrics at {host}:{port}: {reason_of(exc)}"
            raise ConfigError(words) from None
        try:
            yield server.server_port
        finally:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(server.shutdown)
            server.server_close()
            self._registry.unregister(upstream)


class _Upstream(Collector):
    """What accounts have spent and have left, read in the event loop that they belong to.

    A scrape runs in a thread of its own.
    """

    def __init__(self, loop: EventLoopToken, accounts: Accounts, open_now: OpenNow) -> None:
        self._loop = loop
        self._accounts = accounts
        self._open_now = open_now
        self._highest: dict[tuple[str, str], float] = defaultdict(float)

    def collect(self) -> Iterable[Metric]:
        """Return the figures of this moment."""
        return from_thread.run_sync(self._read, token=self._loop)

    def _read(self) -> Iterable[Metric]:
        spent: dict[tuple[str, str], float] = defaultdict(float)
        left: dict[tuple[str, str], int] = {}
        # Rows of one label are one: a name twice would make the whole scrape unreadable.
        for label, limits, counters in self._accounts():
            for name in _SPENT:
                spent[name, label] += getattr(counters, name)
            for name, count in limits.stated().items():
                left[name, label] = min(count, left.get((name, label), count))
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {
            "open": GaugeMetricFamily("bq_mcp_open", "What is held open.", labels=["what"])
        }
        for name, words in _SPENT.items():
            families[name] = CounterMetricFamily(*words, labels=["account"])
        for name, words in _LEFT.items():
            families[name] = GaugeMetricFamily(*words, labels=["account"])
        for (name, label), total in spent.items():
            # A counter that falls reads as a restart, and what was saved is known a moment late.
            self._highest[name, label] = max(total, self._highest[name, label])
            families[name].add_metric([label], self._highest[name, label])
        for (name, label), count in left.items():
            families[name].add_metric([label], count)
        for what, count in self._open_now().items():
            families["open"].add_metric([what], count)
        return families.values()
