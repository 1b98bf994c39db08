"""Callers who take all there is: who comes then is told so, and gets the next free place."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from threading import Event

import pytest

from .door import (
    MODERN,
    PROMISE_S,
    Door,
    Reply,
    bearer,
    message,
    read_reply,
    request,
    serving,
    token_line,
    token_of,
)
from .upstream import Signing, key_of, upstream, wall_of

# More than a place can take to be free once its holder has left.
TRIES = 500
VIEWS_AT_ONCE = 16
WALL, OTHER_WALL = f"{wall_of(0):,}", f"{wall_of(1):,}"
FULL = "too many keys or views are in use at once"
TOOLSETS = ("core", "etf", "exposure", "flow", "perps", "structure", "tape", "vol")
VIEWS = [f"/mcp{mode}/x/levels,{name}" for mode in ("", "/search") for name in TOOLSETS] + ["/mcp"]


@dataclass
class Upstream(Signing):
    """Answers once `open`; `asked_for` is set when a request waits for that."""

    open: Event = field(default_factory=Event)
    asked_for: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        super().__init__()
        self.open.set()

    def reply(self, key: str, path: str, head: str) -> bytes:
        """Return the whole reply to one request, when it is time."""
        if path.startswith("/v2/gex/"):
            self.asked_for.set()
            assert self.open.wait(PROMISE_S)
        return super().reply(key, path, head)


@dataclass(frozen=True)
class Desk:
    """A server with few places, and what holds its upstream up."""

    door: Door
    upstream: Upstream
    threads: ThreadPoolExecutor
    days: Iterator[int] = field(default_factory=count)

    def levels(self, who: str) -> Reply:
        """Return the reply to a question that nobody has asked before."""
        past = date(2025, 1, 1) + timedelta(next(self.days))
        arguments = {"as_of": f"{past}T00:00:00Z"}
        return self.door.call("gex_levels", arguments, bearer(token_of(who)))

    @contextmanager
    def held(self, *names: str) -> Iterator[list[Future[Reply]]]:
        """Have calls of these callers under way while inside."""
        futures = []
        self.upstream.open.clear()
        try:
            for name in names:
                self.upstream.asked_for.clear()
                futures.append(self.threads.submit(self.levels, name))
                assert self.upstream.asked_for.wait(PROMISE_S)
            yield futures
        finally:
            self.upstream.open.set()

    def listening(self, who: str, path: str = "/mcp") -> socket.socket:
        """Return a connection that asked to be told of changes."""
        connection = self.door.connect()
        body = message("subscriptions/listen", notifications={"toolsListChanged": True})
        headers = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "subscriptions/listen"))
        whole = request(
            body, *headers, bearer(token_of(who)), ("Connection", "close"), host=self.door.host,
            path=path,
        )  # fmt: skip
        connection.sendall(whole)
        return connection


@contextmanager
def desk(folder: Path, *names: str, **settings: str) -> Iterator[Desk]:
    """Serve those of these names, all with the operator's key but `stranger`."""
    keys = folder / "keys.toml"
    keys.write_text(f'[tokens]\nstranger = "{key_of(1)}"\n')
    keys.chmod(0o600)
    env = {"HTTP_KEYS_FILE": str(keys), "API_KEY": key_of(0), **settings}
    lines = ";".join([token_line("few", "calls=1"), *map(token_line, names)])
    signing = Upstream()
    with (
        upstream(signing) as url,
        ThreadPoolExecutor(4) as threads,
        serving(folder=folder, BASE_URL=url, HTTP_TOKENS=lines, **env) as door,
    ):
        yield Desk(door, signing, threads)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    limits = {"HTTP_CALLS": "2", "HTTP_CALLS_EACH": "1", "HTTP_MOST_KEYS": "1"}
    folder = tmp_path_factory.mktemp("few")
    with desk(folder, "alice", "bob", "carol", "stranger", **limits) as few:
        yield few


def is_heard(connection: socket.socket) -> bool:
    """Tell whether a client that asked to listen is listened to, by the head of its answer."""
    with connection.makefile("rb") as stream:
        head = iter(stream.readline, b"\r\n")
        return any(b"text/event-stream" in line for line in head)


def until_let_in(listen: Callable[[], socket.socket]) -> socket.socket:
    """Return the first connection that is listened to."""
    for _ in range(TRIES):
        connection = listen()
        if is_heard(connection):
            return connection
        connection.close()
    raise AssertionError("no place became free")


def until_served(ask: Callable[[], Reply]) -> Reply:
    """Return the first reply that is no refusal at the door."""
    replies = (ask() for _ in range(TRIES))
    return next(reply for reply in replies if reply.status == 200)


def test_calls_beyond_the_limit_are_refused_until_one_ends(at: Desk) -> None:
    with at.held("alice") as one:
        again = at.levels("alice")
        assert again.message["result"]["isError"] and again.status == 200
        assert again.text.startswith("error: calls under way with this credential: 1 of 1;")
        assert "wait 1s, then repeat the call" in again.text
    assert WALL in one[0].result().text
    with at.held("alice", "bob") as two:
        assert at.levels("carol").text.startswith("error: calls under way on this server: 2 of 2;")
        body = message("resources/read", uri="bq://levels/BTC")
        kind = (("MCP-Protocol-Version", MODERN), ("Mcp-Method", "resources/read"))
        read = at.door.ask(body, *kind, ("Mcp-Name", "bq://levels/BTC"), bearer(token_of("carol")))
        said = "busy: calls under way on this server: 2 of 2; ask again in 1 s"
        assert read.message["error"]["message"] == said
    assert all(WALL in each.result().text for each in two)
    assert WALL in at.levels("carol").text


def test_calls_beyond_those_of_a_minute_are_refused_with_when_to_ask_again(at: Desk) -> None:
    assert WALL in at.levels("few").text
    refused = at.levels("few")
    assert refused.text.startswith("error: calls a minute with this credential: 1 of 1 used up")
    assert 0 < refused.message["result"]["_meta"]["bq-mcp/answer"]["retry_after_seconds"] <= 60
    assert WALL in at.levels("alice").text


def test_listeners_beyond_the_limit_are_refused_until_one_leaves(at: Desk) -> None:
    with ExitStack() as until:
        alice = until.enter_context(until_let_in(lambda: at.listening("alice")))
        with at.listening("alice") as again:
            said = read_reply(again).message["error"]["message"]
        assert said == "busy: clients that listen with this credential: 1 of 1; ask again in 1 s"
        until.enter_context(until_let_in(lambda: at.listening("bob")))
        with at.listening("carol") as beyond:
            said = read_reply(beyond).message["error"]["message"]
        assert said == "busy: clients that listen on this server: 2 of 2; ask again in 1 s"
        # Those who listen take no place of a call.
        assert WALL in at.levels("alice").text
        alice.close()
        until.enter_context(until_let_in(lambda: at.listening("carol")))


def test_keys_beyond_the_limit_are_refused_until_one_is_free(at: Desk) -> None:
    with at.held("alice") as first:
        refused = at.levels("stranger")
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert FULL in refused.message["error"]["message"]
    assert WALL in first[0].result().text
    assert OTHER_WALL in until_served(lambda: at.levels("stranger")).text
    assert WALL in until_served(lambda: at.levels("bob")).text


def test_views_beyond_the_limit_are_refused_until_one_is_free(tmp_path: Path) -> None:
    *first, last = VIEWS
    assert len(first) == VIEWS_AT_ONCE
    limits = {"HTTP_CALLS": "32", "HTTP_CALLS_EACH": "32"}
    with desk(tmp_path, "alice", **limits) as wide, ExitStack() as until:
        opened = [until_let_in(lambda: wide.listening("alice", path)) for path in first]  # noqa: B023
        for connection in opened:
            until.enter_context(connection)
        with wide.listening("alice", last) as beyond:
            refused = read_reply(beyond)
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert FULL in refused.message["error"]["message"]
        opened[0].close()
        until.enter_context(until_let_in(lambda: wide.listening("alice", last)))
